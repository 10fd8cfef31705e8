//! Lists of `NAME=value` as people type them: environment variables, secrets, labels, options, placeholders.
//! Values may be secrets: nothing here shows one.
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::document::{Document, Kind};
use super::malformed::Malformed;

/// A name and the value it gets.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    name: String,
    value: String,
}

impl Assignment {
    /// The name: not empty, without white space.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, which may be empty and may be a secret.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=…", self.name)
    }
}

/// Assignments in the order they were given, each name once.
///
/// Read from a text in one of three forms, the first two of which may be mixed:
///
/// - `NAME=value`, one a line: outer spaces are trimmed, blank lines skipped, the line split at its first `=` only;
/// - `NAME<<END`, lines of a value, and a line `END`: the value is those lines, joined by line feeds;
/// - a JSON object of texts, recognised by its `{`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignments(Vec<Assignment>);

impl Assignments {
    /// The assignments in the order they were given.
    pub fn iter(&self) -> std::slice::Iter<'_, Assignment> {
        self.0.iter()
    }

    /// The names in the order they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Assignment::name)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The assignments of a repeated option as one list.
    ///
    /// # Errors
    /// If a name is given more than once.
    pub fn joined(lists: impl IntoIterator<Item = Self>) -> Result<Self, Malformed> {
        let mut all = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for assignment in lists.into_iter().flat_map(|list| list.0) {
            if !seen.insert(assignment.name.clone()) {
                return Err(Malformed::new(format!(
                    "given twice: `{}`",
                    assignment.name
                )));
            }
            all.push(assignment);
        }
        Ok(Self(all))
    }
}

impl<'a> IntoIterator for &'a Assignments {
    type Item = &'a Assignment;
    type IntoIter = std::slice::Iter<'a, Assignment>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromStr for Assignments {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim_start().starts_with('{') {
            from_json(text)
        } else {
            from_lines(text)
        }
    }
}

fn from_json(text: &str) -> Result<Assignments, Malformed> {
    let document = Document::parse(text, "the list").map_err(|error| {
        let place = error
            .position()
            .map(|at| format!("{at}: "))
            .unwrap_or_default();
        Malformed::new(format!("{place}{}", error.message()))
    })?;
    let mut assignments = Vec::new();
    for member in document.root().members() {
        let line = member.key_position().map_or(1, |at| at.line);
        check_name(member.key(), line)?;
        let Kind::String(value) = member.value().kind() else {
            return Err(Malformed::new(format!(
                "line {line}: the value is {}, not a text; put it in quotes: `{}`",
                member.value().kind().noun(),
                member.key()
            )));
        };
        assignments.push(Assignment {
            name: member.key().to_owned(),
            value: value.clone(),
        });
    }
    Ok(Assignments(assignments))
}

fn from_lines(text: &str) -> Result<Assignments, Malformed> {
    let mut assignments = Vec::new();
    let mut first_lines: HashMap<String, usize> = HashMap::new();
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let assignment = match opening(line) {
            Opening::Value(name, value) => Assignment {
                name: name.to_owned(),
                value: value.to_owned(),
            },
            Opening::Block(name, end) => {
                if end.is_empty() {
                    return Err(Malformed::new(format!(
                        "line {number}: `<<` needs a word that ends the value: `NAME<<END`"
                    )));
                }
                let mut value = Vec::new();
                loop {
                    match lines.next() {
                        Some((line, _)) if line.trim() == end => break,
                        Some((line, _)) => value.push(line),
                        None => {
                            return Err(Malformed::new(format!(
                                "line {number}: the value is never ended by a line that says: `{end}`"
                            )));
                        }
                    }
                }
                Assignment {
                    name: name.to_owned(),
                    value: value.join("\n"),
                }
            }
            Opening::Neither => {
                return Err(Malformed::new(format!(
                    "line {number}: no `=`; write `NAME=value`, or `NAME<<END` for a value of several lines"
                )));
            }
        };
        check_name(&assignment.name, number)?;
        if let Some(first) = first_lines.insert(assignment.name.clone(), number) {
            return Err(Malformed::new(format!(
                "line {number}: given before on line {first}: `{}`",
                assignment.name
            )));
        }
        assignments.push(assignment);
    }
    Ok(Assignments(assignments))
}

/// How a line begins an assignment.
enum Opening<'a> {
    Value(&'a str, &'a str),
    Block(&'a str, &'a str),
    Neither,
}

/// Whichever of `=` and `<<` comes first decides.
fn opening(line: &str) -> Opening<'_> {
    let value = line.split_once('=');
    let block = line.split_once("<<");
    match (value, block) {
        (Some((name, _)), Some((block_name, end))) if block_name.len() < name.len() => {
            Opening::Block(block_name, end)
        }
        (Some((name, value)), _) => Opening::Value(name, value),
        (None, Some((name, end))) => Opening::Block(name, end),
        (None, None) => Opening::Neither,
    }
}

fn check_name(name: &str, line: usize) -> Result<(), Malformed> {
    if name.is_empty() {
        return Err(Malformed::new(format!("line {line}: the name is empty")));
    }
    if name.contains(char::is_whitespace) || name.contains(char::is_control) {
        return Err(Malformed::new(format!(
            "line {line}: a name holds no spaces: `{}`",
            name.escape_debug()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let list: Assignments = text.parse().unwrap();
        list.iter()
            .map(|one| (one.name().to_owned(), one.value().to_owned()))
            .collect()
    }

    fn refused(text: &str) -> String {
        text.parse::<Assignments>().unwrap_err().to_string()
    }

    fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    #[test]
    fn lines_are_trimmed_blanks_skipped_and_split_at_the_first_equals_sign() {
        assert_eq!(
            pairs("\n  A=1\r\n\nB=x=y=z  \n\tC=\n D= two words\n"),
            owned([("A", "1"), ("B", "x=y=z"), ("C", ""), ("D", " two words")])
        );
        assert!("\n \n".parse::<Assignments>().unwrap().is_empty());
    }

    #[test]
    fn a_block_holds_several_lines_as_they_are() {
        assert_eq!(
            pairs("KEY<<END\n-----BEGIN-----\n  a=b\n\n-----END-----\nEND\nB=1\nE<<X\nX\n"),
            owned([
                ("KEY", "-----BEGIN-----\n  a=b\n\n-----END-----"),
                ("B", "1"),
                ("E", "")
            ])
        );
        assert_eq!(pairs("A=<<EOF\n"), owned([("A", "<<EOF")]));
        assert_eq!(pairs("A<<E=F\nx\nE=F"), owned([("A", "x")]));
    }

    #[test]
    fn a_json_object_of_texts_is_a_list() {
        assert_eq!(
            pairs(" {\"B\": \"two\\nlines\", \"A\": \"\"}\n"),
            owned([("B", "two\nlines"), ("A", "")])
        );
        assert_eq!(
            refused("{\"A\": \"1\",\n\"B\": 5}"),
            "line 2: the value is a number, not a text; put it in quotes: `B`"
        );
        assert_eq!(
            refused("{\"A\": \"1\",\n\"A\": \"2\"}"),
            "line 2 column 1: duplicate key, first at line 1 column 2: `A`"
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_without_the_value() {
        for (text, expected) in [
            ("A=1\n=hunter2\n", "line 2: the name is empty"),
            ("A=1\n\nA=hunter2\n", "line 3: given before on line 1: `A`"),
            ("A B=hunter2", "line 1: a name holds no spaces: `A B`"),
            ("A =hunter2", "line 1: a name holds no spaces: `A `"),
            (
                "A<<E\nhunter2",
                "line 1: the value is never ended by a line that says: `E`",
            ),
            (
                "A<<\nhunter2",
                "line 1: `<<` needs a word that ends the value: `NAME<<END`",
            ),
            ("{\"\": \"hunter2\"}", "line 1: the name is empty"),
        ] {
            assert_eq!(refused(text), expected, "{text:?}");
        }
        assert!(refused("hunter2").starts_with("line 1: no `=`"));
        assert!(!refused("hunter2").contains("hunter2"));
    }

    #[test]
    fn lists_join_and_a_name_in_two_of_them_is_refused() {
        let list = |text: &str| text.parse::<Assignments>().unwrap();
        let joined = Assignments::joined([list("A=1"), list("B=2\nC=3")]).unwrap();
        assert_eq!(joined.names().collect::<Vec<_>>(), ["A", "B", "C"]);
        let error = Assignments::joined([list("A=1"), list("A=2")]).unwrap_err();
        assert_eq!(error.to_string(), "given twice: `A`");
    }

    #[test]
    fn debug_shows_names_only() {
        let list: Assignments = "A=hunter2".parse().unwrap();
        assert_eq!(format!("{list:?}"), "Assignments([A=…])");
    }
}
