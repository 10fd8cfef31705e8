//! Cutting a list into pages, as every List and Describe operation does. Not a cursor: a token is a position in the
//! list as it is when the next page is asked for.

use crate::sim::ids::sha256_digest;

/// One page, and the token of the next one if there is more.
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// The items of this page.
    pub(crate) items: Vec<T>,
    /// What to send as `nextToken` for the next page.
    pub(crate) next: Option<String>,
}

/// A token nobody gave out; the service says so with its own code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidToken;

/// The page of `items` that begins at `token` (the first without one) and has at most `size` items.
///
/// # Errors
/// The token is not one that this function gives out.
pub(crate) fn page<T>(
    items: Vec<T>,
    size: usize,
    token: Option<&str>,
) -> Result<Page<T>, InvalidToken> {
    let start = token.map_or(Ok(0), position)?;
    let size = size.max(1);
    let more = items.len() > start.saturating_add(size);
    let items = items.into_iter().skip(start).take(size).collect();
    Ok(Page {
        items,
        next: more.then(|| token_at(start + size)),
    })
}

/// Opaque to clients: the position and a part of its hash, so that an invented token is told apart from a real one.
fn token_at(position: usize) -> String {
    let digest = sha256_digest(format!("page at {position}").as_bytes());
    format!("{}-{position}", digest.get(7..23).unwrap_or_default())
}

fn position(token: &str) -> Result<usize, InvalidToken> {
    let position = token
        .rsplit('-')
        .next()
        .and_then(|text| text.parse().ok())
        .ok_or(InvalidToken)?;
    if token == token_at(position) {
        Ok(position)
    } else {
        Err(InvalidToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_are_the_list() {
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let page = page((0..7).collect(), 3, token.as_deref()).unwrap();
            seen.push(page.items);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, [vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
    }

    #[test]
    fn a_last_page_that_is_full_has_no_next_one() {
        assert_eq!(page(vec![1, 2], 2, None).unwrap().next, None);
    }

    #[test]
    fn an_invented_token_is_refused() {
        assert_eq!(page(vec![1], 1, Some("abc")).unwrap_err(), InvalidToken);
        assert_eq!(
            page(vec![1], 1, Some("0000000000000000-1")).unwrap_err(),
            InvalidToken
        );
    }
}
