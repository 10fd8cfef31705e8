//! The tags of one ECS resource and their limits (API shape `Tag`, `Tags`: 50 tags, keys 1 to 128, values to 256).
//!
//! Not the operations on them: which resource an ARN names is decided in `tagging`.

use serde_json::{Value, json};

use super::refuse;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

const LIMIT: usize = 50;

/// Keys and values in the order they were first set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tags(Vec<(String, String)>);

impl Tags {
    /// The `tags` member of a request.
    ///
    /// # Errors
    /// `InvalidParameterException` for more than 50 tags, a key twice, a bad length or a key that begins with `aws:`.
    pub(super) fn read(input: &Members) -> Result<Self, Refusal> {
        let mut tags = Self::default();
        for tag in members::list(input, "tags")
            .iter()
            .filter_map(Value::as_object)
        {
            let key = members::text(tag, "key").unwrap_or_default();
            let value = members::text(tag, "value").unwrap_or_default();
            check(key, value)?;
            if tags.get(key).is_some() {
                return Err(refuse::invalid(
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
                ));
            }
            tags.0.push((key.to_owned(), value.to_owned()));
        }
        tags.within_limit()
    }

    /// These tags with others set over them.
    ///
    /// # Errors
    /// `InvalidParameterException` if that makes more than 50.
    pub(super) fn with(&self, others: &Self) -> Result<Self, Refusal> {
        let mut tags = self.clone();
        for (key, value) in &others.0 {
            tags.set(key, value);
        }
        tags.within_limit()
    }

    fn within_limit(self) -> Result<Self, Refusal> {
        if self.0.len() > LIMIT {
            return Err(refuse::invalid(
                "The maximum number of tags has been reached. Reduce the number of tags and try again.",
            ));
        }
        Ok(self)
    }

    /// Sets one tag, whatever its key: also for the ones ECS itself sets.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((key.to_owned(), value.to_owned())),
        }
    }

    /// Takes one tag away, if it is there.
    pub(super) fn remove(&mut self, key: &str) {
        self.0.retain(|(known, _)| known != key);
    }

    /// The value of a tag.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    /// The `tags` member of an answer.
    pub(super) fn answer(&self) -> Value {
        self.0
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect()
    }
}

fn check(key: &str, value: &str) -> Result<(), Refusal> {
    let reserved = key
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    if reserved {
        return Err(refuse::invalid(
            "The following tag keys are not valid: tag keys can not begin with aws:.",
        ));
    }
    if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
        return Err(refuse::invalid(format!(
            "A tag key has 1 to 128 characters and its value at most 256: {key}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tags: &Value) -> Result<Tags, Refusal> {
        Tags::read(json!({ "tags": tags }).as_object().unwrap())
    }

    #[test]
    fn a_later_value_replaces_an_earlier_one_in_its_place() {
        let tags = read(&json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])).unwrap();
        let tags = tags.with(&read(&json!([{"key": "a", "value": "3"}])).unwrap());
        assert_eq!(
            tags.unwrap().answer(),
            json!([{"key": "a", "value": "3"}, {"key": "b", "value": "2"}])
        );
    }

    #[test]
    fn reserved_keys_duplicates_and_too_many_are_refused() {
        assert!(read(&json!([{"key": "AWS:x", "value": "1"}])).is_err());
        assert!(read(&json!([{"key": "a"}, {"key": "a"}])).is_err());
        let many: Value = (0..51).map(|n| json!({"key": n.to_string()})).collect();
        assert!(read(&many).is_err());
    }
}
