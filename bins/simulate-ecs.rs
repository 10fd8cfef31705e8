//! Serves a simulated Amazon ECS on loopback.
use std::process::ExitCode;

use wharfie::stage::simulate_ecs::SimulateEcs;
use wharfie::embedded::Loopback;

fn main() -> ExitCode {
    wharfie::main::<SimulateEcs, Loopback>()
}
