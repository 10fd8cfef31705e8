//! Gives scaling back exactly as it was.
use std::process::ExitCode;

use wharfie::stage::resume_scaling::ResumeScaling;
use wharfie::aws::Aws;

fn main() -> ExitCode {
    wharfie::main::<ResumeScaling, Aws>()
}
