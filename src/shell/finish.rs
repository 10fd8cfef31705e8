//! The rendering that was asked for, and where outputs go.
#![expect(
    clippy::disallowed_methods,
    reason = "the shell is where the environment is read"
)]
use std::env;
use std::fs::OpenOptions;
use std::io::{self, LineWriter, Stderr, Stdout, Write};
use std::path::PathBuf;

use super::command::{Color, Format, OutputArgs};
use crate::domain::place::Place;
use crate::error::{Cause, Error};
use crate::ports::Files;
use crate::report::text::{one_line, plain_line};
use crate::report::{
    Event, Github, Human, Json, Junit, Report, Style, shell_lines, write_github_outputs,
};
use crate::world::{Interruptions, Local};

/// One of the renderings, writing to this process's streams and files.
pub(super) struct Renderer {
    kind: Kind,
    output_env: Option<PathBuf>,
    junit: Option<(PathBuf, Junit)>,
}

enum Kind {
    Human(Human<LineWriter<Stderr>, Stdout>),
    Github {
        report: Box<Github<LineWriter<Stderr>, Stdout>>,
        outputs: Option<PathBuf>,
        summary: Option<PathBuf>,
    },
    Json(Json<Stdout>),
}

impl Renderer {
    pub(super) fn new(stage: &'static str, output: &OutputArgs) -> Self {
        let kind = match output.format() {
            Format::Auto | Format::Human => {
                let terminal = super::terminal() && env::var_os("CI").is_none() && !dumb();
                Kind::Human(Human::new(
                    LineWriter::new(io::stderr()),
                    io::stdout(),
                    Style {
                        color: colored(output.color),
                        terminal,
                    },
                ))
            }
            Format::Github => Kind::Github {
                report: Box::new(Github::new(
                    stage,
                    LineWriter::new(io::stderr()),
                    io::stdout(),
                )),
                outputs: file("GITHUB_OUTPUT"),
                summary: file("GITHUB_STEP_SUMMARY"),
            },
            Format::Json => Kind::Json(Json::new(io::stdout())),
        };
        Self {
            kind,
            output_env: output.output_env.clone(),
            junit: output.junit.clone().map(|path| (path, Junit::new(stage))),
        }
    }

    /// Gives the outputs to later steps.
    pub(super) fn write_outputs(&self, outputs: &[(String, String)]) -> Result<(), Error> {
        if let Kind::Github {
            outputs: Some(path),
            ..
        } = &self.kind
        {
            write_github_outputs(path, outputs).map_err(|error| {
                Error::new(Cause::Input, format!("cannot write the outputs: {error}"))
                    .at(Place::file(path.display().to_string()))
            })?;
        }
        if let Some(path) = &self.output_env {
            Local::new(1.0, Interruptions::default()).write(path, &shell_lines(outputs))?;
        }
        Ok(())
    }

    /// Writes what was kept for the end.
    pub(super) fn close(self) {
        if let Some((path, junit)) = self.junit {
            let world = Local::new(1.0, Interruptions::default());
            // Reports have a folder of their own in CI systems, which nobody makes.
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let made = folder.map_or(Ok(()), |folder| world.make_folder(folder));
            if let Err(error) = made.and_then(|()| world.write(&path, &junit.page())) {
                // As below: the run counts, not the report of it.
                // The path is the user's, or whoever fills their inputs: no line of it is the runner's.
                let line = plain_line(&one_line(&error.to_string()));
                let _: io::Result<()> = writeln!(
                    io::stderr(),
                    "the JUnit report could not be written: {line}"
                );
            }
        }
        if let Kind::Github {
            report,
            summary: Some(path),
            ..
        } = self.kind
            && let Some(page) = report.summary()
        {
            let written = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .and_then(|mut file| file.write_all(page.as_bytes()));
            if let Err(error) = written {
                // The summary is for people; that it is missing must not turn a deployment red.
                let _: io::Result<()> = writeln!(
                    io::stderr(),
                    "the step summary could not be written: {error}"
                );
            }
        }
    }
}

impl Report for Renderer {
    fn tell(&mut self, event: Event) {
        if let Some((_, junit)) = &mut self.junit {
            junit.tell(event.clone());
        }
        match &mut self.kind {
            Kind::Human(report) => report.tell(event),
            Kind::Github { report, .. } => report.tell(event),
            Kind::Json(report) => report.tell(event),
        }
    }
}

fn file(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

fn set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}

fn dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// `--color` first, then `NO_COLOR`, then what asks for colour, then the terminal.
fn colored(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if file("NO_COLOR").is_some() => false,
        Color::Auto => {
            set("FORCE_COLOR") || set("CLICOLOR_FORCE") || (super::terminal() && !dumb())
        }
    }
}
