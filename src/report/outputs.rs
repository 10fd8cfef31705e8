//! Outputs for later steps: GitHub's file format, and shell lines for CodeBuild.
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Appends outputs to the file that `$GITHUB_OUTPUT` names, each with a fresh random delimiter.
///
/// # Errors
///
/// The file cannot be written, or the system has no randomness to give.
pub fn write_github_outputs(path: &Path, outputs: &[(String, String)]) -> io::Result<()> {
    let mut text = String::new();
    for (name, value) in outputs {
        let delimiter = delimiter(value)?;
        // Writing to a string cannot fail.
        let _ = write!(text, "{name}<<{delimiter}\n{value}\n{delimiter}\n");
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?
        .write_all(text.as_bytes())
}

/// A delimiter that does not occur in the value.
fn delimiter(value: &str) -> io::Result<String> {
    loop {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let mut delimiter = "wharfie-".to_owned();
        for byte in bytes {
            let _ = write!(delimiter, "{byte:02x}");
        }
        if !value.contains(&delimiter) {
            return Ok(delimiter);
        }
    }
}

/// Outputs as lines a POSIX shell reads: `WHARFIE_OUT_<NAME>='…'`.
#[must_use]
pub fn shell_lines(outputs: &[(String, String)]) -> String {
    let mut lines = String::new();
    for (name, value) in outputs {
        let name = name.to_ascii_uppercase().replace('-', "_");
        // Writing to a string cannot fail.
        let _ = writeln!(
            lines,
            "WHARFIE_OUT_{name}='{}'",
            value.replace('\'', r"'\''")
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_lines_keep_quotes_and_line_breaks() {
        let outputs = [("task-definition".to_owned(), "it's\n$(x)".to_owned())];
        assert_eq!(
            shell_lines(&outputs),
            "WHARFIE_OUT_TASK_DEFINITION='it'\\''s\n$(x)'\n"
        );
    }
}
