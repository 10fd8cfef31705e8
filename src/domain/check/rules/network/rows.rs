//! The rows of the rules about the network.
use crate::domain::check::rule::{Basis, Rule, Severity};

pub(super) static TD050: Rule = Rule {
    id: "TD050",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a definition for Fargate has network mode `awsvpc`",
    why: "Every task on Fargate has a network interface of its own.",
    fix: "add `\"networkMode\": \"awsvpc\"`",
    source: "API shape `RegisterTaskDefinitionRequest`, member `networkMode`",
    answer: "ECS refuses the request with `ClientException`: Fargate only supports network mode `awsvpc`.",
};

pub(super) static TD051: Rule = Rule {
    id: "TD051",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no ports in network mode `none`",
    why: "Containers without a network have no ports to map.",
    fix: "remove `portMappings`, or choose another network mode",
    source: "API shape `RegisterTaskDefinitionRequest`, member `networkMode`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD052: Rule = Rule {
    id: "TD052",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "in mode `awsvpc` and `host` the port of the host is that of the container",
    why: "The container listens on the interface itself: there is nothing that could translate ports.",
    fix: "leave `hostPort` out, or make it equal to `containerPort`",
    source: "API shape `PortMapping`, member `hostPort`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD053: Rule = Rule {
    id: "TD053",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a container maps each port once",
    why: "The API model refuses to expose a port twice, for two protocols too. As tcp and udp on one port are in use, that \
          is only a warning here.",
    fix: "remove one of the mappings",
    source: "API shape `PortMapping`",
    answer: "ECS refuses the request with `ClientException` if port and protocol are the same.",
};

pub(super) static TD054: Rule = Rule {
    id: "TD054",
    severity: Severity::Error,
    basis: Basis::Practice,
    title: "in mode `awsvpc` and `host` no two containers map the same port",
    why: "The containers of a task share one network there: the second to listen fails.",
    fix: "let one of the containers listen on another port",
    source: "general practice",
    answer: "ECS refuses the request with `ClientException`, or the second container stops with `address already in use`.",
};

pub(super) static TD055: Rule = Rule {
    id: "TD055",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a port mapping has ports from 1 to 65535",
    why: "In mode `bridge` a `hostPort` of 0 asks for any free port; elsewhere 0 means nothing.",
    fix: "use a port from 1 to 65535",
    source: "API shape `PortMapping`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD056: Rule = Rule {
    id: "TD056",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "a protocol is `tcp` or `udp`",
    why: "Any other text, `UDP` too, is taken as tcp.",
    fix: "write `tcp` or `udp`, in lower case",
    source: "API shape `PortMapping`, member `protocol`",
    answer: "ECS refuses the value, or takes it as `tcp`.",
};

pub(super) static TD057: Rule = Rule {
    id: "TD057",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the name of a port has up to 64 lower-case letters, digits, `_` and `-`, and no `-` first",
    why: "Service Connect makes names of endpoints of it.",
    fix: "use lower-case letters, digits, `_` and `-`, and begin with none of `-`",
    source: "API shape `PortMapping`, member `name`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD058: Rule = Rule {
    id: "TD058",
    severity: Severity::Error,
    basis: Basis::Practice,
    title: "no two ports of a definition have the same name",
    why: "Service Connect refers to a port by its name.",
    fix: "rename one of them",
    source: "general practice",
    answer: "ECS refuses the request with `ClientException`, by all experience; no document says so.",
};

pub(super) static TD059: Rule = Rule {
    id: "TD059",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a range of ports is `from-to`, alone in its mapping, apart from the others, and in mode `bridge` or `awsvpc`",
    why: "A container has at most 100 ranges.",
    fix: "write the range as `8000-8010`, with neither `containerPort` nor `hostPort` beside it",
    source: "API shape `PortMapping`, member `containerPortRange`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD060: Rule = Rule {
    id: "TD060",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "an application protocol is `http`, `http2` or `grpc`",
    why: "For anything else leave `appProtocol` out: the port is proxied as TCP.",
    fix: "use `http`, `http2` or `grpc`, or leave `appProtocol` out",
    source: "API shape `ApplicationProtocol`",
    answer: "ECS refuses the request with `InvalidParameterException` or `ClientException`.",
};

pub(super) static TD061: Rule = Rule {
    id: "TD061",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "an application protocol belongs to a port with a name",
    why: "Only Service Connect uses it, and Service Connect finds ports by name.",
    fix: "give the port a `name`, or remove `appProtocol`",
    source: "API shape `PortMapping`, member `appProtocol`",
    answer: "ECS accepts it, and it has no effect.",
};

pub(super) static TD062: Rule = Rule {
    id: "TD062",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "in mode `bridge` the port of the host is left to ECS",
    why: "A fixed port lets one task run per instance; a rolling update then waits for an instance without one.",
    fix: "leave `hostPort` out or set it to 0",
    source: "Amazon ECS documentation, service event messages",
    answer: "ECS registers the definition; a service may be `unable to place a task` because the port is in use.",
};

pub(super) static TD063: Rule = Rule {
    id: "TD063",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "in mode `awsvpc` no container has `hostname` or `extraHosts`",
    why: "The containers of a task share one network interface and one name there.",
    fix: "remove the member, or resolve the name through DNS",
    source: "API shape `ContainerDefinition`, members `hostname` and `extraHosts`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD064: Rule = Rule {
    id: "TD064",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "links are used in mode `bridge`",
    why: "Docker links containers on its bridge only; in mode `awsvpc` and `host` containers reach each other on `localhost`.",
    fix: "remove `links`, or set `networkMode` to `bridge`",
    source: "API shape `ContainerDefinition`, member `links`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD065: Rule = Rule {
    id: "TD065",
    severity: Severity::Error,
    basis: Basis::Practice,
    title: "a definition for external instances has no network mode `awsvpc`",
    why: "ECS Anywhere has no network interfaces to attach.",
    fix: "use `bridge`, `host` or `none`",
    source: "general practice",
    answer: "ECS refuses the request with `ClientException`, by all experience; no document says so.",
};

pub(super) static TD066: Rule = Rule {
    id: "TD066",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "in mode `host` no container runs as root",
    why: "As root it reaches everything that listens on the instance, the agents too.",
    fix: "set `user` to one that is not root",
    source: "API shape `ContainerDefinition`, member `user`",
    answer: "ECS accepts it.",
};
