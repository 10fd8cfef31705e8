//! Numbers as they were written: `1.0`, `1e3` and `9007199254740993` keep their digits.
//! Not for arithmetic.
use std::fmt;
use std::str::FromStr;

/// A JSON number with its exact text.
///
/// Two numbers are equal if they are written alike: `1.0` is not `1`.
#[derive(Clone)]
pub struct Number {
    text: String,
    value: serde_json::Number,
}

impl Number {
    /// The number as it was written, always a valid JSON number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number as a whole number, if it is written as one and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// The number for `serde_json`: the value is exact, only an exponent may be spelt in another way (`1e3` as `1e+3`).
    #[must_use]
    pub fn to_serde(&self) -> serde_json::Number {
        self.value.clone()
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Number {}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("number")
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self {
            text: number.to_string(),
            value: number.into(),
        }
    }
}

impl From<&serde_json::Number> for Number {
    fn from(number: &serde_json::Number) -> Self {
        Self {
            text: number.to_string(),
            value: number.clone(),
        }
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads the JSON grammar and nothing else: no `+`, no leading zero, no bare point, no hexadecimal, no infinity.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !is_json_number(text) {
            return Err(NotANumber);
        }
        Ok(Self {
            text: text.to_owned(),
            value: text.parse().map_err(|_| NotANumber)?,
        })
    }
}

/// The text is not a number as JSON writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number as JSON writes numbers")
    }
}

impl std::error::Error for NotANumber {}

/// RFC 8259: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|part| digits(part.strip_prefix(['+', '-']).unwrap_or(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_calls_a_number_keeps_its_text() {
        for text in [
            "0",
            "-0",
            "7",
            "-12",
            "0.0",
            "1.50",
            "1e3",
            "1E+3",
            "2e-0",
            "9007199254740993",
            "-0.5e10",
            "123456789012345678901234567890.123456789",
        ] {
            assert_eq!(text.parse::<Number>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_json_does_not_call_a_number_is_refused() {
        for text in [
            "", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "0x1", "1_0", " 1", "1 ", "NaN",
            "Infinity", "1.2.3", "1e2e3", "--1", "١",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn equality_is_by_what_is_written() {
        assert_ne!("1.0".parse::<Number>(), "1".parse::<Number>());
        assert_eq!(Number::from(5), "5".parse::<Number>().unwrap());
    }

    #[test]
    fn a_large_number_goes_to_serde_and_back_with_all_its_digits() {
        let number: Number = "123456789012345678901234567890.5".parse().unwrap();
        assert_eq!(Number::from(&number.to_serde()), number);
    }
}
