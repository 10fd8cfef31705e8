//! Deploys a task definition to services and follows it.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::deploy_service::DeployService;

fn main() -> ExitCode {
    wharfie::main::<DeployService, Aws>()
}
