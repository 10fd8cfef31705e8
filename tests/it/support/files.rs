//! Files of the repository, and comparing them with what they should be.
use std::fs;
use std::path::{Path, PathBuf};

/// A path in the repository.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The text of a file in the repository; empty if it is not there.
pub(crate) fn text(relative: &str) -> String {
    fs::read_to_string(path(relative)).unwrap_or_default()
}

/// The names in a folder of the repository, sorted.
pub(crate) fn names(relative: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path(relative))
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

/// Compares a file with what it should be, or writes it when `SNAPSHOTS=overwrite`. Gives the difference.
pub(crate) fn compare(relative: &str, expected: &str) -> Option<String> {
    let actual = text(relative);
    if actual == expected {
        return None;
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
        let path = path(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(path, expected).unwrap();
        return None;
    }
    let diff = similar::TextDiff::from_lines(&actual, expected)
        .unified_diff()
        .header(relative, "expected")
        .to_string();
    Some(diff)
}

/// Fails with all differences at once.
pub(crate) fn settle(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{}\nrun `SNAPSHOTS=overwrite cargo test --test it` and review the change",
        differences.join("\n")
    );
}

/// A Markdown file with the text between two markers replaced; the markers must be there.
pub(crate) fn with_section(relative: &str, marker: &str, body: &str) -> Result<String, String> {
    let (open, close) = (
        format!("<!-- {marker} -->\n"),
        format!("<!-- /{marker} -->"),
    );
    between(relative, &open, &close, body)
}

/// A file with the lines between two others replaced; both must be there. What stands before the closing one stays.
pub(crate) fn between(
    relative: &str,
    open: &str,
    close: &str,
    body: &str,
) -> Result<String, String> {
    let text = text(relative);
    let start = text
        .find(open)
        .ok_or_else(|| format!("{relative} lacks the marker `{}`", open.trim()))?
        + open.len();
    let end = text[start..]
        .find(close)
        .ok_or_else(|| format!("{relative} lacks the marker `{close}`"))?
        + start;
    let line = text[..end].rfind('\n').map_or(0, |at| at + 1);
    Ok(format!("{}{body}{}", &text[..start], &text[line..]))
}
