//! Argument types and groups that several stages share. Each is made by `FromStr`, so a bad value is a usage error before
//! anything happens.
use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// A switch that takes `true`, `false`, `yes`, `no`, `1` or `0` (in any case), and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switch(pub bool);

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Self(true)),
            "false" | "no" | "0" => Ok(Self(false)),
            _ => Err("expected one of: `true`, `false`, `yes`, `no`, `1`, `0`".to_owned()),
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A list: one item a line, blank lines and outer spaces ignored. The option can be repeated; each use may hold several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines<T>(pub Vec<T>);

impl<T> FromStr for Lines<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.lines()
            .map(str::trim)
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
            .map(|(index, line)| match line.parse::<T>() {
                Ok(item) => Ok(item),
                Err(error) if text.trim().contains('\n') => {
                    Err(format!("line {}: {error}", index + 1))
                }
                Err(error) => Err(error.to_string()),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A list whose items may also stand on one line, separated by commas (`web, worker`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names<T>(pub Vec<T>);

impl<T> FromStr for Names<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split([',', '\n'])
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| item.parse().map_err(|error: T::Err| error.to_string()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// All items of a repeated list option, in order.
#[must_use]
pub fn items<T: Clone>(uses: &[Lines<T>]) -> Vec<T> {
    uses.iter()
        .flat_map(|lines| lines.0.iter().cloned())
        .collect()
}

/// All items of a repeated name-list option, in order.
#[must_use]
pub fn names<T: Clone>(uses: &[Names<T>]) -> Vec<T> {
    uses.iter()
        .flat_map(|names| names.0.iter().cloned())
        .collect()
}

/// A file to read; `-` is standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input(pub PathBuf);

impl FromStr for Input {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(PathBuf::from(text)))
    }
}

impl Input {
    /// The path, for the `Files` port.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.display(), f)
    }
}

/// A file to write; `-` is standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl FromStr for Output {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::Stdout,
            path => Self::File(PathBuf::from(path)),
        })
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("-"),
            Self::File(path) => fmt::Display::fmt(&path.display(), f),
        }
    }
}

/// A span of time: `90s`, `30m`, `2h`, or a sum of them (`1h30m`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "expected a number with a unit, as in `90s`, `30m`, `2h` or `1h30m`".to_owned();
        let mut rest = text.trim();
        let mut seconds: u64 = 0;
        let mut units = "hms";
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
            let unit = rest[digits..].chars().next().ok_or_else(wrong)?;
            let place = units.find(unit).ok_or_else(wrong)?;
            units = &units[place + 1..];
            let factor = match unit {
                'h' => 3600,
                'm' => 60,
                _ => 1,
            };
            seconds = number
                .checked_mul(factor)
                .and_then(|n| seconds.checked_add(n))
                .ok_or_else(wrong)?;
            rest = &rest[digits + unit.len_utf8()..];
        }
        if seconds > 366 * 24 * 3600 {
            return Err("longer than a year".to_owned());
        }
        Ok(Self(Duration::from_secs(seconds)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (h, m, s) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
        if h > 0 {
            write!(f, "{h}h")?;
        }
        if m > 0 {
            write!(f, "{m}m")?;
        }
        if s > 0 || seconds == 0 {
            write!(f, "{s}s")?;
        }
        Ok(())
    }
}

/// How fast virtual time runs: virtual seconds per second, from 0 (it stands still) to 100000.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(pub f64);

impl Default for Speed {
    fn default() -> Self {
        Self(1.0)
    }
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<f64>() {
            Ok(factor) if (0.0..=100_000.0).contains(&factor) => Ok(Self(factor)),
            _ => Err("expected a number from 0 to 100000".to_owned()),
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// For every stage that changes AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Dry run")]
pub struct DryRun {
    /// Only read, print the plan and the diff, and change nothing
    #[arg(long)]
    pub dry_run: Option<Switch>,

    /// With `dry-run`: exit 11 if something would change
    #[arg(long)]
    pub exit_code: Option<Switch>,
}

impl DryRun {
    /// Whether this is a dry run.
    #[must_use]
    pub fn on(&self) -> bool {
        self.dry_run.is_some_and(|Switch(on)| on)
    }

    /// Whether a dry run that finds changes must exit 11.
    #[must_use]
    pub fn tells_changes(&self) -> bool {
        self.on() && self.exit_code.is_some_and(|Switch(on)| on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_the_six_words_and_nothing_else() {
        for (text, value) in [
            ("true", true),
            ("YES", true),
            ("1", true),
            ("false", false),
            ("no", false),
            ("0", false),
        ] {
            assert_eq!(text.parse(), Ok(Switch(value)), "{text}");
        }
        for text in ["", "on", "y", "2", "truee"] {
            assert!(text.parse::<Switch>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_skips_blank_lines_and_says_which_line_is_wrong() {
        assert_eq!(" 1\n\n 2 \n".parse(), Ok(Lines(vec![1, 2])));
        let error = "1\nx".parse::<Lines<u32>>().unwrap_err();
        assert!(error.starts_with("line 2: "), "{error}");
    }

    #[test]
    fn names_may_stand_on_one_line_with_spaces_after_the_comma() {
        assert_eq!(
            "a, b\nc,".parse(),
            Ok(Names(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]))
        );
    }

    #[test]
    fn a_span_needs_its_unit_and_keeps_the_order_of_units() {
        for (text, seconds) in [
            ("90s", 90),
            ("30m", 1800),
            ("2h", 7200),
            ("1h30m", 5400),
            ("0s", 0),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.0.as_secs(), seconds, "{text}");
        }
        for text in [
            "",
            "30",
            "m",
            "3x",
            "1m1h",
            "-1s",
            "1.5h",
            "1é",
            "99999999999999999999h",
            "9000000h",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
        assert_eq!(Span(Duration::from_mins(90)).to_string(), "1h30m");
    }
}
