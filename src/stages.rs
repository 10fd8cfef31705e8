//! The list of stages: what actions, tables and tests are derived from.
use clap::Command;

use crate::shell::command;
use crate::stage::check_pipeline::CheckPipeline;
use crate::stage::continue_deployment::ContinueDeployment;
use crate::stage::deploy_service::DeployService;
use crate::stage::diagnose_service::DiagnoseService;
use crate::stage::fetch_taskdef::FetchTaskdef;
use crate::stage::register_taskdef::RegisterTaskdef;
use crate::stage::render_taskdef::RenderTaskdef;
use crate::stage::resolve_image::ResolveImage;
use crate::stage::resume_scaling::ResumeScaling;
use crate::stage::run_pipeline::RunPipeline;
use crate::stage::run_task::RunTask;
use crate::stage::simulate_ecs::SimulateEcs;
use crate::stage::suspend_scaling::SuspendScaling;
use crate::stage::write_appspec::WriteAppspec;
use crate::stage::write_imagedefs::WriteImagedefs;
use crate::stage::{Describe, OutputSpec};
use crate::world::{AwsOptions, NoOptions, PipelineOptions};

/// A stage without its code: what can be known of it.
#[derive(Debug, Clone)]
pub struct StageInfo {
    /// The one word.
    pub name: &'static str,
    /// One imperative line.
    pub about: &'static str,
    /// Its outputs, in order.
    pub outputs: &'static [OutputSpec],
    /// Its command, with the options of its world.
    pub command: Command,
    /// Where it runs.
    pub realm: Realm,
}

/// Where a stage runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realm {
    /// Files only: no network, no AWS code in the binary.
    Files,
    /// AWS.
    Aws,
    /// It serves a simulated AWS.
    Simulator,
}

/// Every stage, in the order of a pipeline.
#[must_use]
pub fn stages() -> Vec<StageInfo> {
    vec![
        info::<ResolveImage, AwsOptions>(Realm::Aws),
        info::<FetchTaskdef, AwsOptions>(Realm::Aws),
        info::<RenderTaskdef, NoOptions>(Realm::Files),
        info::<WriteImagedefs, NoOptions>(Realm::Files),
        info::<WriteAppspec, NoOptions>(Realm::Files),
        info::<CheckPipeline, NoOptions>(Realm::Files),
        info::<RegisterTaskdef, AwsOptions>(Realm::Aws),
        info::<RunTask, AwsOptions>(Realm::Aws),
        info::<SuspendScaling, AwsOptions>(Realm::Aws),
        info::<DeployService, AwsOptions>(Realm::Aws),
        info::<ContinueDeployment, AwsOptions>(Realm::Aws),
        info::<DiagnoseService, AwsOptions>(Realm::Aws),
        info::<ResumeScaling, AwsOptions>(Realm::Aws),
        info::<RunPipeline, PipelineOptions>(Realm::Aws),
        info::<SimulateEcs, NoOptions>(Realm::Simulator),
    ]
}

fn info<S: Describe, Options: clap::Args>(realm: Realm) -> StageInfo {
    StageInfo {
        name: S::NAME,
        about: S::ABOUT,
        outputs: S::OUTPUTS,
        command: command::<S, Options>(),
        realm,
    }
}
