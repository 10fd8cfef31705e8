//! Marks that a template leaves to be filled in: `<IMAGE1_NAME>`, `${IMAGE}`, `{{ image }}`.
//! Filling them in is the business of rendering; whether one may be left is decided by a rule.

/// A mark in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The mark as written: `<IMAGE1_NAME>`.
    pub text: &'a str,
    /// The name inside: `IMAGE1_NAME`.
    pub name: &'a str,
    /// Where it begins in the text, in bytes.
    pub offset: usize,
}

/// The ways to write a mark: what opens it, and what closes it.
const FORMS: [(&str, &str); 3] = [("<", ">"), ("${", "}"), ("{{", "}}")];

/// Whether a text holds a mark.
#[must_use]
pub(super) fn within(text: &str) -> bool {
    marks(text).next().is_some()
}

/// The marks in a text, in order.
///
/// A name is what could be one: in angle brackets capital letters, digits, `_` and `-`, so that `<b>` and `a < b` are none;
/// in `${…}` and `{{…}}` also lower-case letters and points, but no point first: `{{.Name}}` is for Docker to fill in.
pub fn marks(text: &str) -> impl Iterator<Item = Mark<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(rest) = text.get(from..) {
            let begin = from + rest.find(['<', '$', '{'])?;
            if let Some(mark) = mark_at(text, begin) {
                from = begin + mark.text.len();
                return Some(mark);
            }
            from = begin + 1;
        }
        None
    })
}

fn mark_at(text: &str, offset: usize) -> Option<Mark<'_>> {
    let rest = text.get(offset..)?;
    FORMS.iter().find_map(|(open, close)| {
        let inside = rest.strip_prefix(open)?;
        // Ends at the first byte no name has, so that a text of nothing but openings is read in one pass.
        let end = inside
            .bytes()
            .take(LONGEST + 1)
            .position(|byte| !may_be_inside(byte))?;
        if !inside.get(end..)?.starts_with(close) {
            return None;
        }
        let name = inside.get(..end)?.trim();
        let is_name = if *open == "<" {
            name.len() == end && is_capital_name(name)
        } else {
            is_name(name)
        };
        let text = rest.get(..open.len() + end + close.len())?;
        is_name.then_some(Mark { text, name, offset })
    })
}

/// The most bytes of a name with the spaces around it.
const LONGEST: usize = 128;

fn may_be_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ' | b'\t')
}

fn is_capital_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-'))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        marks(text).map(|mark| mark.name).collect()
    }

    #[test]
    fn every_form_is_recognised_with_its_name() {
        assert_eq!(names("<IMAGE1_NAME>"), ["IMAGE1_NAME"]);
        assert_eq!(
            names("x/${image.tag}:{{ tag }}<A><B-2>"),
            ["image.tag", "tag", "A", "B-2"]
        );
        let mark = marks("é <A>").next().unwrap();
        assert_eq!((mark.text, mark.offset), ("<A>", 3));
    }

    #[test]
    fn what_only_looks_like_a_mark_is_none() {
        for text in [
            "{{.Name}}",
            "a < b > c",
            "<b>",
            "<>",
            "${}",
            "${1}",
            "$(date)",
            "{{",
            "<A B>",
            "${A:-x}",
            "<A",
        ] {
            assert_eq!(names(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn a_name_has_a_longest_length() {
        let fits = format!("<{}>", "A".repeat(LONGEST));
        assert_eq!(names(&fits).len(), 1);
        assert_eq!(names(&fits.replace("<A", "<AA")).len(), 0);
    }

    #[test]
    fn a_text_of_openings_is_read_in_one_pass() {
        for open in ["<", "${", "{{", "<A"] {
            assert_eq!(marks(&open.repeat(500_000)).count(), 0, "{open}");
        }
    }

    #[test]
    fn a_broken_mark_does_not_hide_the_next_one() {
        assert_eq!(names("<<A>"), ["A"]);
        assert_eq!(names("${ {{a}}"), ["a"]);
    }
}
