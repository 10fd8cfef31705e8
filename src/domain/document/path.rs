//! The way from the top of a document to a value, for messages: `containerDefinitions[0].image`.
//! Not a query language.
use std::fmt;

use super::Node;
use crate::domain::secrecy::value_looks_secret;

/// A way into a document. Empty is the document itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Step>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An item of an array, counted from 0.
    Index(usize),
}

impl Path {
    /// The document itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The way to a member of the object this path leads to.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// The way to an item of the array this path leads to.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The steps, from the top down.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the document");
        }
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if is_plain(key) && depth == 0 => f.write_str(key)?,
                Step::Key(key) if is_plain(key) => write!(f, ".{key}")?,
                Step::Key(key) => write!(f, "[{:?}]", shortened(key))?,
            }
        }
        Ok(())
    }
}

/// The most characters of a key that are shown.
const LONGEST: usize = 80;

/// A key that is shown in quotes: cut where it is long, and `***` if it looks like a secret.
fn shortened(key: &str) -> String {
    if value_looks_secret(key) {
        return "***".to_owned();
    }
    let mut shown: String = key.chars().take(LONGEST).collect();
    if shown.len() < key.len() {
        shown.push('…');
    }
    shown
}

/// Whether a key can be written without quotes in a path.
fn is_plain(key: &str) -> bool {
    (1..=LONGEST).contains(&key.len())
        && !value_looks_secret(key)
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl Node {
    /// The value a path leads to, if there is one.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, |node, step| match step {
            Step::Key(key) => node.get(key),
            Step::Index(index) => node.items().get(*index),
        })
    }

    /// Calls `visit` for this value and every value below it, in the order they are written, with the way to each.
    pub fn walk(&self, visit: &mut impl FnMut(&Path, &Self)) {
        self.walk_from(&Path::root(), visit);
    }

    fn walk_from(&self, path: &Path, visit: &mut impl FnMut(&Path, &Self)) {
        visit(path, self);
        for (index, item) in self.items().iter().enumerate() {
            item.walk_from(&path.index(index), visit);
        }
        for member in self.members() {
            member.value().walk_from(&path.key(member.key()), visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[test]
    fn a_path_reads_like_the_way_one_writes_it() {
        let path = Path::root().key("containerDefinitions").index(0);
        assert_eq!(
            path.key("image").to_string(),
            "containerDefinitions[0].image"
        );
        let label = path.key("dockerLabels").key("com.example.team");
        assert_eq!(
            label.to_string(),
            "containerDefinitions[0].dockerLabels[\"com.example.team\"]"
        );
        assert_eq!(Path::root().to_string(), "the document");
    }

    #[test]
    fn a_key_that_is_long_or_looks_like_a_secret_is_not_shown_whole() {
        let long = Path::root().key("k".repeat(81)).to_string();
        assert_eq!(long, format!("[\"{}…\"]", "k".repeat(80)));
        assert_eq!(Path::root().key("k".repeat(80)).to_string(), "k".repeat(80));
        let secret = Path::root().key("amqp://a:b@c").key("d");
        assert_eq!(secret.to_string(), "[\"***\"].d");
    }

    #[test]
    fn a_walk_visits_every_value_in_written_order_with_a_path_that_leads_there() {
        let document = Document::parse(r#"{"b": [1, {"c": "x"}], "a": null}"#, "t.json").unwrap();
        let mut seen = Vec::new();
        document.root().walk(&mut |path, node| {
            assert_eq!(document.root().at(path), Some(node));
            seen.push(path.to_string());
        });
        assert_eq!(seen, ["the document", "b", "b[0]", "b[1]", "b[1].c", "a"]);
    }

    #[test]
    fn a_path_to_nothing_leads_nowhere() {
        let document = Document::parse(r#"{"b": [1]}"#, "t.json").unwrap();
        assert_eq!(document.root().at(&Path::root().key("b").index(1)), None);
        assert_eq!(document.root().at(&Path::root().key("b").key("c")), None);
    }
}
