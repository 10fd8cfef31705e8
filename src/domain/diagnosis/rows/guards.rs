//! A guard of the deployment ended it, or its traffic could not be moved.

use super::{Row, Sign::Status};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "tag-not-resolved",
        Status(&[&["image digest", "resolve"]]),
        "the tag of an image could not be resolved to a digest when the deployment started",
        "check that the image exists and that the role may read it, or name it by digest",
    ),
    Row::new(
        "rule-without-groups",
        Status(&[&["not associated with either productionlistenerrule"]]),
        "the listener rule does not name both target groups",
        "put both groups into the rule, with the weights 1 and 0",
    ),
    Row::new(
        "both-groups-serving",
        Status(&[&["exactly one target group serving traffic"]]),
        "both target groups had traffic before the deployment started",
        "set the weight of one of them to 0",
    ),
    Row::new(
        "rule-elsewhere",
        Status(&[&["forwarding traffic to unexpected target group"]]),
        "the production listener rule sends traffic to a third target group",
        "let the rule forward to the service's two groups only",
    ),
    Row::new(
        "infrastructure-role",
        Status(&[&["missing permissions on ecs infrastructure role"]]),
        "the infrastructure role may not change the load balancer",
        "let it trust ecs.amazonaws.com and attach the managed policy for load balancers",
    ),
    Row::new(
        "hook-answer",
        Status(&[&["unable to parse the response"]]),
        "a hook's function answered with something else than a hook status",
        "let it return `hookStatus`, and check its time-out",
    ),
    Row::new(
        "hook-not-called",
        Status(&[
            &["unable to invoke hook target"],
            &["unable to assume role"],
        ]),
        "ECS could not call a hook's function",
        "let the hook's role trust ecs.amazonaws.com and allow it lambda:InvokeFunction",
    ),
    Row::new(
        "hook-rejected",
        Status(&[&["answered with rollback"]]),
        "somebody answered a hook with a rollback",
        "ask who did: ContinueServiceDeployment in CloudTrail",
    ),
    Row::new(
        "hook-timeout",
        Status(&[&["hook", "timed out"]]),
        "nobody answered a hook in time",
        "answer earlier, or raise the hook's time-out",
    ),
    Row::new(
        "hook-failed",
        Status(&[&["lifecycle hook(s) failed"], &["returned failed status"]]),
        "a hook said no",
        "read the log of the hook's function",
    ),
    Row::new(
        "alarm",
        Status(&[&["alarm"]]),
        "an alarm of the deployment fired",
        "look at the alarm's history for what it saw",
    ),
    Row::effect(
        "no-rollback-candidate",
        Status(&[&["no rollback candidate"]]),
        "there is no completed deployment to go back to",
        "mend what stops the tasks and deploy again",
    ),
    Row::effect(
        "circuit-breaker",
        Status(&[&["circuit breaker"], &["tasks failed to start"]]),
        "the circuit breaker counted too many failed tasks",
        "the tasks that failed say why",
    ),
];
