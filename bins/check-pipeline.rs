//! Checks the files of a pipeline, offline.
use std::process::ExitCode;

use wharfie::stage::check_pipeline::CheckPipeline;
use wharfie::world::Local;

fn main() -> ExitCode {
    wharfie::main::<CheckPipeline, Local>()
}
