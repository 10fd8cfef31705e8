//! The rows of the rules about CPU and memory.
use crate::domain::check::rule::{Basis, Rule, Severity};

pub(super) static TD020: Rule = Rule {
    id: "TD020",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a definition for Fargate has `cpu` and `memory` of the task",
    why: "Fargate sizes, and bills, the task as a whole.",
    fix: "add `cpu` and `memory` beside `family`, such as `\"256\"` and `\"512\"`",
    source: "API shape `RegisterTaskDefinitionRequest`, members `cpu` and `memory`",
    answer: "ECS refuses the request with `ClientException`: Fargate requires task-level `cpu` and `memory`.",
};

pub(super) static TD021: Rule = Rule {
    id: "TD021",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`cpu` and `memory` are a pair Fargate offers",
    why: "Fargate offers fixed sizes: each amount of CPU goes with some amounts of memory.",
    fix: "use a pair of the table on the AWS page of task sizes",
    source: "API shape `RegisterTaskDefinitionRequest`, members `cpu` and `memory`; Amazon ECS documentation, Fargate task \
             sizes",
    answer: "ECS refuses the request with `ClientException`: `Invalid 'cpu' setting for task` or `No Fargate configuration \
             exists for given values`.",
};

pub(super) static TD022: Rule = Rule {
    id: "TD022",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "Windows on Fargate has 1, 2 or 4 vCPU",
    why: "The smaller and the larger sizes of Fargate are for Linux.",
    fix: "set `cpu` to `\"1024\"`, `\"2048\"` or `\"4096\"`",
    source: "API shape `RegisterTaskDefinitionRequest`, member `memory`; Amazon ECS documentation, Fargate task sizes",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD023: Rule = Rule {
    id: "TD023",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "outside Fargate, `cpu` of the task is 128 to 196608 units",
    why: "That is 0.125 to 192 vCPU; 1024 units are one.",
    fix: "set `cpu` to between `\"128\"` and `\"196608\"`, or leave it out",
    source: "API shape `RegisterTaskDefinitionRequest`, member `cpu`",
    answer: "ECS refuses the request with `ClientException`: `Invalid 'cpu' setting for task`.",
};

pub(super) static TD024: Rule = Rule {
    id: "TD024",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the containers together reserve no more CPU than the task has",
    why: "What containers reserve comes out of what the task has.",
    fix: "raise `cpu` of the task or lower that of containers",
    source: "API shape `ContainerDefinition`, member `cpu`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD025: Rule = Rule {
    id: "TD025",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the containers together reserve no more memory than the task has",
    why: "A container reserves its `memoryReservation`, or its `memory` if it has none.",
    fix: "raise `memory` of the task or lower that of containers",
    source: "API shape `ContainerDefinition`, member `memory`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD026: Rule = Rule {
    id: "TD026",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no container may use more memory than the task has",
    why: "A container is killed at its own limit; one above the task's could not be reached.",
    fix: "raise `memory` of the task or lower that of the container",
    source: "API shape `ContainerDefinition`, member `memory`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD027: Rule = Rule {
    id: "TD027",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the hard memory limit of a container is above its soft limit",
    why: "`memory` is where a container is killed, `memoryReservation` what is kept free for it.",
    fix: "raise `memory`, lower `memoryReservation`, or leave one of them out",
    source: "API shape `ContainerDefinition`, member `memory`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD028: Rule = Rule {
    id: "TD028",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "where the task has no memory, each container has some",
    why: "ECS has to know how much memory an instance must have free.",
    fix: "add `memory` or `memoryReservation` to the container, or `memory` to the task",
    source: "API shape `ContainerDefinition`, member `memoryReservation`",
    answer: "ECS refuses the request with `ClientException`: `Invalid setting for container`.",
};

pub(super) static TD029: Rule = Rule {
    id: "TD029",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "a container has at least 6 MiB of memory",
    why: "Docker reserves that much at least.",
    fix: "set it to 6 or more",
    source: "API shape `ContainerDefinition`, members `memory` and `memoryReservation`",
    answer: "The container does not start.",
};

pub(super) static TD030: Rule = Rule {
    id: "TD030",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "Windows containers have sizes of their own",
    why: "For Windows containers the sizes of the task are ignored.",
    fix: "set `cpu` and `memory` of each container",
    source: "API shape `RegisterTaskDefinitionRequest`, members `cpu` and `memory`",
    answer: "ECS accepts it, and containers are not limited.",
};

pub(super) static TD031: Rule = Rule {
    id: "TD031",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`cpu` and `memory` of the task are written in a form ECS reads",
    why: "CPU is a whole number of units or a number of vCPU with that unit; memory a whole number of MiB or a number of GB.",
    fix: "write `\"1024\"` or `\"1 vCPU\"`, `\"2048\"` or `\"2 GB\"`",
    source: "API shape `RegisterTaskDefinitionRequest`, members `cpu` and `memory`",
    answer: "ECS refuses the request with `ClientException`: `Invalid 'cpu' setting for task` or the same for `memory`.",
};
