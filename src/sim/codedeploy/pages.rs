//! Cutting CodeDeploy's lists into pages. Their size is CodeDeploy's and nowhere documented; no request can ask for one.

use serde_json::{Value, json};

use crate::sim::members::{self, Members};
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;

/// How many items a page has.
const SIZE: usize = 100;

/// The page a request asks for: the list under a name, and `nextToken` if there is more.
///
/// # Errors
/// `InvalidNextTokenException`.
pub(super) fn page(input: &Members, name: &str, found: Vec<Value>) -> Result<Value, Refusal> {
    let page =
        paging::page(found, SIZE, members::text(input, "nextToken")).map_err(|InvalidToken| {
            Refusal::new("InvalidNextTokenException", "The next token is not valid")
        })?;
    let mut answer = json!({ name: page.items });
    if let Some(next) = page.next {
        answer["nextToken"] = json!(next);
    }
    Ok(answer)
}

/// Refuses more names in a batch than one may have.
///
/// # Errors
/// The refusal of that code.
pub(super) fn at_most(names: &[&str], most: usize, code: &str) -> Result<(), Refusal> {
    if names.len() > most {
        return Err(Refusal::new(
            code,
            format!("a request can have at most {most} entries"),
        ));
    }
    Ok(())
}
