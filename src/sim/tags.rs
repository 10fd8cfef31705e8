//! What may be a tag, in the words all services share: which characters, and which keys are AWS's own. Lengths are in
//! the API model; each service answers with its own error code.

/// The most tags a resource can have.
pub(crate) const MOST: usize = 50;

/// Why a key or a value cannot be in a tag; nothing if it can.
///
/// The characters are those of the pattern on `TagKey` and `TagValue` in the model of Amazon ECS, which the other
/// services document in prose: letters, numbers and spaces of any language and `_ . : / = + - @`.
pub(crate) fn objection(key: &str, value: &str) -> Option<String> {
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Some(format!(
            "the tag key begins with a prefix that is reserved for AWS: {key}"
        ));
    }
    let wrong = |text: &str| text.chars().find(|character| !is_safe(*character));
    if let Some(character) = wrong(key) {
        return Some(format!(
            "the tag key has a character that is not allowed: {character:?}"
        ));
    }
    wrong(value).map(|character| {
        format!("the value of tag {key} has a character that is not allowed: {character:?}")
    })
}

fn is_safe(character: char) -> bool {
    character.is_alphanumeric()
        || (character.is_whitespace() && !character.is_control())
        || "_.:/=+-@".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_safe_characters_pass() {
        assert_eq!(
            objection("wharfie:lease", "v1 in=0 out=0 by=a/b@c exp=1_700.5+x-y ä"),
            None
        );
    }

    #[test]
    fn other_characters_are_refused_in_keys_and_values() {
        for (key, value) in [("a{b", ""), ("a", "x;y"), ("a", "x\ny"), ("a", "\"")] {
            assert!(objection(key, value).is_some(), "{key} {value}");
        }
    }

    #[test]
    fn the_prefix_of_aws_is_refused_in_any_case() {
        assert!(objection("AWS:x", "").is_some());
    }
}
