//! Holds scaling still around a deployment.
use std::process::ExitCode;

use wharfie::stage::suspend_scaling::SuspendScaling;
use wharfie::aws::Aws;

fn main() -> ExitCode {
    wharfie::main::<SuspendScaling, Aws>()
}
