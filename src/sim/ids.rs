//! Identifiers in the forms AWS gives them, the same ones in every run: the n-th id asked for is a hash of n.
//! Not for anything that must be hard to guess.

use sha2::{Digest, Sha256};

/// A source of identifiers that never repeats one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    kind: &'static str,
    given: u64,
}

impl Ids {
    /// A source whose ids are not those of another kind.
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kind, given: 0 }
    }

    /// So many lower-case hexadecimal digits, at most 64: 32 for a task.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = hex_of(&self.next());
        text.truncate(length);
        text
    }

    /// Nineteen decimal digits that fit a signed 64-bit number: the `<N>` of `ecs-svc/<N>`.
    pub(crate) fn decimal(&mut self) -> String {
        let number = self
            .next()
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let low = 1_000_000_000_000_000_000;
        (low + number % (8 * low)).to_string()
    }

    /// A UUID's text form (8-4-4-4-12).
    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.hex(32);
        [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
            .map(|(from, to)| hex.get(from..to).unwrap_or_default())
            .join("-")
    }

    /// So many of the base-62 characters AWS uses in opaque ids: `ServiceDeployment` ids are 21 of them.
    pub(crate) fn base62(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.next().iter().take(length - text.len()) {
                text.push(char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
            }
        }
        text
    }

    /// So many upper-case letters and digits: `d-` and nine of them are a CodeDeploy deployment.
    pub(crate) fn capitals(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        self.next()
            .iter()
            .take(length)
            .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
            .collect()
    }

    fn next(&mut self) -> Vec<u8> {
        self.given += 1;
        Sha256::digest(format!("{} id {}", self.kind, self.given)).to_vec()
    }
}

/// Lower-case hexadecimal digits of the bytes.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// `sha256:` and the digest of the bytes: the form registries give a digest.
pub(crate) fn sha256_digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex_of(&Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_in_every_run_and_never_repeat() {
        let (mut one, mut other) = (Ids::default(), Ids::default());
        let first = one.hex(32);
        assert_eq!(first, other.hex(32));
        assert_ne!(first, one.hex(32));
    }

    #[test]
    fn ids_of_different_kinds_differ() {
        assert_ne!(Ids::default().uuid(), Ids::of("request").uuid());
    }

    #[test]
    fn a_deployment_number_has_nineteen_digits_and_fits_a_signed_number() {
        let mut ids = Ids::default();
        for _ in 0..200 {
            let number = ids.decimal();
            assert_eq!(number.len(), 19, "{number}");
            assert!(number.parse::<i64>().is_ok(), "{number}");
        }
    }

    #[test]
    fn lengths_are_as_asked() {
        let mut ids = Ids::default();
        assert_eq!(ids.base62(40).len(), 40);
        assert_eq!(ids.uuid().len(), 36);
        assert_eq!(ids.uuid().matches('-').count(), 4);
    }

    #[test]
    fn a_digest_is_the_hash_of_the_bytes() {
        assert_eq!(
            sha256_digest(b""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
