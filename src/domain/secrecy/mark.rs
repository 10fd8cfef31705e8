//! Marks of values that are not shown: equal values have equal marks, so that a reader sees which are the same.
//!
//! A plain hash of a weak password can be guessed by whoever reads it. These are keyed with random bytes that every run makes anew
//! and nobody is told: without the key a guess cannot be tried, and marks of two runs have nothing to do with each other.
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How many bytes a key has: a block of SHA-256.
pub const KEY_BYTES: usize = 64;

/// The key of one run. It is never shown and never kept.
#[derive(Clone)]
pub struct MarkKey([u8; KEY_BYTES]);

/// The mark of a value: eight hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark([u8; 4]);

impl MarkKey {
    /// A key of random bytes.
    #[must_use]
    pub fn new(random: [u8; KEY_BYTES]) -> Self {
        Self(random)
    }

    /// The first four bytes of the HMAC-SHA-256 of a value (RFC 2104).
    #[must_use]
    pub fn mark(&self, value: &str) -> Mark {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        mac.update(value.as_bytes());
        let [a, b, c, d, ..] = mac.finalize().into_bytes().0;
        Mark([a, b, c, d])
    }
}

impl fmt::Debug for MarkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MarkKey")
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_the_beginning_of_the_hmac_of_rfc_4231() {
        // Test case 2; a short key is filled up with zeros.
        let mut key = [0; KEY_BYTES];
        key[..4].copy_from_slice(b"Jefe");
        let mark = MarkKey::new(key).mark("what do ya want for nothing?");
        assert_eq!(mark.to_string(), "5bdcc146");
    }

    #[test]
    fn equal_values_have_equal_marks_and_another_key_makes_others() {
        let (one, other) = (MarkKey::new([1; KEY_BYTES]), MarkKey::new([2; KEY_BYTES]));
        assert_eq!(one.mark("hunter2"), one.mark("hunter2"));
        assert_ne!(one.mark("hunter2"), one.mark("hunter3"));
        assert_ne!(one.mark("hunter2"), other.mark("hunter2"));
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", MarkKey::new([7; KEY_BYTES])), "MarkKey");
    }
}
