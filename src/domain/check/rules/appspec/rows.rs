//! The rows of the rules about the appspec.
use super::row;
use crate::domain::check::rule::{Basis, Rule, Severity};

/// What CodeDeploy does with a file it cannot read.
const REFUSED: &str = "CodeDeploy refuses the deployment with `InvalidRevisionException`, or the deployment fails at once.";

pub(super) static AS001: Rule = row(
    "AS001",
    Severity::Error,
    "the appspec has the version 0.0",
    "CodeDeploy knows no other version, and has none for its own future either.",
    "write `version: 0.0`",
    REFUSED,
);

pub(super) static AS002: Rule = row(
    "AS002",
    Severity::Error,
    "the appspec names exactly one service",
    "`Resources` is a list, and for ECS a list of one: a deployment is about one service.",
    "keep one resource under `Resources`, in a list",
    REFUSED,
);

pub(super) static AS003: Rule = row(
    "AS003",
    Severity::Error,
    "the resource is a `TargetService` of the type `AWS::ECS::Service`",
    "The type tells CodeDeploy what it deploys; an appspec for servers or for Lambda looks alike.",
    "write `- TargetService:` with `Type: AWS::ECS::Service`",
    REFUSED,
);

pub(super) static AS004: Rule = row(
    "AS004",
    Severity::Error,
    "the appspec says which task definition is deployed",
    "`Properties` with `TaskDefinition` is what the deployment is about.",
    "add `TaskDefinition: <TASK_DEFINITION>` under `Properties`, or an ARN",
    REFUSED,
);

pub(super) static AS005: Rule = row(
    "AS005",
    Severity::Error,
    "the task definition is named by the whole ARN of a revision",
    "CodeDeploy does not look for the newest revision of a family, and knows no short names.",
    "write `arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION`, or `<TASK_DEFINITION>` for the pipeline to fill in",
    REFUSED,
);

pub(super) static AS006: Rule = row(
    "AS006",
    Severity::Error,
    "the appspec says which container gets the traffic",
    "`LoadBalancerInfo` with the name of a container is required: CodeDeploy registers it with the target group.",
    "add `LoadBalancerInfo` with `ContainerName` and `ContainerPort`",
    REFUSED,
);

pub(super) static AS007: Rule = row(
    "AS007",
    Severity::Error,
    "the port that gets the traffic is a number from 1 to 65535",
    "A port in quotes is a text, which CodeDeploy does not take for a number.",
    "write `ContainerPort: 80`",
    REFUSED,
);

pub(super) static AS008: Rule = row(
    "AS008",
    Severity::Warning,
    "the platform version is `LATEST` or a number such as `1.4.0`",
    "Where it is left out CodeDeploy takes `LATEST`, whatever the service has now.",
    "write `LATEST` or a version such as `1.4.0`",
    "CodeDeploy hands it to ECS, which refuses an unknown version with `PlatformUnknownException`.",
);

pub(super) static AS009: Rule = row(
    "AS009",
    Severity::Error,
    "the network is given whole or not at all",
    "Subnets, security groups and the public address belong together. Where they are left out the ones of the service hold.",
    "give `Subnets`, `SecurityGroups` and `AssignPublicIp`, or leave `NetworkConfiguration` out",
    REFUSED,
);

pub(super) static AS010: Rule = row(
    "AS010",
    Severity::Error,
    "subnets, security groups and the public address are values ECS knows",
    "There are 1 to 16 subnets and up to 5 security groups, and `AssignPublicIp` is `ENABLED` or `DISABLED`.",
    "correct the value the message names",
    "CodeDeploy hands it to ECS, which refuses it with `InvalidParameterException`.",
);

pub(super) static AS011: Rule = row(
    "AS011",
    Severity::Error,
    "a capacity provider strategy names its providers, and gives a base to one at most",
    "`CapacityProvider` is required; `Base` is 0 to 100000 and `Weight` 0 to 1000; of up to 20 providers one can have a base.",
    "correct the part the message names",
    "CodeDeploy hands it to ECS, which refuses it with `InvalidParameterException`.",
);

pub(super) static AS012: Rule = row(
    "AS012",
    Severity::Error,
    "a hook is at an event CodeDeploy knows for ECS",
    "The events are `BeforeInstall`, `AfterInstall`, `AfterAllowTestTraffic`, `BeforeAllowTraffic` and `AfterAllowTraffic`. Those of servers, such as `ApplicationStart`, do not exist here.",
    "use one of the five events",
    REFUSED,
);

pub(super) static AS013: Rule = row(
    "AS013",
    Severity::Error,
    "an event has one hook",
    "`Hooks` is a list with one event an entry; a second hook at one event would never be called.",
    "keep one function an event, one event an entry",
    REFUSED,
);

pub(super) static AS014: Rule = row(
    "AS014",
    Severity::Error,
    "a hook is a Lambda function, by name or ARN",
    "CodeDeploy calls the function and waits up to an hour for its answer.",
    "write the name of the function or its ARN",
    "The deployment fails at the event, for CodeDeploy cannot call the function.",
);

pub(super) static AS015: Rule = row(
    "AS015",
    Severity::Warning,
    "every key of an appspec is one CodeDeploy knows, in its letter case",
    "CodeDeploy writes its keys with a capital, but for `version`. What it does not know has no effect, or makes the whole file invalid. A key that resembles no known one is noted.",
    "check the spelling and the capitals",
    "CodeDeploy refuses the deployment with `InvalidRevisionException`, or passes over the key.",
);

pub(super) static AS016: Rule = Rule {
    id: "AS016",
    severity: Severity::Error,
    basis: Basis::Promised,
    title: "no placeholder but `<TASK_DEFINITION>` is left in the appspec",
    why: "`<TASK_DEFINITION>` is filled in by CodePipeline and by this tool; nobody fills in another one. In the task definition it is an error, elsewhere a note.",
    fix: "fill it in, or name it in `placeholders` if a later step does",
    source: "CodePipeline User Guide, Amazon ECS and CodeDeploy blue-green action",
    answer: REFUSED,
};

pub(super) static AS017: Rule = row(
    "AS017",
    Severity::Error,
    "every value of an appspec is of the type CodeDeploy wants",
    "A missing hyphen or wrong indentation in YAML makes an object of a list, and the other way round.",
    "write the value in the type the message names",
    REFUSED,
);
