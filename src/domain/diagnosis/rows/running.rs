//! The task ran, and was ended.

use super::{
    Row,
    Sign::{AnyExit, Code, Event, Exit, Task, TaskOrEvent},
};
use crate::domain::service::StopCode;

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "spot-interruption",
        Code(&StopCode::SpotInterruption),
        "Spot capacity was taken back; the new version is not to blame",
        "keep a base of on-demand capacity",
    ),
    Row::new(
        "capacity-taken",
        Code(&StopCode::TerminationNotice),
        "the capacity below the task was taken away; the new version is not to blame",
        "keep a base of on-demand capacity",
    ),
    Row::new(
        "infrastructure",
        Code(&StopCode::InfrastructureHealth),
        "the machine below the task was unhealthy; the new version is not to blame",
        "try again",
    ),
    Row::new(
        "stopped-by-somebody",
        Code(&StopCode::UserInitiated),
        "somebody stopped the task",
        "look for StopTask in CloudTrail",
    ),
    Row::new(
        "out-of-memory",
        Task(&[&["outofmemory"], &["killed due to memory usage"]]),
        "the container used more memory than it may",
        "raise `memory`, or find what uses it",
    ),
    Row::new(
        "container-unhealthy",
        Task(&[&["failed container health checks"]]),
        "the container's own health check failed",
        "run the check by hand in the image; raise `startPeriod` if the program starts slowly",
    ),
    Row::new(
        "target-deleted",
        TaskOrEvent(&[&["target group is not found"], &["target is not found"]]),
        "the target group or the target was deleted while the service used it",
        "give the service a target group that exists",
    ),
    Row::new(
        "target-wrong-status",
        TaskOrEvent(&[&["health checks failed with these codes"]]),
        "the load balancer's health check got another status code than it expects",
        "correct the path or the expected codes of the target group's health check, or the program",
    ),
    Row::new(
        "target-timeout",
        TaskOrEvent(&[&["unhealthy", "request timed out"]]),
        "the load balancer's health check got no answer in time",
        "let the load balancer's security group reach the container's port, check the port, or allow more time",
    ),
    Row::new(
        "target-refused",
        Event(&[&["unhealthy", "due to (reason health checks failed)"]]),
        "the load balancer's health check was refused or not understood",
        "listen on 0.0.0.0 and on the mapped port; check whether the target group speaks HTTP or HTTPS",
    ),
    Row::new(
        "target-unhealthy",
        TaskOrEvent(&[
            &["failed elb health checks"],
            &["is unhealthy in", "target-group"],
        ]),
        "the load balancer found the task unhealthy",
        "try the health check's path and port by hand; raise `healthCheckGracePeriodSeconds` if the program starts slowly",
    ),
    Row::new(
        "killed",
        Exit(&[137]),
        "the process was killed: it did not end when it was asked to, or the machine ran out of memory",
        "handle SIGTERM, raise `stopTimeout`, and look at the memory",
    ),
    Row::new(
        "crashed",
        Exit(&[139, 134]),
        "the program crashed",
        "the last lines of its log may say where; look for native code built for another platform",
    ),
    Row::new(
        "asked-to-end",
        Exit(&[143]),
        "the process ended when it was asked to",
        "look for who asked: another container that ended first, or a health check",
    ),
    Row::new(
        "command-not-found",
        Exit(&[126, 127]),
        "the container's command was not found or may not be run",
        "check `entryPoint` and `command` against what is in the image",
    ),
    Row::new(
        "exited-without-error",
        Exit(&[0]),
        "the program ended by itself without an error, but a service wants one that keeps running",
        "run it in the foreground, or run it as a task and not as a service",
    ),
    Row::new(
        "exited",
        AnyExit,
        "the program ended by itself",
        "read the last lines of its log",
    ),
];
