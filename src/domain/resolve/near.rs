//! The tags of a repository that may have been meant when one is missing.

/// How many are shown.
const SHOWN: usize = 5;

/// The shortest run of hexadecimal digits that is taken for a short commit: what git writes by default.
const SHORT_COMMIT: usize = 7;

/// Tags that are near a missing one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Near {
    /// The nearest first, at most five.
    pub tags: Vec<String>,
    /// How many tags were looked at; `None` if they could not be read.
    pub of: Option<usize>,
}

/// Finds the tags near a missing one: those that hold a short form of the same commit, those that hold it or are held in
/// it, those that differ in case, and those that differ in one or two characters.
#[must_use]
pub fn near(missing: &str, tags: &[String]) -> Near {
    let mut found: Vec<(usize, &String)> = tags
        .iter()
        .filter_map(|tag| Some((distance(missing, tag)?, tag)))
        .collect();
    found.sort();
    found.dedup();
    Near {
        tags: found
            .into_iter()
            .take(SHOWN)
            .map(|(_, tag)| tag.clone())
            .collect(),
        of: Some(tags.len()),
    }
}

/// How far a tag is from the missing one; `None` if they have nothing to do with each other.
fn distance(missing: &str, tag: &str) -> Option<usize> {
    if shares_commit(missing, tag) {
        return Some(0);
    }
    let (one, other) = (missing.to_ascii_lowercase(), tag.to_ascii_lowercase());
    if one == other {
        return Some(0);
    }
    let shorter = one.len().min(other.len());
    if shorter >= 3 && (one.contains(&other) || other.contains(&one)) {
        return Some(1);
    }
    let edits = edits(one.as_bytes(), other.as_bytes());
    (edits <= 2 && edits < shorter).then_some(1 + edits)
}

/// Whether both hold the same commit, one of them perhaps in its short form, with or without words around (`git-3f9a1c0`).
fn shares_commit(missing: &str, tag: &str) -> bool {
    commits(missing).any(|one| {
        commits(tag).any(|other| {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            let shared = one.len().min(other.len());
            one[..shared].eq_ignore_ascii_case(&other[..shared])
        })
    })
}

/// The words of a tag that may be commits, without the `g` that `git describe` puts before one.
fn commits(tag: &str) -> impl Iterator<Item = &str> {
    tag.split(['-', '_', '.']).filter_map(|word| {
        let word = word.strip_prefix('g').unwrap_or(word);
        let fits = word.len() >= SHORT_COMMIT && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then_some(word)
    })
}

/// The number of characters to put in, take out or replace (Levenshtein). Tags have at most a few hundred.
fn edits(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut last = line + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(other) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            last = replaced.min(last + 1).min(*cell + 1);
            *cell = last;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";

    fn found(missing: &str, tags: &[&str]) -> Vec<String> {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        near(missing, &tags).tags
    }

    #[test]
    fn short_forms_of_the_commit_are_near_it_with_or_without_words_around() {
        let tags = [
            "3f9a1c0",
            "git-3f9a1c0d5b7e",
            "v1.2-4-g3f9a1c0",
            "8b2d4e6f",
            "latest",
        ];
        assert_eq!(
            found(SHA, &tags),
            ["3f9a1c0", "git-3f9a1c0d5b7e", "v1.2-4-g3f9a1c0"]
        );
        assert_eq!(found("3F9A1C0", &[SHA]), [SHA]);
    }

    #[test]
    fn a_prefix_a_word_more_another_case_and_a_slip_are_near() {
        assert_eq!(found("1.4.2", &["v1.4.2", "1.4.20", "9.0.0"]).len(), 2);
        assert_eq!(found("Release", &["release", "other"]), ["release"]);
        assert_eq!(found("latset", &["latest", "stable"]), ["latest"]);
    }

    #[test]
    fn what_only_looks_alike_is_not_near() {
        assert!(found(SHA, &["3f9a1c1", "9a1c1", "latest"]).is_empty());
        assert!(found("v1", &["v", "w2", "x"]).is_empty());
    }

    #[test]
    fn the_nearest_come_first_and_at_most_five_are_shown() {
        let tags: Vec<String> = (0..9).map(|number| format!("web-{number}")).collect();
        let near = near("web-1", &tags);
        assert_eq!(near.tags.len(), 5);
        assert_eq!(near.tags[0], "web-1");
        assert_eq!(near.of, Some(9));
    }

    #[test]
    fn edits_are_counted_as_levenshtein_does() {
        for (one, other, count) in [
            ("", "", 0),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("abc", "abc", 0),
            ("abc", "bc", 1),
        ] {
            assert_eq!(
                edits(one.as_bytes(), other.as_bytes()),
                count,
                "{one} {other}"
            );
        }
    }
}
