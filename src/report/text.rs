//! Text from outside made harmless: for a terminal, for a workflow command, for Markdown.
use crate::domain::secrecy::masked;

/// Text without escape sequences, control characters, direction overrides and what looks like a secret; line breaks and
/// tabs stay.
pub(crate) fn clean(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    masked(&text)
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_override(*c)))
        .collect()
}

/// The same on one line.
pub(crate) fn one_line(text: &str) -> String {
    clean(text)
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Characters that reorder the text around them (the Unicode property `Bidi_Control`).
fn is_override(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The message of a workflow command.
pub(super) fn command_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a workflow command.
pub(super) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line of a log that the runner must not take for a command: it looks for `::` at the start and for `##[` anywhere.
pub(crate) fn plain_line(text: &str) -> String {
    let text = text.replace("##[", "# #[");
    match text.trim_start().strip_prefix("::") {
        Some(rest) => format!(": :{rest}"),
        None => text,
    }
}

/// Markdown that shows the text and nothing else. Pairs of backticks become code, as the author of a message meant them.
pub(super) fn markdown(text: &str) -> String {
    let text = one_line(text);
    let mut parts: Vec<&str> = text.split('`').collect();
    let lonely = if parts.len().is_multiple_of(2) {
        parts.pop()
    } else {
        None
    };
    let mut shown = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 {
            shown.push_str(&code(part));
        } else {
            escape(&mut shown, part);
        }
    }
    if let Some(rest) = lonely {
        shown.push_str("\\`");
        escape(&mut shown, rest);
    }
    shown
}

fn escape(shown: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '$' | ':' | '!' => {
                shown.push('\\');
                shown.push(c);
            }
            _ => shown.push(c),
        }
    }
}

/// A code span that holds the text as it is, safe in a table cell too.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "\\|");
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    match text.as_str() {
        "" => String::new(),
        inner if inner.starts_with('`') || inner.ends_with('`') => {
            format!("{ticks} {inner} {ticks}")
        }
        inner => format!("{ticks}{inner}{ticks}"),
    }
}

/// The marks around a fenced block, and the lines in it as they are.
pub(super) fn fenced(lines: &[String]) -> (String, Vec<String>) {
    let lines: Vec<String> = lines.iter().map(|line| clean(line)).collect();
    let longest = lines.iter().map(|line| longest_run(line, '`')).max();
    let marks = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    (marks, lines)
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// A duration for people: `4 s`, `2 min 05 s`, `1 h 02 min`.
pub(super) fn duration(time: std::time::Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 if time.as_millis() > 0 => format!("{} ms", time.as_millis()),
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_control_characters_do_not_reach_a_terminal() {
        assert_eq!(
            clean("\u{1b}[31mred\u{1b}[0m\u{7}\u{202e}x\ty\n"),
            "redx\ty\n"
        );
        assert_eq!(one_line("a\r\n  b\n\n"), "a b");
    }

    #[test]
    fn a_line_that_looks_like_a_workflow_command_is_broken() {
        assert_eq!(
            plain_line("::set-output name=x::y"),
            ": :set-output name=x::y"
        );
        assert_eq!(plain_line("   ::error::x"), ": :error::x");
        assert_eq!(plain_line("a ##[add-path]x"), "a # #[add-path]x");
        assert_eq!(command_property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }

    #[test]
    fn outside_text_becomes_no_markup() {
        assert_eq!(
            markdown("<img src=x> [a](b) **c** | https://e.x"),
            "&lt;img src=x&gt; \\[a\\](b) \\*\\*c\\*\\* \\| https\\://e.x"
        );
        assert_eq!(markdown("container `we|b` died"), "container `we\\|b` died");
        assert_eq!(markdown("a ` b"), "a \\` b");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(fenced(&["```".to_owned()]).0, "````");
    }

    #[test]
    fn durations_read_well() {
        let of = |ms| duration(std::time::Duration::from_millis(ms));
        assert_eq!(
            (of(0), of(7), of(4_000), of(125_000), of(3_720_000)),
            (
                "0 s".into(),
                "7 ms".into(),
                "4 s".into(),
                "2 min 05 s".into(),
                "1 h 02 min".into()
            )
        );
    }
}
