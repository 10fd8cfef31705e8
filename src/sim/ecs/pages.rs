//! ECS's lists in pages: `maxResults` and `nextToken`.

use serde_json::Value;

use super::refuse;
use crate::sim::members::{self, Members};
use crate::sim::paging::{Page, page};
use crate::sim::refusal::Refusal;

/// The answer of a list operation: one page under `name`, and `nextToken` if there is more.
///
/// # Errors
/// `InvalidParameterException` for a page size outside 1 to `limit` or a token that was not given out.
pub(super) fn list(
    input: &Members,
    limit: i64,
    default: i64,
    name: &str,
    all: Vec<Value>,
) -> Result<Value, Refusal> {
    let size = members::number(input, "maxResults").unwrap_or(default);
    if !(1..=limit).contains(&size) {
        return Err(refuse::invalid(format!(
            "maxResults must be between 1 and {limit}."
        )));
    }
    let size = usize::try_from(size).unwrap_or(1);
    let Page { items, next } = page(all, size, members::text(input, "nextToken"))
        .map_err(|_| refuse::invalid("Invalid token."))?;
    let mut answer = Members::new();
    answer.insert(name.to_owned(), Value::Array(items));
    if let Some(next) = next {
        answer.insert("nextToken".to_owned(), Value::String(next));
    }
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(input: &Value) -> Result<Value, Refusal> {
        let input = input.as_object().cloned().unwrap_or_default();
        list(&input, 100, 10, "arns", vec![json!(1), json!(2), json!(3)])
    }

    #[test]
    fn pages_follow_one_another_until_the_token_ends() {
        let first = listed(&json!({"maxResults": 2})).unwrap();
        assert_eq!(first["arns"], json!([1, 2]));
        let last = listed(&json!({"maxResults": 2, "nextToken": first["nextToken"]})).unwrap();
        assert_eq!(last, json!({"arns": [3]}));
    }

    #[test]
    fn an_invented_token_and_a_bad_page_size_are_refused() {
        for input in [
            json!({"nextToken": "x"}),
            json!({"maxResults": 0}),
            json!({"maxResults": 101}),
        ] {
            assert_eq!(
                listed(&input).unwrap_err().code,
                "InvalidParameterException"
            );
        }
    }
}
