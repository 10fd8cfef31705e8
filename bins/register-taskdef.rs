//! Registers a task definition, if something changed.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::register_taskdef::RegisterTaskdef;

fn main() -> ExitCode {
    wharfie::main::<RegisterTaskdef, Aws>()
}
