//! The known word a wrong one was probably meant to be.

/// The candidate that a word was probably meant to be: the same in other letter case, or at most two edits away (fewer for
/// short words); the nearest one, of equals the first. Else the only one of which the word is the beginning, or which the
/// word begins with: `executionRole`.
#[must_use]
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = word.to_lowercase();
    // What is far longer than any known word is none of them, and would be costly to compare.
    if lower.len() > 64 {
        return None;
    }
    let allowed = (lower.chars().count() / 3).min(2);
    let mut best: Option<(usize, &str)> = None;
    let mut longer: Vec<&str> = Vec::new();
    for candidate in candidates {
        let known = candidate.to_lowercase();
        if known.len().abs_diff(lower.len()) <= 2 * allowed {
            let edits = distance(&lower, &known);
            if edits <= allowed && best.is_none_or(|(fewest, _)| edits < fewest) {
                best = Some((edits, candidate));
            }
        }
        let shorter = lower.len().min(known.len());
        if shorter >= BEGINNING && (known.starts_with(&lower) || lower.starts_with(&known)) {
            longer.push(candidate);
        }
    }
    match (best, longer.as_slice()) {
        (Some((_, candidate)), _) => Some(candidate),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// The fewest letters that say which word is meant, where the rest is missing.
const BEGINNING: usize = 6;

/// The number of letters to insert, delete, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(from != to))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_and_a_swap_counts_once() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("port", "port", 0),
            ("prot", "port", 1),
            ("por", "port", 1),
            ("ports", "port", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_is_found_within_two_edits_and_in_any_case() {
        let keys = ["containerPort", "hostPort", "protocol", "name"];
        assert_eq!(nearest("contanierPort", keys), Some("containerPort"));
        assert_eq!(nearest("HostPort", keys), Some("hostPort"));
        assert_eq!(nearest("protocols", keys), Some("protocol"));
        assert_eq!(nearest("nmae", keys), Some("name"));
        assert_eq!(nearest("containerPrtXYZ", keys), None);
        assert_eq!(
            nearest("ab", ["cd"]),
            None,
            "two edits of two letters is another word"
        );
        assert_eq!(
            nearest("executionRole", ["executionRoleArn", "executionRoleName"]),
            None,
            "two begin so"
        );
        assert_eq!(
            nearest("executionRole", ["taskRoleArn", "executionRoleArn"]),
            Some("executionRoleArn")
        );
        assert_eq!(
            nearest("memory", ["memoryReservation"]),
            Some("memoryReservation")
        );
        assert_eq!(nearest("port", ["portMappings"]), None, "too few letters");
        assert_eq!(nearest(&"x".repeat(10_000), keys), None);
    }
}
