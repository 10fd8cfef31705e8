//! Serves a simulated AWS on loopback, for trying the stages and for other people's clients.
use std::path::PathBuf;

use crate::domain::place::Place;
use crate::error::{Cause, Error};
use crate::ports::simulator::{ServesEcs, SimulatorError, SimulatorSettings};
use crate::ports::{Files, Interruption};
use crate::report::{Event, Report};
use crate::stage::args::{Input, Speed, Switch};
use crate::stage::race::{Raced, race};
use crate::stage::story_arg::StoryArg;
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

/// Arguments of `simulate-ecs`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Simulator")]
pub struct SimulateEcs {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,

    /// Virtual seconds per second
    #[arg(long, value_name = "FACTOR", default_value_t)]
    pub speed: Speed,

    /// Story that the next deployments of every service follow: a name (listed in docs/simulator.md), or a file that holds one
    #[arg(long, value_name = "STORY")]
    pub story: Option<StoryArg>,

    /// File that describes the world to begin with, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub seed: Option<Input>,

    /// File that gets a JSON line for every call
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// Refuse members the API model does not know; `false` stores and returns those of task definitions, as the next ECS would
    #[arg(long, default_value_t = Switch(true))]
    pub strict: Switch,
}

impl Describe for SimulateEcs {
    const NAME: &'static str = "simulate-ecs";
    const ABOUT: &'static str = "Serve a simulated Amazon ECS on loopback: no account, no network";
    const OUTPUTS: &'static [OutputSpec] = &[];
    const EXAMPLES: &'static str = "\
# Serve the built-in world on a free port, ten times as fast as real time
wharfie-simulate-ecs --speed 10
# Let every deployment crash, on a known port
wharfie-simulate-ecs --port 4566 --story crash-loop
# Rehearse an outage of one's own
wharfie-simulate-ecs --speed 10 --story outage.json";
}

impl<W: ServesEcs + Files + Interruption> Stage<W> for SimulateEcs {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let seed = match &self.seed {
            Some(file) => Some((world.read(file.path())?, file.to_string())),
            None => None,
        };
        let story = match &self.story {
            Some(story) => Some(story.read(world)?),
            None => None,
        };
        let settings = SimulatorSettings {
            port: self.port,
            speed: self.speed.0,
            story,
            seed,
            journal: self.journal,
            strict: self.strict.0,
        };
        let environment =
            world
                .serve(settings)
                .await
                .map_err(|error| match (error, &self.seed) {
                    (SimulatorError::Input(text), Some(file)) if !text.contains("story") => {
                        Error::input(Place::file(file.to_string()), text)
                    }
                    (SimulatorError::Input(text), _) => match &self.story {
                        Some(StoryArg::File(file)) => {
                            Error::input(Place::file(file.to_string()), text)
                        }
                        Some(StoryArg::Told(_)) | None => Error::usage(text),
                    },
                    (SimulatorError::System(text), _) => Error::new(Cause::Unreachable, text)
                        .hint("choose another `--port`, or 0 for a free one"),
                })?;
        let mut text = String::new();
        for (name, value) in environment {
            text.push_str(&name);
            text.push('=');
            text.push_str(&value);
            text.push('\n');
        }
        text.push_str("ready\n");
        report.tell(Event::Data {
            what: "environment",
            text,
        });
        let signal = loop {
            match race(world.interrupted(), world.finding()).await {
                Raced::First(signal) => break signal,
                Raced::Second(finding) => report.tell(Event::warning(finding)),
            }
        };
        Err(Error::new(
            Cause::Interrupted(signal),
            "the simulator was stopped by a signal; its world is gone",
        ))
    }
}
