//! A cause as lines of a log, for every rendering that has a log.
use serde_json::{Value, json};

use super::text::{clean, one_line};
use super::{Blame, LogTail, LogWriter};

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

impl LogWriter {
    /// ``container `web` (a/b)``: a name as `name` writes it, where it is from as `from` does.
    pub(super) fn named(
        &self,
        name_of: impl Fn(&str) -> String,
        from: impl Fn(&str) -> String,
    ) -> String {
        match self {
            Self::Container { name, stream } => {
                format!("container {} ({})", name_of(name), from(stream))
            }
            Self::Hook { event, function } if function.is_empty() => {
                format!("the hook of {}", name_of(event))
            }
            Self::Hook { event, function } => {
                format!("the hook of {} ({})", name_of(event), from(function))
            }
        }
    }
}

impl LogTail {
    /// It and who wrote it, for programs.
    #[must_use]
    pub fn object(&self) -> Value {
        match &self.writer {
            LogWriter::Container { name, stream } => {
                json!({ "container": name, "stream": stream, "lines": self.lines })
            }
            LogWriter::Hook { event, function } => {
                json!({ "lifecycleEvent": event, "function": function, "lines": self.lines })
            }
        }
    }

    /// A heading, and each line of the container behind a bar, so that none of them stands at the start of a line.
    pub(super) fn told(&self, bar: char) -> Vec<String> {
        let heading = format!(
            "  last lines of {}:",
            self.writer
                .named(|name| format!("`{}`", one_line(name)), one_line)
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
    fn what_a_hook_wrote_is_no_command_and_no_name_breaks_out_of_its_line() {
        let log = LogTail {
            writer: LogWriter::Hook {
                event: "Before\n::error::x".to_owned(),
                function: "check\u{1b}[31m".to_owned(),
            },
            lines: vec!["::set-output name=x::y\r".to_owned()],
        };
        assert_eq!(
            log.told('|'),
            [
                "  last lines of the hook of `Before ::error::x` (check):",
                "    | ::set-output name=x::y"
            ]
        );
        assert_eq!(log.object()["lifecycleEvent"], "Before\n::error::x");
    }

    #[test]
    fn no_line_of_a_container_stands_at_the_start_of_a_line() {
        let log = LogTail {
            writer: LogWriter::Container {
                name: "web".to_owned(),
                stream: "a/b".to_owned(),
            },
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
