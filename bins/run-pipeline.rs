//! Runs the whole pipeline, on AWS or as a rehearsal.
use std::process::ExitCode;

use wharfie::stage::run_pipeline::RunPipeline;
use wharfie::embedded::AwsOrRehearsal;

fn main() -> ExitCode {
    wharfie::main::<RunPipeline, AwsOrRehearsal>()
}
