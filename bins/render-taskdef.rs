//! Puts image URIs and overrides into a task definition.
use std::process::ExitCode;

use wharfie::stage::render_taskdef::RenderTaskdef;
use wharfie::world::Local;

fn main() -> ExitCode {
    wharfie::main::<RenderTaskdef, Local>()
}
