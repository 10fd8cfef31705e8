//! Base64 as RFC 4648 has it, with padding: the form of registry tokens. Not a decoder: nothing here reads any.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes in base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.chunks(3).fold(
        String::with_capacity(bytes.len().div_ceil(3) * 4),
        |mut text, chunk| {
            let at = |index: usize| chunk.get(index).map_or(0, |byte| usize::from(*byte));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            for digit in 0..4 {
                let value = bits >> (18 - 6 * digit) & 63;
                text.push(if digit <= chunk.len() {
                    char::from(ALPHABET[value])
                } else {
                    '='
                });
            }
            text
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_come_out() {
        let examples = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in examples {
            assert_eq!(encode(plain.as_bytes()), encoded);
        }
    }
}
