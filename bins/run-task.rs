//! Runs a task once, and says how it ended.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::run_task::RunTask;

fn main() -> ExitCode {
    wharfie::main::<RunTask, Aws>()
}
