//! Fetches a task definition from ECS.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::fetch_taskdef::FetchTaskdef;

fn main() -> ExitCode {
    wharfie::main::<FetchTaskdef, Aws>()
}
