//! Reading members of a request that the front door has already checked. A null member counts as absent, as on AWS.
//! Not a validator: a member of another type reads as absent too.

use serde_json::{Map, Value};

/// A JSON object: what an operation is called with.
pub(crate) type Members = Map<String, Value>;

/// A string member.
pub(crate) fn text<'a>(members: &'a Members, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

/// A whole-number member.
pub(crate) fn number(members: &Members, name: &str) -> Option<i64> {
    members.get(name).and_then(Value::as_i64)
}

/// A boolean member.
pub(crate) fn flag(members: &Members, name: &str) -> Option<bool> {
    members.get(name).and_then(Value::as_bool)
}

/// A list member; empty when absent.
pub(crate) fn list<'a>(members: &'a Members, name: &str) -> &'a [Value] {
    members
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The strings of a list member; empty when absent.
pub(crate) fn texts<'a>(members: &'a Members, name: &str) -> Vec<&'a str> {
    list(members, name)
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

/// An object member.
pub(crate) fn object<'a>(members: &'a Members, name: &str) -> Option<&'a Members> {
    members.get(name).and_then(Value::as_object)
}

/// Whether a member is there and not null.
pub(crate) fn given(members: &Members, name: &str) -> bool {
    members.get(name).is_some_and(|value| !value.is_null())
}

/// A string member of a form nobody has checked: absent is fine, another type is not.
///
/// # Errors
/// Which member is no string.
pub(crate) fn checked_text<'a>(
    members: &'a Members,
    name: &str,
) -> Result<Option<&'a str>, String> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` is not a string")),
    }
}
