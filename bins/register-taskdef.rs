//! Registers a task definition, if something changed.
use std::process::ExitCode;

use wharfie::stage::register_taskdef::RegisterTaskdef;
use wharfie::aws::Aws;

fn main() -> ExitCode {
    wharfie::main::<RegisterTaskdef, Aws>()
}
