//! The composition root's library part: the simulator as something a stage can open, and the way into AWS that may start it
//! first. The only module outside `sim` that names the simulator; stages and adapters never know.
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::sync::Mutex;

use crate::error::Error;
use crate::ports::simulator::{ServesEcs, SimulatorError, SimulatorSettings};
use crate::ports::{FileError, Files, Interruption, Signal};
use crate::sim::{Settings, Simulator};
use crate::world::{Context, Entrance, Local, NoOptions};

/// The world of `simulate-ecs`: this machine, and a simulator that lives as long as it does.
#[derive(Debug)]
pub struct Loopback {
    local: Local,
    running: Mutex<Option<Simulator>>,
}

impl Entrance for Loopback {
    type Options = NoOptions;
    type World = Self;
    const LISTENS: bool = true;

    async fn enter(NoOptions {}: NoOptions, context: Context) -> Result<Self, Error> {
        let local = Local::new(1.0, context.interruptions);
        Ok(Self {
            local,
            running: Mutex::new(None),
        })
    }
}

impl ServesEcs for Loopback {
    async fn serve(
        &self,
        settings: SimulatorSettings,
    ) -> Result<Vec<(String, String)>, SimulatorError> {
        let SimulatorSettings {
            port,
            speed,
            story,
            seed,
            journal,
            strict,
        } = settings;
        let seed: Option<Value> = match seed {
            Some((text, _)) => Some(
                serde_json::from_str(&text)
                    .map_err(|error| SimulatorError::Input(format!("not JSON: {error}")))?,
            ),
            None => None,
        };
        let settings = Settings {
            port,
            speed,
            story,
            seed,
            journal,
            strict,
            images_on_demand: false,
            clusters_on_demand: None,
        };
        let simulator = Simulator::start(settings)
            .await
            .map_err(|error| not_started(&error))?;
        let environment = simulator.environment();
        *self.running.lock().await = Some(simulator);
        Ok(environment)
    }

    async fn finding(&self) -> String {
        match self.running.lock().await.as_mut() {
            Some(simulator) => match simulator.next_finding().await {
                Some(finding) => finding,
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }
}

fn not_started(error: &io::Error) -> SimulatorError {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            SimulatorError::Input(error.to_string())
        }
        _ => SimulatorError::System(format!("the simulator could not start: {error}")),
    }
}

impl Files for Loopback {
    fn read(&self, path: &Path) -> Result<String, FileError> {
        self.local.read(path)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        self.local.write(path, text)
    }

    fn make_folder(&self, path: &Path) -> Result<(), FileError> {
        self.local.make_folder(path)
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.local.temporary(name)
    }
}

impl Interruption for Loopback {
    async fn interrupted(&self) -> Signal {
        self.local.interrupted().await
    }

    fn signal(&self) -> Option<Signal> {
        self.local.signal()
    }
}

#[cfg(feature = "aws")]
pub use rehearsal::AwsOrRehearsal;

#[cfg(feature = "aws")]
mod rehearsal {
    use super::{Settings, Simulator, SimulatorError, not_started};
    use crate::aws::{Aws, Keys};
    use crate::error::{Cause, Error};
    use crate::stage::story_arg::StoryArg;
    use crate::world::{AwsOptions, Context, Entrance, Local, PipelineOptions};

    /// Virtual seconds per second of a rehearsal: a rollout of minutes in seconds, slow enough to be watched.
    const SPEED: f64 = 20.0;

    /// The way into AWS, which with `--local` leads to a simulator that is started first. Behind it is the ordinary world of
    /// AWS in either case: the SDK, over HTTP.
    #[derive(Debug)]
    pub struct AwsOrRehearsal;

    impl Entrance for AwsOrRehearsal {
        type Options = PipelineOptions;
        type World = Aws;
        const LISTENS: bool = true;

        async fn enter(options: PipelineOptions, context: Context) -> Result<Aws, Error> {
            let PipelineOptions { rehearsal, aws } = options;
            if rehearsal.local.0 {
                let speed = rehearsal.speed.map_or(SPEED, |speed| speed.0);
                return rehearse(rehearsal.story, speed, &aws, context).await;
            }
            if rehearsal.story.is_some() || rehearsal.speed.is_some() {
                return Err(Error::usage("`--story` and `--speed` are for rehearsals")
                    .hint("add `--local`, or leave them out"));
            }
            Aws::enter(aws, context).await
        }
    }

    async fn rehearse(
        story: Option<StoryArg>,
        speed: f64,
        aws: &AwsOptions,
        context: Context,
    ) -> Result<Aws, Error> {
        let local = Local::new(speed, context.interruptions);
        let story = match story {
            Some(story) => Some(story.read(&local)?),
            None => None,
        };
        if aws.profile.is_some() || aws.role_arn.is_some() || aws.endpoint_url.is_some() {
            return Err(Error::usage(
                "`--profile`, `--role-arn` and `--endpoint-url` mean nothing in a rehearsal",
            )
            .hint("leave them out, or leave out `--local`"));
        }
        if speed <= 0.0 {
            return Err(Error::usage("time must not stand still in a rehearsal")
                .hint("set `--speed` to more than 0"));
        }
        let settings = Settings {
            speed,
            story,
            images_on_demand: true,
            clusters_on_demand: context.cluster.zip(context.service),
            ..Settings::default()
        };
        let simulator =
            Simulator::start(settings)
                .await
                .map_err(|error| match not_started(&error) {
                    SimulatorError::Input(text) => Error::usage(text),
                    SimulatorError::System(text) => Error::new(Cause::Unreachable, text),
                })?;
        // It serves for as long as the process lives.
        let simulator: &Simulator = Box::leak(Box::new(simulator));
        let environment = simulator.environment();
        let value = |name: &str| {
            environment
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        let options = AwsOptions {
            region: aws.region.clone().or_else(|| value("AWS_REGION")),
            endpoint_url: value("AWS_ENDPOINT_URL"),
            ..aws.clone()
        };
        let keys = Keys {
            id: value("AWS_ACCESS_KEY_ID").unwrap_or_default(),
            secret: value("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        };
        Aws::open(&options, local, Some(keys)).await
    }
}
