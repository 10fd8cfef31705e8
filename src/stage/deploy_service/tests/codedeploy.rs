//! Services whose tasks CodeDeploy moves.

use super::world_codedeploy::good;
use super::*;
use crate::domain::codedeploy::samples;
use crate::domain::codedeploy::{CodeDeployStatus, EventStatus, Trouble};
use crate::ports::fake_codedeploy::Moment;

mod followed;
mod left;
mod made;

const SHIFT: [&str; 3] = [
    "--cluster=demo",
    "--service=web",
    "--task-definition-arn=web:2",
];

fn shifting(more: &[&'static str]) -> Vec<&'static str> {
    SHIFT.iter().chain(more).copied().collect()
}

fn back() -> Vec<Moment> {
    let then = |after, status| Moment {
        after,
        status,
        trouble: None,
        target: None,
    };
    vec![
        then(0, CodeDeployStatus::InProgress),
        then(30, CodeDeployStatus::Succeeded),
    ]
}
