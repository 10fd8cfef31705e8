//! Serves a simulated Amazon ECS on loopback.
use std::process::ExitCode;

use wharfie::embedded::Loopback;
use wharfie::stage::simulate_ecs::SimulateEcs;

fn main() -> ExitCode {
    wharfie::main::<SimulateEcs, Loopback>()
}
