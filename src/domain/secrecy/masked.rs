//! Secrets inside a longer text: a message of a service, a line of a log.
use std::borrow::Cow;

use super::value_looks_secret;

/// What stands in the place of a secret.
const COVER: &str = "***";

/// A text in which every word that looks like a secret is `***`, and a private key as a whole.
///
/// Words are parted by white space, quotes, backticks and commas.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    if !value_looks_secret(text) {
        return Cow::Borrowed(text);
    }
    let mut covered = String::with_capacity(text.len());
    for (part, is_key) in private_keys(text) {
        if is_key {
            covered.push_str(COVER);
            continue;
        }
        let mut rest = part;
        while !rest.is_empty() {
            let word = rest.find(parts_words).unwrap_or(rest.len());
            let (word, behind) = rest.split_at_checked(word).unwrap_or((rest, ""));
            covered.push_str(if value_looks_secret(word) {
                COVER
            } else {
                word
            });
            let gap = behind
                .find(|character| !parts_words(character))
                .unwrap_or(behind.len());
            let (gap, behind) = behind.split_at_checked(gap).unwrap_or((behind, ""));
            covered.push_str(gap);
            rest = behind;
        }
    }
    Cow::Owned(covered)
}

fn parts_words(character: char) -> bool {
    character.is_whitespace() || matches!(character, '`' | '"' | '\'' | ',')
}

/// The text in parts, private keys apart from what is around them. A key without an end goes to the end.
fn private_keys(text: &str) -> Vec<(&str, bool)> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    const DASHES: &str = "-----";
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(BEGIN) {
        let (before, from) = rest.split_at_checked(begin).unwrap_or((rest, ""));
        let end = from.find(END).and_then(|end| {
            let behind = from.get(end + END.len()..)?;
            Some(end + END.len() + behind.find(DASHES)? + DASHES.len())
        });
        let (key, behind) = from
            .split_at_checked(end.unwrap_or(from.len()))
            .unwrap_or((from, ""));
        parts.push((before, false));
        parts.push((key, value_looks_secret(key)));
        rest = behind;
    }
    parts.push((rest, false));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_word_is_covered_and_the_others_stay() {
        assert_eq!(
            masked("cannot reach `postgres://web:hunter2@db/web`, try again"),
            "cannot reach `***`, try again"
        );
        assert_eq!(masked("  a\n\tpassword=x  b "), "  a\n\t***  b ");
        assert!(matches!(masked("nothing here"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_private_key_is_covered_from_begin_to_end() {
        let key = [
            "-----BEGIN ",
            "PRIVATE KEY-----\nMII\nXYZ\n-----END PRIVATE KEY-----",
        ]
        .concat();
        assert_eq!(masked(&format!("a {key} b")), "a *** b");
        let open = ["-----BEGIN ", "PRIVATE KEY-----\nMII"].concat();
        assert_eq!(masked(&open), "***");
        let both = format!("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n{key}");
        assert_eq!(
            masked(&both),
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n***"
        );
    }

    #[test]
    fn what_is_covered_looks_like_no_secret_any_more() {
        for text in [
            "redis://:hunter2@cache x",
            "host=db password=hunter2;pwd=a",
            "\"amqp://a:b@c\",'amqp://a:b@c'",
        ] {
            assert!(!value_looks_secret(&masked(text)), "{text}");
        }
    }
}
