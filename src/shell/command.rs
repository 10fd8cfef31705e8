//! The command of a stage: its options, those of its world, those of every stage; each with its environment twin.
#![expect(
    clippy::disallowed_methods,
    reason = "the shell is where the environment is read"
)]
use std::any::TypeId;
use std::env;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Args, Command, ValueEnum};

use crate::stage::Describe;
use crate::stage::args::Switch;

/// How events are rendered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// `github` if `GITHUB_ACTIONS=true`, else `human`
    #[default]
    Auto,
    /// Lines for people on standard error
    Human,
    /// Workflow commands, step summary and outputs
    Github,
    /// One JSON object per line on standard output
    Json,
}

/// When lines are coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The options of every stage.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// How events are shown
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// File that gets the outputs as shell lines, `WHARFIE_OUT_<NAME>='…'`
    #[arg(long, value_name = "FILE")]
    pub output_env: Option<PathBuf>,

    /// File that gets the run as a JUnit report: a case for each service, stage or file that is judged
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// When lines are coloured
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Print a completion script for a shell, and nothing else
    #[arg(long, value_name = "SHELL")]
    pub completions: Option<clap_complete::Shell>,
}

impl OutputArgs {
    /// The format that is meant; never `Auto`.
    #[must_use]
    pub fn format(&self) -> Format {
        match self.format {
            Format::Auto if env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") => {
                Format::Github
            }
            Format::Auto => Format::Human,
            format => format,
        }
    }
}

/// The command of a stage that runs in a world with these options.
#[must_use]
pub fn command<S: Describe, Options: Args>() -> Command {
    let command = Command::new(S::NAME);
    let command = S::augment_args(command);
    let command = OutputArgs::augment_args(Options::augment_args(command));
    command
        .name(format!("wharfie-{}", S::NAME))
        .bin_name(format!("wharfie-{}", S::NAME))
        .version(env!("CARGO_PKG_VERSION"))
        .about(S::ABOUT)
        .long_about(None::<&str>)
        .after_help(format!("Examples:\n{}", indented(S::EXAMPLES)))
        .max_term_width(100)
        .next_help_heading(None::<&str>)
        .mut_args(finish)
}

fn indented(text: &str) -> String {
    text.trim()
        .lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The environment twin of an option.
#[must_use]
pub fn environment_twin(long: &str) -> String {
    format!("WHARFIE_{}", long.to_ascii_uppercase().replace('-', "_"))
}

/// What every option gets: its environment twin, unless that is set but empty (an input that was left out reaches a composite
/// action's step as an empty variable), and for a switch the short form `--name`.
fn finish(argument: Arg) -> Arg {
    let Some(long) = argument.get_long().map(str::to_owned) else {
        return argument;
    };
    if matches!(
        argument.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    ) {
        return argument;
    }
    let argument = if argument.get_value_parser().type_id() == TypeId::of::<Switch>() {
        let argument = argument.num_args(0..=1).default_missing_value("true");
        if argument
            .get_value_names()
            .is_some_and(|names| names.iter().any(|name| *name == "BOOL"))
        {
            argument
        } else {
            argument.value_name("BOOL")
        }
    } else {
        argument
    };
    let twin = environment_twin(&long);
    if long == "completions" || env::var_os(&twin).is_some_and(|value| value.is_empty()) {
        return argument;
    }
    argument.env(twin).hide_env_values(true)
}
