//! The rows of the rules about files that must match.
use crate::domain::check::rule::{Basis, Rule, Severity};

pub(super) static CR001: Rule = Rule {
    id: "CR001",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the container in the appspec is in the task definition",
    why: "CodeDeploy registers this container with the target group of the new tasks.",
    fix: "name a container of the task definition",
    source: "AWS CodeDeploy User Guide, AppSpec resources section for Amazon ECS deployments",
    answer: "The deployment fails, for ECS refuses the new task set with `InvalidParameterException`.",
};

pub(super) static CR002: Rule = Rule {
    id: "CR002",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "the container that gets the traffic is essential",
    why: "When a container that is not essential dies, the task runs on, and the load balancer sends requests to nobody until its own checks notice.",
    fix: "make the container essential, or send the traffic to another one",
    source: "practice",
    answer: "CodeDeploy takes it.",
};

pub(super) static CR003: Rule = Rule {
    id: "CR003",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the port in the appspec is mapped by that container",
    why: "Traffic reaches only ports the container maps.",
    fix: "use a port the container maps, or map this one",
    source: "AWS CodeDeploy User Guide, AppSpec resources section for Amazon ECS deployments",
    answer: "The deployment fails, for ECS refuses the new task set with `InvalidParameterException`.",
};

pub(super) static CR004: Rule = Rule {
    id: "CR004",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "every container in imagedefinitions.json is in the task definition",
    why: "The action looks for the container in the definition the service runs, and puts the image there.",
    fix: "name a container of the task definition",
    source: "AWS CodePipeline User Guide, image definitions file reference",
    answer: "CodePipeline's Amazon ECS action fails, for no container has that name.",
};

pub(super) static CR005: Rule = Rule {
    id: "CR005",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the image of imageDetail.json has a place in the task definition",
    why: "The action puts the image where a placeholder such as `<IMAGE1_NAME>` stands as the image of a container. Without one the new image is not deployed, and nothing says so.",
    fix: "write `\"image\": \"<IMAGE1_NAME>\"` in the container that gets the new image",
    source: "AWS CodePipeline User Guide, Amazon ECS and CodeDeploy blue-green action",
    answer: "CodePipeline deploys the task definition with the image it already has.",
};

pub(super) static CR006: Rule = Rule {
    id: "CR006",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "four images at most are filled in",
    why: "The action has `Image1ArtifactName` to `Image4ArtifactName`, and takes five artifacts in all.",
    fix: "name the images that rarely change in the task definition itself",
    source: "AWS CodePipeline User Guide, Amazon ECS and CodeDeploy blue-green action",
    answer: "ECS refuses the definition with `ClientException`, for a placeholder is left as an image.",
};

pub(super) static CR007: Rule = Rule {
    id: "CR007",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "beside imageDetail.json the appspec leaves the revision to the pipeline",
    why: "The action registers a new revision and puts its ARN where `<TASK_DEFINITION>` stands. An appspec with an ARN deploys that old revision again and again.",
    fix: "write `TaskDefinition: <TASK_DEFINITION>`",
    source: "AWS CodePipeline User Guide, Amazon ECS and CodeDeploy blue-green action",
    answer: "CodePipeline registers the new revision, and CodeDeploy deploys the one in the file.",
};

pub(super) static CR008: Rule = Rule {
    id: "CR008",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "imagedefinitions.json and imageDetail.json name the same image",
    why: "They are written by the same build, for two kinds of deployment. Different images mean that one of them is left over from another build.",
    fix: "write both from the same build",
    source: "practice",
    answer: "Each action deploys the image of the file it reads.",
};

pub(super) static CR009: Rule = Rule {
    id: "CR009",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "the revision in the appspec is of the family of the task definition",
    why: "An ARN of another family is mostly copied from another service.",
    fix: "write `<TASK_DEFINITION>`, or an ARN of this family",
    source: "practice",
    answer: "CodeDeploy deploys the revision that the appspec names.",
};

pub(super) static CR010: Rule = Rule {
    id: "CR010",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "subnets in the appspec go with the network mode `awsvpc`",
    why: "Only in this mode has a task a network interface of its own, and subnets to put it in.",
    fix: "leave `NetworkConfiguration` out, or set `networkMode` to `awsvpc`",
    source: "API shape `AwsVpcConfiguration`",
    answer: "The deployment fails, for ECS refuses the new task set with `InvalidParameterException`.",
};

pub(super) static CR011: Rule = Rule {
    id: "CR011",
    severity: Severity::Note,
    basis: Basis::Practice,
    title: "every placeholder that may be left is somewhere",
    why: "A name in `placeholders` that stands in none of the files is misspelt or no longer needed.",
    fix: "remove the name from `placeholders`, or correct it",
    source: "practice",
    answer: "Nothing: ECS never sees it.",
};

pub(super) static CR012: Rule = Rule {
    id: "CR012",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "Fargate in the appspec goes with a task definition for Fargate",
    why: "The capacity providers `FARGATE` and `FARGATE_SPOT` run only definitions that are compatible with Fargate.",
    fix: "add `FARGATE` to `requiresCompatibilities`, or use another capacity provider",
    source: "Amazon ECS Developer Guide, Amazon ECS clusters for Fargate",
    answer: "The deployment fails, for ECS refuses the new task set; or tasks stop with `The selected task definition is not compatible with the selected compute strategy`.",
};
