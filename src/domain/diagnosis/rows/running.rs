//! The task ran, and was ended.

use super::{
    Row,
    Sign::{AnyExit, Code, Exit, Task},
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
        "the machine below the task was unhealthy or is taken out of service; the new version is not to blame",
        "try again",
    )
    .or(Task(&[&["host maintenance"], &["underlying infrastructure"], &["task retirement"], &["retirement of"]])),
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
