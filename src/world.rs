//! Where a stage runs: how a world is entered, and the world of files and clock.
#[cfg(any(feature = "aws", feature = "sim"))]
mod timer;

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;

use crate::domain::secrecy::{KEY_BYTES, MarkKey};
use crate::error::Error;
use crate::ports::{
    Clock, FileError, Files, GitHead, Interruption, Randomness, Signal, Surroundings,
};
use crate::stage::args::{Speed, Switch};
use crate::stage::story_arg::StoryArg;

/// The largest file a stage reads.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// How a world is entered: its own options, which the shell adds to every stage that runs in it.
pub trait Entrance {
    /// The options (Region, profile, endpoint …).
    type Options: clap::Args;
    /// The world behind it.
    type World;
    /// Whether stages wait in it, so that signals are handled; else they end the process as they do by default.
    const LISTENS: bool;
    /// Enters it. Nothing is asked of the network yet unless it must be.
    async fn enter(options: Self::Options, context: Context) -> Result<Self::World, Error>;
}

/// What an entrance knows of the run besides its own options.
#[derive(Debug, Clone)]
pub struct Context {
    /// Signals that came or will come.
    pub interruptions: Interruptions,
    /// The values of the stage's `cluster` and `service` options, if it has them: what a rehearsal must hold.
    pub cluster: Option<String>,
    /// See `cluster`.
    pub service: Option<String>,
}

/// The world of the file stages: files, clock, surroundings. No network.
#[derive(Debug)]
pub struct Local {
    started: Instant,
    began: SystemTime,
    speed: f64,
    interruptions: Interruptions,
    mark_key: OnceLock<Option<MarkKey>>,
}

/// The file world has no options of its own.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct NoOptions {}

impl Entrance for Local {
    type Options = NoOptions;
    type World = Self;
    const LISTENS: bool = false;

    async fn enter(NoOptions {}: NoOptions, context: Context) -> Result<Self, Error> {
        Ok(Self::new(1.0, context.interruptions))
    }
}

impl Local {
    /// A world whose clock runs `speed` times as fast as the real one (1 outside rehearsals).
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the local world is where the clock is read"
    )]
    pub fn new(speed: f64, interruptions: Interruptions) -> Self {
        Self {
            started: Instant::now(),
            began: SystemTime::now(),
            speed,
            interruptions,
            mark_key: OnceLock::new(),
        }
    }
}

impl Clock for Local {
    fn now(&self) -> SystemTime {
        self.began + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed().mul_f64(self.speed)
    }

    #[cfg(any(feature = "aws", feature = "sim"))]
    async fn sleep(&self, time: Duration) {
        timer::sleep(time.div_f64(self.speed)).await;
    }

    #[cfg(not(any(feature = "aws", feature = "sim")))]
    #[expect(
        clippy::disallowed_methods,
        reason = "the local world is where time is spent"
    )]
    async fn sleep(&self, time: Duration) {
        std::thread::sleep(time.div_f64(self.speed));
    }
}

impl Interruption for Local {
    async fn interrupted(&self) -> Signal {
        self.interruptions.next().await
    }

    fn signal(&self) -> Option<Signal> {
        self.interruptions.get()
    }
}

impl Randomness for Local {
    fn mark_key(&self) -> Option<MarkKey> {
        let made = self.mark_key.get_or_init(|| {
            let mut random = [0; KEY_BYTES];
            getrandom::fill(&mut random).ok()?;
            Some(MarkKey::new(random))
        });
        made.clone()
    }
}

impl Files for Local {
    fn read(&self, path: &Path) -> Result<String, FileError> {
        read_bytes(path)
            .and_then(|bytes| {
                String::from_utf8(bytes).map_err(|error| {
                    format!("not UTF-8 (at byte {})", error.utf8_error().valid_up_to())
                })
            })
            .map_err(|reason| FileError {
                path: path.to_owned(),
                reason,
            })
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        replace(path, text.as_bytes()).map_err(|error| FileError {
            path: path.to_owned(),
            reason: reason(&error),
        })
    }

    fn make_folder(&self, path: &Path) -> Result<(), FileError> {
        fs::create_dir_all(path).map_err(|error| FileError {
            path: path.to_owned(),
            reason: reason(&error),
        })
    }

    fn temporary(&self, name: &str) -> PathBuf {
        let folder = self
            .variable("RUNNER_TEMP")
            .map_or_else(env::temp_dir, PathBuf::from);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "json"));
        folder.join(format!("{stem}-{}.{ending}", std::process::id()))
    }
}

impl Surroundings for Local {
    fn variable(&self, name: &str) -> Option<String> {
        variable(name)
    }

    fn git_head(&self) -> Option<GitHead> {
        let sha = git(&["rev-parse", "--verify", "HEAD"])?;
        let dirty = !git(&["status", "--porcelain", "--untracked-files=no"])?
            .trim()
            .is_empty();
        Some(GitHead {
            sha: sha.trim().to_owned(),
            dirty,
        })
    }
}

/// An environment variable; empty counts as absent.
#[expect(
    clippy::disallowed_methods,
    reason = "the local world is where the environment is read"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// What a git command prints, if it succeeds.
#[expect(
    clippy::disallowed_methods,
    reason = "the local world is where git is asked for the commit"
)]
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the local world is where files are read"
)]
fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read =
        |from: &mut dyn Read, bytes: &mut Vec<u8>| from.take(MAX_FILE + 1).read_to_end(bytes);
    if path == Path::new("-") {
        read(&mut io::stdin().lock(), &mut bytes).map_err(|error| reason(&error))?;
    } else {
        let mut file = fs::File::open(path).map_err(|error| reason(&error))?;
        if let Ok(data) = file.metadata() {
            if data.is_dir() {
                return Err("a folder, not a file".to_owned());
            }
            // One read where there is one size; a pipe has none.
            let size = data.len().min(MAX_FILE) + 1;
            bytes.reserve(usize::try_from(size).unwrap_or_default());
        }
        read(&mut file, &mut bytes).map_err(|error| reason(&error))?;
    }
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!(
            "larger than the limit of {} MiB",
            MAX_FILE / (1024 * 1024)
        ));
    }
    Ok(bytes)
}

/// Writes beside the target, then renames, so that a reader never sees half a file. A target that is not a plain file (a
/// pipe, a device) is written to directly; a symbolic link is followed. Nothing waits for the disk: what a job writes is read
/// by the same job, and a machine that loses power loses the job.
#[expect(
    clippy::disallowed_methods,
    reason = "the local world is where files are written"
)]
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|data| !data.is_file()) {
        return fs::OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(bytes);
    }
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?
        .to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // The half-written file is ours; that it could not be removed adds nothing to the error that is returned.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// What went wrong with a file, in the words of this tool rather than the system's.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => FileError::MISSING.to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "a folder, not a file".to_owned(),
        _ => error.to_string(),
    }
}

/// The signals that asked this process to end. Cheap to clone; all clones see the same.
#[derive(Debug, Clone)]
pub struct Interruptions(watch::Sender<Option<Signal>>);

impl Default for Interruptions {
    fn default() -> Self {
        Self(watch::channel(None).0)
    }
}

impl Interruptions {
    /// Says that a signal came. The first one stays.
    pub fn raise(&self, signal: Signal) {
        self.0.send_if_modified(|seen| {
            let first = seen.is_none();
            if first {
                *seen = Some(signal);
            }
            first
        });
    }

    /// The signal that came, if one did.
    #[must_use]
    pub fn get(&self) -> Option<Signal> {
        *self.0.borrow()
    }

    /// Completes when a signal comes; at once if one came before.
    pub async fn next(&self) -> Signal {
        let mut seen = self.0.subscribe();
        loop {
            if let Some(signal) = *seen.borrow_and_update() {
                return signal;
            }
            if seen.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The options of every stage that talks to AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "AWS")]
pub struct AwsOptions {
    /// Region; default: the SDK's chain (`AWS_REGION`, profile, instance)
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,

    /// Profile of the shared AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Role to assume before the first call
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,

    /// Endpoint for every AWS service, instead of AWS's own (`AWS_ENDPOINT_URL` and its forms per service are honoured too)
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,

    /// How often a call is tried; 0 and 1 both mean once
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub max_attempts: u32,
}

/// The options of `run-pipeline`: those of AWS, and those of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq, clap::Args)]
pub struct PipelineOptions {
    /// Whether it is a rehearsal.
    #[command(flatten)]
    pub rehearsal: RehearsalOptions,
    /// How AWS is reached otherwise.
    #[command(flatten)]
    pub aws: AwsOptions,
}

/// How a pipeline is rehearsed.
#[derive(Debug, Clone, Default, PartialEq, clap::Args)]
#[command(next_help_heading = "Rehearsal")]
pub struct RehearsalOptions {
    /// Run against an embedded simulator: no account, no network
    #[arg(long, default_value_t)]
    pub local: Switch,

    /// With `local`: what happens to the deployment: a name listed in docs/simulator.md (default: `steady`), or a file
    #[arg(long, value_name = "STORY")]
    pub story: Option<StoryArg>,

    /// With `local`: virtual seconds per second (default: 20)
    #[arg(long, value_name = "FACTOR")]
    pub speed: Option<Speed>,
}
