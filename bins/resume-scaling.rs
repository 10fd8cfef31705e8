//! Gives scaling back exactly as it was.
use std::process::ExitCode;

use wharfie::aws::Aws;
use wharfie::stage::resume_scaling::ResumeScaling;

fn main() -> ExitCode {
    wharfie::main::<ResumeScaling, Aws>()
}
