//! The load balancer did not find the task healthy. A text of ECS says so too, but the load balancer's own reason says more.

use super::{
    Row,
    Sign::{Event, Target, TaskOrEvent},
};
use crate::domain::target_health::TargetReason;

/// The row that says no more than that a target is unhealthy; any other row of a target says more.
pub(in crate::domain::diagnosis) const GENERAL: &str = "target-unhealthy";

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "target-deleted",
        TaskOrEvent(&[&["target group is not found"], &["target is not found"]]),
        "the target group or the target was deleted while the service used it",
        "give the service a target group that exists",
    )
    .or(Target(&[TargetReason::NotRegistered])),
    Row::new(
        "target-wrong-status",
        TaskOrEvent(&[&["health checks failed with these codes"]]),
        "the load balancer's health check got another status code than it expects",
        "correct the path or the expected codes of the target group's health check, or the program",
    )
    .or(Target(&[TargetReason::WrongStatus])),
    Row::new(
        "target-timeout",
        TaskOrEvent(&[&["unhealthy", "request timed out"]]),
        "the load balancer's health check got no answer in time",
        "let the load balancer's security group reach the container's port, check the port, or allow more time",
    )
    .or(Target(&[TargetReason::Timeout])),
    Row::new(
        "target-refused",
        Event(&[&["unhealthy", "due to (reason health checks failed)"]]),
        "the load balancer's health check was refused or not understood",
        "listen on 0.0.0.0 and on the mapped port; check whether the target group speaks HTTP or HTTPS",
    )
    .or(Target(&[TargetReason::FailedChecks])),
    Row::new(
        "target-not-in-use",
        Event(&[&["unhealthy in", "target group is not configured to receive traffic"]]),
        "no listener sends traffic to the target group, or the zone of the target is off",
        "name the target group in a listener's rule, and turn on the zone of the task's subnet for the load balancer",
    )
    .or(Target(&[TargetReason::NotInUse])),
    Row::new(
        "target-not-usable",
        Target(&[TargetReason::InvalidState, TargetReason::AddressUnusable]),
        "the load balancer can not use the target: its instance does not run, or its address is taken",
        "look at the instance, and at what else has the address",
    ),
    Row::new(
        "balancer-error",
        Target(&[TargetReason::BalancerError]),
        "the load balancer failed while it checked the target",
        "try again; if it stays, look at the state of the load balancer",
    ),
    Row::new(
        GENERAL,
        TaskOrEvent(&[
            &["failed elb health checks"],
            &["is unhealthy in", "target-group"],
        ]),
        "the load balancer found the task unhealthy",
        "try the health check's path and port by hand; raise `healthCheckGracePeriodSeconds` if the program starts slowly",
    ),
    Row::effect(
        "target-not-checked-so-far",
        Target(&[TargetReason::Registering, TargetReason::FirstChecks]),
        "the load balancer has not finished its first health checks",
        "lower the interval or the healthy threshold of the target group's health check for quicker rollouts",
    ),
];
