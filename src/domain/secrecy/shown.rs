//! A value of the user's file inside a message.
use super::value_looks_secret;

/// The most characters of a value that a message holds.
const LONGEST: usize = 120;

/// A value for a message: in backticks, on one line, cut where it is long, and `***` if it looks like a secret.
///
/// Not for values of environment variables: those are not shown at all.
#[must_use]
pub fn shown(value: &str) -> String {
    if value_looks_secret(value) {
        return "`***`".to_owned();
    }
    let mut text = String::from("`");
    for (count, character) in value.chars().enumerate() {
        if count == LONGEST {
            text.push('…');
            break;
        }
        if is_unseen(character) {
            text.extend(character.escape_unicode());
        } else {
            text.push(character);
        }
    }
    text.push('`');
    text
}

/// Whether a character would act on a terminal, or change how what stands around it is read.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_as_it_is() {
        assert_eq!(shown("nginx:1.27"), "`nginx:1.27`");
        assert_eq!(shown("größe \"1\""), "`größe \"1\"`");
        assert_eq!(shown(""), "``");
    }

    #[test]
    fn what_acts_on_a_terminal_is_spelt_out() {
        assert_eq!(shown("a\u{1B}[2J\nb"), "`a\\u{1b}[2J\\u{a}b`");
        assert_eq!(shown("a\u{202E}b"), "`a\\u{202e}b`");
    }

    #[test]
    fn a_long_value_is_cut_and_one_of_just_that_length_is_not() {
        let fits = "x".repeat(LONGEST);
        assert_eq!(shown(&fits), format!("`{fits}`"));
        assert_eq!(shown(&format!("{fits}y")), format!("`{fits}…`"));
    }

    #[test]
    fn what_looks_like_a_secret_is_not_shown() {
        assert_eq!(shown("https://web:hunter2@example.com/"), "`***`");
    }
}
