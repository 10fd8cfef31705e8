//! There was no place for the tasks.

use super::{
    Row,
    Sign::{Event, TaskOrEvent},
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "fargate-quota",
        TaskOrEvent(&[
            &["limit on the number of vcpus"],
            &["limit on the number of tasks"],
        ]),
        "the account's Fargate quota is used up",
        "raise the quota; a deployment that moves traffic needs up to twice the tasks",
    ),
    Row::new(
        "no-fargate-capacity",
        TaskOrEvent(&[
            &["resource:fargate"],
            &["capacity is unavailable at this time"],
        ]),
        "Fargate has no capacity there at the moment",
        "give the service more subnets and zones, fall back to on-demand capacity, or try again",
    ),
    Row::new(
        "no-instances",
        Event(&[&["no container instances were found"]]),
        "the capacity provider has no instances",
        "check the provider's Auto Scaling group, and that none of its processes is suspended",
    ),
    Row::new(
        "no-fitting-instance",
        Event(&[
            &["no container instance met all"],
            &["not started: resource:"],
            &["not started: agent"],
            &["not started: attribute"],
            &["not started: location"],
        ]),
        "no container instance meets all the task asks for",
        "the end of the message says what is missing: for memory or CPU add capacity, for a port use dynamic host ports, for an \
attribute look at the image and the zones of the instances, for AGENT at the agent on the instance",
    ),
    Row::new(
        "provisioning-limit",
        Event(&[&["provisioning capacity limit"]]),
        "too many tasks of the cluster are being provisioned at once",
        "deploy fewer services at a time",
    ),
    Row::new(
        "no-room-to-move",
        Event(&[&["because of the service deployment configuration"]]),
        "the lower and upper limit of the deployment leave no room to move a task",
        "change `minimumHealthyPercent`, `maximumPercent` or the desired count",
    ),
    Row::new(
        "tasks-protected",
        Event(&[&["protected tasks"], &["unable to scale in"]]),
        "old tasks are protected against being stopped",
        "end their protection, or wait until it expires",
    ),
    Row::new(
        "throttled",
        Event(&[&["operations are being throttled"]]),
        "ECS is being throttled by the services it uses",
        "wait; deploy fewer services at a time",
    ),
    Row::effect(
        "tasks-not-launched",
        Event(&[&["could not launch"]]),
        "some tasks could not be started for want of capacity",
        "see what the other events say about capacity",
    ),
    Row::effect(
        "starts-failing",
        Event(&[&["unable to consistently start tasks"]]),
        "tasks fail again and again, so ECS waits longer between tries",
        "mend what stops the tasks; a new revision starts without the wait",
    ),
];
