//! Writes the AppSpec of a CodeDeploy deployment.
use std::process::ExitCode;

use wharfie::stage::write_appspec::WriteAppspec;
use wharfie::world::Local;

fn main() -> ExitCode {
    wharfie::main::<WriteAppspec, Local>()
}
