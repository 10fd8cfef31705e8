//! What a YAML scalar without quotes means: the core schema of YAML 1.2, with exact numbers.
//! `yes`, `no`, `on` and `off` are texts in it.
use std::fmt;

use super::super::{Kind, Number};

/// Why a scalar has no meaning a document can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `.inf` or `.nan`.
    NotFinite,
    /// `007`: a decimal number to some readers, an octal one to others.
    LeadingZero,
    /// `0x…` or `0o…` beyond 128 bits.
    TooLong,
    /// `!!int abc`.
    NotWhatTheTagSays,
    /// A tag outside of the core schema.
    UnknownTag,
}

impl Refusal {
    /// What to do about it.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::NotFinite => "JSON has no such number; put it in quotes if it is a text",
            Self::LeadingZero => {
                "put it in quotes if it is a text (an account number, a file mode), or leave the zeros out"
            }
            Self::TooLong => "put it in quotes if it is a text",
            Self::NotWhatTheTagSays | Self::UnknownTag => "leave the tag out",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a number that is infinite or not a number",
            Self::LeadingZero => {
                "a number with a leading zero, which YAML readers do not agree about"
            }
            Self::TooLong => "a number with too many digits for its base",
            Self::NotWhatTheTagSays => "a value that is not what its YAML tag says",
            Self::UnknownTag => "a YAML tag that has no meaning here",
        })
    }
}

/// The meaning of a scalar without quotes and without a tag.
pub(super) fn resolve(text: &str) -> Result<Kind, Refusal> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Kind::Null),
        "true" | "True" | "TRUE" => return Ok(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Kind::Bool(false)),
        _ => {}
    }
    match number(text)? {
        Some(number) => Ok(Kind::Number(number)),
        None => Ok(Kind::String(text.to_owned())),
    }
}

/// The meaning of a scalar with a tag of the core schema (`!!str`); `tag` is what follows the `!!`.
pub(super) fn resolve_as(tag: &str, text: &str) -> Result<Kind, Refusal> {
    let kind = match tag {
        "str" => return Ok(Kind::String(text.to_owned())),
        "null" | "bool" | "int" | "float" => resolve(text)?,
        _ => return Err(Refusal::UnknownTag),
    };
    let fits = match &kind {
        Kind::Null => tag == "null",
        Kind::Bool(_) => tag == "bool",
        Kind::Number(number) => {
            tag == "float" || (tag == "int" && !number.as_str().contains(['.', 'e', 'E']))
        }
        Kind::String(_) | Kind::Array(_) | Kind::Object(_) => false,
    };
    if fits {
        Ok(kind)
    } else {
        Err(Refusal::NotWhatTheTagSays)
    }
}

/// The number a text is in the core schema, spelt as JSON spells it; `None` if it is a text.
fn number(text: &str) -> Result<Option<Number>, Refusal> {
    if let Some(digits) = text.strip_prefix("0x") {
        return whole(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return whole(digits, 8);
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Refusal::NotFinite);
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(index) => unsigned.split_at(index),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && is_exponent(exponent);
    if !is_number {
        return Ok(None);
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(Refusal::LeadingZero);
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = match (mantissa.contains('.'), fraction) {
        (false, _) => String::new(),
        (true, "") => ".0".to_owned(),
        (true, digits) => format!(".{digits}"),
    };
    let number = format!("{sign}{whole}{fraction}{exponent}").parse();
    Ok(number.ok())
}

/// Nothing, or `e`, a sign perhaps, and digits.
fn is_exponent(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['e', 'E']) else {
        return text.is_empty();
    };
    let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number in another base, as a decimal one.
fn whole(digits: &str, base: u32) -> Result<Option<Number>, Refusal> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Ok(None);
    }
    let value = u128::from_str_radix(digits, base).map_err(|_| Refusal::TooLong)?;
    Ok(value.to_string().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match resolve(text).unwrap() {
            Kind::Number(number) => format!("number {}", number.as_str()),
            Kind::String(text) => format!("string {text}"),
            Kind::Bool(value) => format!("bool {value}"),
            other => other.noun().to_owned(),
        }
    }

    #[test]
    fn numbers_are_spelt_as_json_spells_them_and_stay_exact() {
        for (text, expected) in [
            ("5", "5"),
            ("-5", "-5"),
            ("+5", "5"),
            ("0", "0"),
            ("-0", "-0"),
            ("0.0", "0.0"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5.0"),
            ("1e3", "1e3"),
            ("1.5E-3", "1.5E-3"),
            (".5e+3", "0.5e+3"),
            ("9007199254740993", "9007199254740993"),
            ("0x1F", "31"),
            ("0o17", "15"),
            (
                "0xffffffffffffffffffffffffffffffff",
                "340282366920938463463374607431768211455",
            ),
        ] {
            assert_eq!(shown(text), format!("number {expected}"), "{text}");
        }
    }

    #[test]
    fn words_of_yaml_1_1_and_things_that_only_look_like_numbers_are_texts() {
        for text in [
            "yes",
            "No",
            "on",
            "OFF",
            "y",
            "nUll",
            "tRue",
            "1_000",
            "1:20",
            "2001-01-01",
            "0x",
            "0xZZ",
            "0b1",
            "-0x1F",
            "1.2.3",
            "e3",
            "1e",
            "1e+",
            ".",
            "+",
            "-",
            "..5",
            "+-5",
            "0o8",
            "nan",
            "inf",
            "+.nan",
            "1 2",
            "٣",
        ] {
            assert_eq!(shown(text), format!("string {text}"), "{text}");
        }
    }

    #[test]
    fn null_and_booleans_have_three_spellings() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(shown(text), "null", "{text}");
        }
        assert_eq!(shown("True"), "bool true");
        assert_eq!(shown("FALSE"), "bool false");
    }

    #[test]
    fn what_json_cannot_say_or_readers_disagree_about_is_refused() {
        for text in [".inf", "-.INF", "+.Inf", ".nan", ".NaN"] {
            assert_eq!(resolve(text), Err(Refusal::NotFinite), "{text}");
        }
        for text in ["007", "-01", "012345678901", "00", "00.5"] {
            assert_eq!(resolve(text), Err(Refusal::LeadingZero), "{text}");
        }
        let long = format!("0x1{}", "0".repeat(32));
        assert_eq!(resolve(&long), Err(Refusal::TooLong));
    }

    #[test]
    fn a_core_tag_decides_and_must_fit() {
        assert_eq!(resolve_as("str", "5"), Ok(Kind::String("5".to_owned())));
        assert_eq!(resolve_as("int", "5"), resolve("5"));
        assert_eq!(resolve_as("float", "5"), resolve("5"));
        assert_eq!(resolve_as("int", "5.5"), Err(Refusal::NotWhatTheTagSays));
        assert_eq!(resolve_as("bool", "yes"), Err(Refusal::NotWhatTheTagSays));
        assert_eq!(resolve_as("null", "x"), Err(Refusal::NotWhatTheTagSays));
        assert_eq!(resolve_as("binary", "aGk="), Err(Refusal::UnknownTag));
    }
}
