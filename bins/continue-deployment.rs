//! Answers what a paused deployment waits for.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::continue_deployment::ContinueDeployment;

fn main() -> ExitCode {
    wharfie::main::<ContinueDeployment, Aws>()
}
