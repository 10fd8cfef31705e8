//! Says how the last deployment of a service stands or ended, and why.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::diagnose_service::DiagnoseService;

fn main() -> ExitCode {
    wharfie::main::<DiagnoseService, Aws>()
}
