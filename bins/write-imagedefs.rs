//! Writes the image definitions of CodePipeline.
use std::process::ExitCode;

use wharfie::stage::write_imagedefs::WriteImagedefs;
use wharfie::world::Local;

fn main() -> ExitCode {
    wharfie::main::<WriteImagedefs, Local>()
}
