//! The rows of the rules about the definition as a whole.
use crate::domain::check::rule::{Basis, Rule, Severity};

pub(super) static TD001: Rule = Rule {
    id: "TD001",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a task definition is an object with `family` and `containerDefinitions`",
    why: "Without them there is nothing to register.",
    fix: "add the member",
    source: "API shape `RegisterTaskDefinitionRequest`",
    answer: "ECS refuses the request with `ClientException`; the AWS CLI refuses it before with `Missing required \
             parameter`.",
};

pub(super) static TD004: Rule = Rule {
    id: "TD004",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`family` has 1 to 255 letters, digits, `_` and `-`",
    why: "The family is a part of the ARN of every revision.",
    fix: "use letters, digits, `_` and `-` only, at most 255 of them",
    source: "API shape `RegisterTaskDefinitionRequest`, member `family`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD005: Rule = Rule {
    id: "TD005",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a task definition has at most 10 containers",
    why: "The limit is a quota of the service that cannot be raised.",
    fix: "move containers that do not have to live together into a service of their own",
    source: "Amazon ECS service quotas",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD006: Rule = Rule {
    id: "TD006",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "at least one container is essential",
    why: "A task lives as long as its essential containers; a container that says nothing is essential.",
    fix: "let one container be essential: leave `essential` out or set it to `true`",
    source: "API shape `ContainerDefinition`, member `essential`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD007: Rule = Rule {
    id: "TD007",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "every container has a name of 1 to 255 letters, digits, `_` and `-`",
    why: "Services, load balancers and pipelines refer to a container by its name.",
    fix: "use letters, digits, `_` and `-` only, at most 255 of them",
    source: "API shape `ContainerDefinition`, member `name`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD008: Rule = Rule {
    id: "TD008",
    severity: Severity::Error,
    basis: Basis::Promised,
    title: "no two containers have the same name",
    why: "What refers to a container by its name would mean two.",
    fix: "rename one of them",
    source: "general practice; every stage of this tool refuses it",
    answer: "ECS refuses the request with `ClientException`, by all experience; no document says so.",
};

pub(super) static TD009: Rule = Rule {
    id: "TD009",
    severity: Severity::Error,
    basis: Basis::Practice,
    title: "the request is at most 64 KiB long",
    why: "ECS limits the size of a task definition; older pages say 32 KiB.",
    fix: "move values into `environmentFiles`, secrets or the image",
    source: "Amazon ECS service quotas; the figure is not confirmed",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD010: Rule = Rule {
    id: "TD010",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "the request stays below three quarters of the limit of 64 KiB",
    why: "A definition grows with every variable; close to the limit the next change may be one too many.",
    fix: "move values into `environmentFiles`, secrets or the image",
    source: "Amazon ECS service quotas; the figure is not confirmed",
    answer: "ECS accepts it.",
};

pub(super) static TD011: Rule = Rule {
    id: "TD011",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`requiresCompatibilities` names launch types ECS knows",
    why: "ECS validates the definition for every launch type in the list.",
    fix: "use `EC2`, `FARGATE`, `EXTERNAL` or `MANAGED_INSTANCES`",
    source: "API shape `Compatibility`",
    answer: "ECS refuses the request with `InvalidParameterException` or `ClientException`.",
};

pub(super) static TD012: Rule = Rule {
    id: "TD012",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "tags keep their limits",
    why: "At most 50 tags, each key once, keys of 1 to 128 and values of up to 256 characters, and none that begins with \
          `aws:`, which is kept for AWS.",
    fix: "shorten, rename or remove the tag",
    source: "API shape `Tag`",
    answer: "ECS refuses the request with `InvalidParameterException` or `ClientException`.",
};

pub(super) static TD013: Rule = Rule {
    id: "TD013",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "at most 10 placement constraints, all of type `memberOf`",
    why: "`distinctInstance` is a constraint of a service or a run, not of a definition.",
    fix: "use `memberOf` here, and put `distinctInstance` into the service",
    source: "API shape `TaskDefinitionPlacementConstraint`",
    answer: "ECS refuses the request with `InvalidParameterException` or `ClientException`.",
};

pub(super) static TD014: Rule = Rule {
    id: "TD014",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "no Elastic Inference accelerator",
    why: "Amazon Elastic Inference is no longer offered.",
    fix: "remove it, and use a GPU or Neuron instance",
    source: "API shape `InferenceAccelerators`, marked as deprecated",
    answer: "ECS may accept the definition; tasks that ask for an accelerator find no instance.",
};

pub(super) static TD015: Rule = Rule {
    id: "TD015",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "no App Mesh proxy",
    why: "`proxyConfiguration` serves App Mesh alone, and App Mesh reached its end of support (on 2026-09-30, as is \
          generally reported).",
    fix: "plan the move to ECS Service Connect",
    source: "API shape `ProxyConfiguration`; the date is general practice",
    answer: "ECS accepts it.",
};

pub(super) static TD016: Rule = Rule {
    id: "TD016",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the proxy configuration is of type `APPMESH` and names a container of the definition",
    why: "The container it names is the proxy all traffic goes through.",
    fix: "name a container of this definition, or remove `proxyConfiguration`",
    source: "API shape `ProxyConfiguration`",
    answer: "ECS refuses the request with `ClientException`.",
};
