//! What matters of a task definition to who deploys it or runs a task of it.
//! Not the rules of task definitions: those are about the document alone.

use super::document::Node;

/// Where a container's log goes, if it goes to CloudWatch Logs (log driver `awslogs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTarget {
    /// The log group.
    pub group: String,
    /// The Region, if one is named.
    pub region: Option<String>,
    /// The first part of the stream's name. Without one, the name can not be known beforehand.
    pub prefix: Option<String>,
}

impl LogTarget {
    /// The stream of a container in a task (API shape `LogConfiguration`: `prefix/container/task id`).
    #[must_use]
    pub fn stream(&self, container: &str, task_id: &str) -> Option<String> {
        self.prefix
            .as_ref()
            .map(|prefix| format!("{prefix}/{container}/{task_id}"))
    }
}

/// Ports that a container takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    /// The first one.
    pub first: u16,
    /// The last one; the same for a single port.
    pub last: u16,
}

/// What matters of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerFacts {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// The ports it maps.
    pub ports: Vec<PortRange>,
    /// Whether the task ends when it does (`essential`, which is so unless it is said).
    pub is_essential: bool,
    /// Whether it has a health check of its own.
    pub has_health_check: bool,
    /// Where its log goes.
    pub log: Option<LogTarget>,
}

/// What matters of a task definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFacts {
    /// Its family.
    pub family: String,
    /// Its network mode; none is the default of the platform.
    pub network_mode: Option<String>,
    /// Its containers.
    pub containers: Vec<ContainerFacts>,
    /// The names of the volumes that are left open until a task starts (`configuredAtLaunch`).
    pub open_volumes: Vec<String>,
}

impl DefinitionFacts {
    /// Takes what matters from a task definition: the members of `RegisterTaskDefinition`, not wrapped in an answer.
    /// What is missing or of another type is left out; the stage that registers the document refuses it.
    #[must_use]
    pub fn of(definition: &Node) -> Self {
        let text = |key: &str| definition.get(key).and_then(Node::as_str);
        Self {
            family: text("family").unwrap_or_default().to_owned(),
            network_mode: text("networkMode").map(str::to_owned),
            containers: definition
                .get("containerDefinitions")
                .and_then(Node::as_array)
                .unwrap_or_default()
                .iter()
                .map(container)
                .collect(),
            open_volumes: definition
                .get("volumes")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter(|volume| {
                    volume.get("configuredAtLaunch").and_then(Node::as_bool) == Some(true)
                })
                .filter_map(|volume| volume.get("name").and_then(Node::as_str))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The container of this name.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<&ContainerFacts> {
        self.containers
            .iter()
            .find(|container| container.name == name)
    }

    /// The digests that images are pinned to, by container.
    #[must_use]
    pub fn digests(&self) -> Vec<(String, String)> {
        self.containers
            .iter()
            .filter_map(|container| {
                let (_, digest) = container.image.rsplit_once('@')?;
                Some((container.name.clone(), digest.to_owned()))
            })
            .collect()
    }
}

fn container(node: &Node) -> ContainerFacts {
    let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default();
    ContainerFacts {
        name: text("name").to_owned(),
        image: text("image").to_owned(),
        ports: node
            .get("portMappings")
            .and_then(Node::as_array)
            .unwrap_or_default()
            .iter()
            .filter_map(port)
            .collect(),
        is_essential: node
            .get("essential")
            .and_then(Node::as_bool)
            .unwrap_or(true),
        has_health_check: node
            .get("healthCheck")
            .is_some_and(|check| !check.is_null()),
        log: node.get("logConfiguration").and_then(log),
    }
}

fn port(mapping: &Node) -> Option<PortRange> {
    if let Some(number) = mapping.get("containerPort").and_then(Node::as_i64) {
        let port = u16::try_from(number).ok()?;
        return Some(PortRange {
            first: port,
            last: port,
        });
    }
    let (first, last) = mapping
        .get("containerPortRange")
        .and_then(Node::as_str)?
        .split_once('-')?;
    Some(PortRange {
        first: first.trim().parse().ok()?,
        last: last.trim().parse().ok()?,
    })
}

fn log(configuration: &Node) -> Option<LogTarget> {
    let driver = configuration.get("logDriver").and_then(Node::as_str)?;
    let options = configuration.get("options")?;
    let option = |key: &str| options.get(key).and_then(Node::as_str).map(str::to_owned);
    (driver == "awslogs").then_some(())?;
    Some(LogTarget {
        group: option("awslogs-group")?,
        region: option("awslogs-region"),
        prefix: option("awslogs-stream-prefix"),
    })
}
