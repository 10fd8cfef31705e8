//! The way of a service whose tasks CodeDeploy moves: looking, clearing the way, making the deployment, reading it, stopping it.
//! What it means is decided in `domain::codedeploy`.

mod blame;
mod clear;
mod create;
mod look;
mod read;
mod start;
mod unheld;

pub(super) use blame::add_lifecycle;
pub(super) use clear::{clear_way, stop};
pub(super) use look::{Shifting, look};
pub(super) use read::read;
pub(super) use start::start;
pub(super) use unheld::warn_of_scaling;
