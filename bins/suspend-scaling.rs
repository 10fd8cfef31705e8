//! Holds scaling still around a deployment.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::suspend_scaling::SuspendScaling;

fn main() -> ExitCode {
    wharfie::main::<SuspendScaling, Aws>()
}
