//! Option values that may hold secrets: kept as they were typed until the stage reads them.
//!
//! Were they parsed with the arguments, the message for a bad one would repeat it whole.
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::domain::assignment::Assignments;
use crate::domain::malformed::Malformed;
use crate::error::Error;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// The value the text stands for, or a usage error that names the option and not the text.
    pub(super) fn parse<T: FromStr<Err = Malformed>>(&self, option: &str) -> Result<T, Error> {
        self.0
            .parse()
            .map_err(|error: Malformed| wrong(option, &error))
    }
}

/// The value of an option that need not be given.
pub(super) fn given<T: FromStr<Err = Malformed>>(
    text: Option<&Hidden>,
    option: &str,
) -> Result<Option<T>, Error> {
    text.map(|text| text.parse(option)).transpose()
}

/// The list a repeated option gives, or a usage error that names the option and no value.
pub(super) fn assignments(uses: &[Hidden], option: &str) -> Result<Assignments, Error> {
    let lists: Result<Vec<Assignments>, Error> =
        uses.iter().map(|list| list.parse(option)).collect();
    Assignments::joined(lists?).map_err(|error| wrong(option, &error))
}

pub(super) fn wrong(option: &str, error: &Malformed) -> Error {
    Error::usage(format!("invalid value for `{option}`: {error}"))
}

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> Hidden {
        text.parse()
            .unwrap_or_else(|error: Infallible| match error {})
    }

    #[test]
    fn a_bad_value_is_a_usage_error_that_names_the_option_and_not_the_value() {
        let error = assignments(&[hidden("A=1\nhunter2")], "secrets").unwrap_err();
        assert!(
            error
                .text
                .starts_with("invalid value for `secrets`: line 2: no `=`"),
            "{error}"
        );
        assert!(!format!("{error:?} {:?}", hidden("hunter2")).contains("hunter2"));
    }

    #[test]
    fn a_repeated_option_gives_one_list_and_a_name_twice_is_refused() {
        let list = assignments(&[hidden("A=1"), hidden("B=2")], "secrets").unwrap();
        assert_eq!(list.names().collect::<Vec<_>>(), ["A", "B"]);
        let error = assignments(&[hidden("A=1"), hidden("A=2")], "secrets").unwrap_err();
        assert_eq!(error.text, "invalid value for `secrets`: given twice: `A`");
    }
}
