//! A tag as users type it: `key=value`, by the rules ECS has for tags (API shape `Tag`).
//!
//! Not for the lease of suspended scaling, which is one tag of another service.
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::document::{Document, Node};
use super::malformed::Malformed;

/// How many tags a task definition holds.
pub const MAX_TAGS: usize = 50;

/// A key of 1 to 128 characters and a value of up to 256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    key: String,
    value: String,
}

impl Tag {
    /// A tag of a key and a value.
    ///
    /// # Errors
    /// One of them is too long, empty where it may not be, has a character tags do not take, or is reserved for AWS.
    pub fn new(key: &str, value: &str) -> Result<Self, Malformed> {
        if !(1..=128).contains(&key.chars().count()) {
            return Err(Malformed::new("the key of a tag has 1 to 128 characters"));
        }
        if value.chars().count() > 256 {
            return Err(Malformed::new(
                "the value of a tag has at most 256 characters",
            ));
        }
        let is_safe = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
        if !key.chars().chain(value.chars()).all(is_safe) {
            return Err(Malformed::new(
                "a tag holds letters, digits, spaces and `_ . : / = + - @`",
            ));
        }
        if key
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
        {
            return Err(Malformed::new(
                "tags that begin with `aws:` are reserved for AWS",
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            value: value.to_owned(),
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, which may be empty.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl FromStr for Tag {
    type Err = Malformed;

    /// `key=value`, split at the first `=`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| Malformed::new("a tag is written `key=value`"))?;
        Self::new(key.trim(), value.trim())
    }
}

/// Tags: `key=value`, one a line, or a JSON array of objects with `key` and `value`, as the API has them. Each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagList(Vec<Tag>);

impl TagList {
    /// The tags, taken out.
    #[must_use]
    pub fn into_vec(self) -> Vec<Tag> {
        self.0
    }
}

impl FromStr for TagList {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let tags: Vec<Tag> = if text.trim_start().starts_with('[') {
            let list = Document::parse(text, "the tags")
                .map_err(|error| Malformed::new(error.message().to_owned()))?;
            let wrong = || Malformed::new("must be an array of objects with `key` and `value`");
            let tag = |item: &Node| {
                let member = |key: &str| item.get(key).and_then(Node::as_str);
                let key = member("key").ok_or_else(wrong)?;
                Tag::new(key, member("value").unwrap_or_default())
            };
            list.root()
                .items()
                .iter()
                .map(tag)
                .collect::<Result<_, _>>()?
        } else {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(str::parse).collect::<Result<_, _>>()?
        };
        if tags.len() > MAX_TAGS {
            return Err(Malformed::new(format!("at most {MAX_TAGS} tags are taken")));
        }
        let mut keys = BTreeSet::new();
        match tags.iter().find(|tag| !keys.insert(tag.key())) {
            Some(twice) => Err(Malformed::new(format!("given twice: `{}`", twice.key()))),
            None => Ok(Self(tags)),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_split_at_the_first_equals_sign() {
        let tag: Tag = "team = a=b ".parse().unwrap();
        assert_eq!((tag.key(), tag.value()), ("team", "a=b"));
        let tag: Tag = "Kosten Stelle=".parse().unwrap();
        assert_eq!((tag.key(), tag.value()), ("Kosten Stelle", ""));
    }

    #[test]
    fn a_list_is_lines_or_what_the_api_takes_and_a_key_stands_once() {
        let lines: TagList = "team=shop\n\n stage=test ".parse().unwrap();
        let json: TagList =
            r#"[{"key": "team", "value": "shop"}, {"key": "stage", "value": "test"}]"#
                .parse()
                .unwrap();
        assert_eq!(lines, json);
        assert_eq!("[]".parse(), Ok(TagList::default()));
        for text in ["team", "[{}]", "[1", "[1]", "a=1\na=2"] {
            assert!(text.parse::<TagList>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_no_tag_can_be_is_refused() {
        let long_key = format!("{}=x", "k".repeat(129));
        let long_value = format!("k={}", "v".repeat(257));
        for text in [
            "team",
            "=x",
            "aws:team=x",
            "AWS:team=x",
            "k=a;b",
            "k=a\tb",
            &long_key,
            &long_value,
        ] {
            assert!(text.parse::<Tag>().is_err(), "{text}");
        }
    }
}
