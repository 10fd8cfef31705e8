//! A cause as lines of a log, for every rendering that has a log.
use super::text::{clean, one_line};
use super::{Blame, LogTail};

impl Blame {
    /// `web: container `web` exited with code 1 (3 times)`.
    pub(super) fn told(&self) -> String {
        let times = if self.count > 1 {
            format!(" ({} times)", self.count)
        } else {
            String::new()
        };
        format!(
            "{}: {}{times}",
            one_line(&self.subject),
            one_line(&self.cause)
        )
    }

    /// The facts, a line each.
    pub(super) fn facts(&self) -> impl Iterator<Item = String> + '_ {
        self.details
            .iter()
            .map(|detail| format!("  {}", one_line(detail)))
    }
}

impl LogTail {
    /// A heading, and each line of the container behind a bar, so that none of them stands at the start of a line.
    pub(super) fn told(&self, bar: char) -> Vec<String> {
        let heading = format!(
            "  last lines of container `{}` ({}):",
            one_line(&self.container),
            one_line(&self.stream)
        );
        let lines = self.lines.iter().map(|text| {
            let text = clean(text);
            format!("    {bar} {}", text.trim_end().replace('\n', " "))
        });
        std::iter::once(heading).chain(lines).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_container_stands_at_the_start_of_a_line() {
        let log = LogTail {
            container: "web".to_owned(),
            stream: "a/b".to_owned(),
            lines: vec!["::error::x\n::error::y\u{1b}[31m".to_owned()],
        };
        assert_eq!(
            log.told('|'),
            [
                "  last lines of container `web` (a/b):",
                "    | ::error::x ::error::y"
            ]
        );
    }
}
