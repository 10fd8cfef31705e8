//! From the process to the stage and back: parse, report, run, exit.
//!
//! The only layer that reads arguments and the environment. It holds no decision about deployments.
mod command;
mod finish;
mod signal;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, FromArgMatches};

use crate::error::{Cause, Error};
use crate::report::text::{clean, plain_line};
use crate::report::{Event, Report};
use crate::stage::apart::apart;
use crate::stage::{Outputs, Stage};
use crate::world::{Context, Entrance, Interruptions};

pub use command::{Color, Format, OutputArgs, command, environment_twin};
use finish::Renderer;

/// Runs a stage in the world behind an entrance, as a process: arguments and environment in, exit code out.
#[must_use]
pub fn main<S, E>() -> ExitCode
where
    E: Entrance,
    S: Stage<E::World>,
{
    signal::report_panics();
    let arguments: Vec<OsString> = env::args_os().collect();
    let mut command = command::<S, E::Options>();
    if let Some(code) = complete(&mut command, &arguments) {
        return code;
    }
    match parse::<S, E>(command, &arguments) {
        Ok(parsed) => run::<S, E>(parsed),
        // Made anew: a copy of it for every run would be for nothing in most.
        Err(error) => refuse(
            S::NAME,
            self::command::<S, E::Options>(),
            &arguments,
            &error,
        ),
    }
}

/// What was typed, raised to what was meant.
struct Parsed<S, O> {
    stage: S,
    options: O,
    output: OutputArgs,
    context: Context,
}

fn parse<S, E>(
    command: clap::Command,
    arguments: &[OsString],
) -> Result<Parsed<S, E::Options>, clap::Error>
where
    E: Entrance,
    S: Stage<E::World>,
{
    let mut matches = command.try_get_matches_from(arguments)?;
    let context = Context {
        interruptions: Interruptions::default(),
        cluster: raw(&matches, "cluster"),
        service: raw(&matches, "service"),
    };
    Ok(Parsed {
        stage: S::from_arg_matches_mut(&mut matches)?,
        options: E::Options::from_arg_matches_mut(&mut matches)?,
        output: OutputArgs::from_arg_matches_mut(&mut matches)?,
        context,
    })
}

/// The first value of an option as it was typed, if the command has such an option.
fn raw(matches: &ArgMatches, name: &str) -> Option<String> {
    let value = matches.try_get_raw(name).ok().flatten()?.next()?;
    Some(value.to_string_lossy().into_owned())
}

fn run<S, E>(parsed: Parsed<S, E::Options>) -> ExitCode
where
    E: Entrance,
    S: Stage<E::World>,
{
    let Parsed {
        stage,
        options,
        output,
        context,
    } = parsed;
    let mut renderer = Renderer::new(S::NAME, &output);
    let ended = match signal::runtime(E::LISTENS) {
        Err(error) => Err(Error::new(
            Cause::Bug,
            format!("the system gave no event queue: {error}"),
        )),
        Ok(runtime) => runtime.block_on(async {
            let interruptions = context.interruptions.clone();
            let work = async {
                let world = E::enter(options, context).await?;
                apart(|| stage.run(&world, &mut renderer)).await
            };
            if E::LISTENS {
                signal::until_stopped(work, &interruptions).await
            } else {
                work.await
            }
        }),
    };
    finish::<S>(renderer, ended)
}

/// Writes the outputs, says how it ended and gives the exit code.
fn finish<S: crate::stage::Describe>(
    mut renderer: Renderer,
    ended: Result<Outputs, Error>,
) -> ExitCode {
    let (outputs, failure) = match ended {
        Ok(outputs) => (outputs, None),
        Err(mut error) => (std::mem::take(&mut error.outputs), Some(error)),
    };
    debug_assert!(
        outputs
            .iter()
            .all(|(name, _)| S::OUTPUTS.iter().any(|spec| spec.name == name)),
        "an output that `{}` does not declare: {outputs:?}",
        S::NAME
    );
    let outputs: Vec<(String, String)> = outputs
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let failure = match (renderer.write_outputs(&outputs), failure) {
        (Ok(()), failure) => failure,
        (Err(error), None) => Some(error),
        (Err(error), Some(first)) => {
            renderer.tell(Event::warning(error.to_string()));
            Some(first)
        }
    };
    let exit = failure
        .as_ref()
        .map_or(0, |error| error.cause.exit().code());
    if let Some(Error {
        cause: _,
        text,
        hint,
        place,
        outputs: _,
    }) = failure
    {
        let place = place.map(|place| *place);
        renderer.tell(Event::Failed {
            text,
            hint,
            place,
            exit,
        });
    }
    renderer.tell(Event::Finished { exit, outputs });
    renderer.close();
    ExitCode::from(exit)
}

/// Help, version, or arguments that do not fit.
fn refuse(
    stage: &'static str,
    command: clap::Command,
    arguments: &[OsString],
    error: &clap::Error,
) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // A reader that went away has what it wants.
        let _: io::Result<()> = error.print();
        return ExitCode::SUCCESS;
    }
    let output = command
        .ignore_errors(true)
        .try_get_matches_from(arguments)
        .and_then(|mut matches| OutputArgs::from_arg_matches_mut(&mut matches))
        .unwrap_or_default();
    let exit = Cause::Usage.exit().code();
    if output.format() == Format::Human {
        let _: io::Result<()> = explain(error);
        return ExitCode::from(exit);
    }
    let rendered = error.render().to_string();
    let (text, hint) = match rendered.trim().split_once("\n\n") {
        Some((text, rest)) => (text, Some(rest.trim().to_owned())),
        None => (rendered.trim(), None),
    };
    let text = text.strip_prefix("error: ").unwrap_or(text).to_owned();
    let mut report = Renderer::new(stage, &output);
    report.tell(Event::Failed {
        text,
        hint,
        place: None,
        exit,
    });
    report.tell(Event::Finished {
        exit,
        outputs: Vec::new(),
    });
    report.close();
    ExitCode::from(exit)
}

/// Prints what is wrong with the arguments. They may come from a pipeline's own input, so off a terminal no line of it can
/// be taken for a workflow command.
fn explain(error: &clap::Error) -> io::Result<()> {
    if terminal() {
        return error.print();
    }
    let mut err = io::stderr().lock();
    for line in clean(&error.render().to_string()).lines() {
        writeln!(err, "{}", plain_line(line))?;
    }
    Ok(())
}

/// `--completions SHELL` needs no other argument: it is looked for before anything is required.
fn complete(command: &mut clap::Command, arguments: &[OsString]) -> Option<ExitCode> {
    let mut arguments = arguments
        .iter()
        .skip(1)
        .filter_map(|argument| argument.to_str());
    let shell = arguments.find_map(|argument| match argument.strip_prefix("--completions") {
        Some("") => Some(None),
        Some(value) => value.strip_prefix('=').map(Some),
        None => None,
    })?;
    let shell: clap_complete::Shell = shell.or_else(|| arguments.next())?.parse().ok()?;
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, command, name, &mut script);
    // A reader that went away has what it wants.
    let _: io::Result<()> = io::stdout().write_all(&script);
    Some(ExitCode::SUCCESS)
}

/// Whether people look at standard error directly.
fn terminal() -> bool {
    io::stderr().is_terminal()
}
