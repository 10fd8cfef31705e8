//! Every stage in one executable: the name it is called by says which one it is. What all stages share is in it once, so this is
//! what an archive of all stages holds, with a link for each name.
use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::embedded::{AwsOrRehearsal, Loopback};
use wharfie::exit::Exit;
use wharfie::main as run;
use wharfie::stage::check_pipeline::CheckPipeline;
use wharfie::stage::continue_deployment::ContinueDeployment;
use wharfie::stage::deploy_service::DeployService;
use wharfie::stage::diagnose_service::DiagnoseService;
use wharfie::stage::fetch_taskdef::FetchTaskdef;
use wharfie::stage::register_taskdef::RegisterTaskdef;
use wharfie::stage::render_taskdef::RenderTaskdef;
use wharfie::stage::resolve_image::ResolveImage;
use wharfie::stage::resume_scaling::ResumeScaling;
use wharfie::stage::run_pipeline::RunPipeline;
use wharfie::stage::run_task::RunTask;
use wharfie::stage::simulate_ecs::SimulateEcs;
use wharfie::stage::suspend_scaling::SuspendScaling;
use wharfie::stage::write_appspec::WriteAppspec;
use wharfie::stage::write_imagedefs::WriteImagedefs;
use wharfie::stages;
use wharfie::world::Local;

fn main() -> ExitCode {
    match called().as_deref() {
        Some("resolve-image") => run::<ResolveImage, Aws>(),
        Some("fetch-taskdef") => run::<FetchTaskdef, Aws>(),
        Some("render-taskdef") => run::<RenderTaskdef, Local>(),
        Some("write-imagedefs") => run::<WriteImagedefs, Local>(),
        Some("write-appspec") => run::<WriteAppspec, Local>(),
        Some("check-pipeline") => run::<CheckPipeline, Local>(),
        Some("register-taskdef") => run::<RegisterTaskdef, Aws>(),
        Some("run-task") => run::<RunTask, Aws>(),
        Some("suspend-scaling") => run::<SuspendScaling, Aws>(),
        Some("deploy-service") => run::<DeployService, Aws>(),
        Some("resume-scaling") => run::<ResumeScaling, Aws>(),
        Some("continue-deployment") => run::<ContinueDeployment, Aws>(),
        Some("diagnose-service") => run::<DiagnoseService, Aws>(),
        Some("run-pipeline") => run::<RunPipeline, AwsOrRehearsal>(),
        Some("simulate-ecs") => run::<SimulateEcs, Loopback>(),
        _ => explain(),
    }
}

/// The stage this process is called by: the name of the link, without the folder and the prefix.
fn called() -> Option<String> {
    let called = PathBuf::from(env::args_os().next()?);
    let name = called.file_stem().and_then(OsStr::to_str)?;
    name.strip_prefix("wharfie-").map(str::to_owned)
}

/// Called by another name: there is nothing to do but to say which names there are.
fn explain() -> ExitCode {
    let mut err = io::stderr().lock();
    // A reader that went away has what it wants.
    let _: io::Result<()> = writeln!(
        err,
        "this file holds every stage of wharfie {}; call it by a link with the name of one of them:",
        env!("CARGO_PKG_VERSION")
    );
    for stage in stages() {
        let _: io::Result<()> = writeln!(err, "  wharfie-{:<20} {}", stage.name, stage.about);
    }
    ExitCode::from(Exit::Usage.code())
}
