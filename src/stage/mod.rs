//! The stages of the pipeline, one file each: arguments, outputs, run.
//!
//! A stage is a clap struct. What it may do is the bound on its world:
//!
//! ```text
//! #[derive(Debug, clap::Args)]
//! pub struct WriteAppspec { … }
//! impl Describe for WriteAppspec { const NAME: &'static str = "write-appspec"; … }
//! impl<W: Files> Stage<W> for WriteAppspec {
//!     async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> { … }
//! }
//! ```
//!
//! Option values are domain types made by `FromStr`, or the argument types of [`args`]. The shell gives every option its
//! environment twin `WHARFIE_<NAME>` and clears empty ones; a stage never reads the environment, prints or exits.
pub(crate) mod apart;
pub mod args;
mod blaming;
pub mod check_pipeline;
mod codedeployment;
pub mod continue_deployment;
mod definition;
pub mod deploy_service;
pub mod diagnose_service;
mod documents;
pub mod fetch_taskdef;
pub mod hidden;
pub mod image_args;
mod race;
pub mod register_taskdef;
pub mod render_taskdef;
pub mod resolve_image;
pub mod resume_scaling;
pub mod run_pipeline;
pub mod run_task;
mod several;
pub mod simulate_ecs;
pub mod story_arg;
pub mod subject;
pub mod suspend_scaling;
pub mod suspension;
pub mod write_appspec;
pub mod write_imagedefs;

use crate::error::Error;
pub use crate::outputs::Outputs;
use crate::report::Report;

/// What is known of a stage without running it. Actions, tables and help are derived from it.
pub trait Describe: clap::Args {
    /// The one word: `deploy-service`.
    const NAME: &'static str;
    /// One imperative line without a full stop, for help, tables and the action's description.
    const ABOUT: &'static str;
    /// The outputs it may set, in order.
    const OUTPUTS: &'static [OutputSpec];
    /// Examples for `--help`: a command line each, with a comment line above.
    const EXAMPLES: &'static str;
}

/// A stage that can run in a world.
pub trait Stage<W>: Describe {
    /// Does it. Errors carry the outputs that are known all the same.
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error>;
}

/// The name of an output and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputSpec {
    /// Lower-case words joined by hyphens.
    pub name: &'static str,
    /// One line without a full stop.
    pub about: &'static str,
}
