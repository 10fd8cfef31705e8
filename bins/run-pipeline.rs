//! Runs the whole pipeline, on AWS or as a rehearsal.
use std::process::ExitCode;

use wharfie::embedded::AwsOrRehearsal;
use wharfie::stage::run_pipeline::RunPipeline;

fn main() -> ExitCode {
    wharfie::main::<RunPipeline, AwsOrRehearsal>()
}
