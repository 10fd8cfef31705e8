//! Deploys a task definition to services and follows it.
use std::process::ExitCode;

use wharfie::stage::deploy_service::DeployService;
use wharfie::aws::Aws;

fn main() -> ExitCode {
    wharfie::main::<DeployService, Aws>()
}
