//! The words of a command, from a JSON array or from a line split as a POSIX shell splits it.
//! Nothing is expanded: no variables, no patterns.
use std::fmt;
use std::str::FromStr;

use super::document::{Document, Node};
use super::malformed::Malformed;

/// The words of a command; an empty list is the image's own command.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words, taken out.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        self.0
    }
}

impl fmt::Debug for Words {
    /// How many, not which: a command may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.0.len())
    }
}

impl FromStr for Words {
    type Err = Malformed;

    /// A text that begins with `[` is a JSON array of texts. Any other is split at spaces outside of quotes, with `\`,
    /// `'…'`, `"…"` and `# comment` as POSIX has them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim_start().starts_with('[') {
            return from_json(text);
        }
        match shlex::split(text) {
            Some(words) => Ok(Self(words)),
            None => Err(Malformed::new(
                "a quote that is never closed, or a `\\` at the end; write a JSON array to be free of quoting",
            )),
        }
    }
}

fn from_json(text: &str) -> Result<Words, Malformed> {
    let document = Document::parse(text, "the command").map_err(|error| {
        let place = error
            .position()
            .map(|at| format!("{at}: "))
            .unwrap_or_default();
        Malformed::new(format!(
            "{place}{} (a command that begins with `[` is read as a JSON array of texts)",
            error.message()
        ))
    })?;
    let words: Option<Vec<String>> = document
        .root()
        .items()
        .iter()
        .map(|item| Node::as_str(item).map(str::to_owned))
        .collect();
    words
        .map(Words)
        .ok_or_else(|| Malformed::new("every word in the array must be a text in double quotes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.parse::<Words>().unwrap().into_vec()
    }

    #[test]
    fn a_line_is_split_as_a_posix_shell_splits_it() {
        assert_eq!(words("npm  start --nice\n"), ["npm", "start", "--nice"]);
        assert_eq!(
            words(r#"sh -c 'echo "a b"; exit $?' "" a\ b "c\"d" $HOME *"#),
            [
                "sh",
                "-c",
                r#"echo "a b"; exit $?"#,
                "",
                "a b",
                "c\"d",
                "$HOME",
                "*"
            ]
        );
        assert_eq!(words("a#b c # the rest\nd"), ["a#b", "c", "d"]);
    }

    #[test]
    fn an_array_is_taken_word_by_word() {
        assert_eq!(
            words(" [\"sh\", \"-c\", \"a  b\", \"\"]\n"),
            ["sh", "-c", "a  b", ""]
        );
        assert!(words("[]").is_empty());
    }

    #[test]
    fn what_cannot_be_split_is_refused_without_being_shown() {
        for text in [
            "sh -c 'hunter2",
            "hunter2 \\",
            "[\"hunter2\", 5]",
            "[ -f hunter2 ]",
            "[\"hunter2\"",
        ] {
            let error = text.parse::<Words>().unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_word() {
        assert_eq!(
            format!("{:?}", "echo hunter2".parse::<Words>().unwrap()),
            "Words(2)"
        );
    }
}
