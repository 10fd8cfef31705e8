//! Why a text is not the value it should be. The option or the place it came from is added by whoever knows it.
use std::fmt;

/// What a value must look like, or what is wrong with it: a lower-case fragment without a full stop.
///
/// It does not repeat the text: clap does that for options, and a value from a file may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    /// A reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}
