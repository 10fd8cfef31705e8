//! The appspec of a CodeDeploy deployment to ECS: made from parts, or from one that exists, keeping the rest of it.
//!
//! Keys are read in any case and written as CodeDeploy writes them. Whether the names in it exist in AWS is not known
//! here.
mod keys;
mod parts;
mod service;
mod values;

pub use parts::{AppSpecParts, CapacityProvider, HookBinding, LifecycleEvent, Network};
pub use service::from_service;
pub use values::{
    AssignPublicIp, PlatformVersion, SecurityGroupId, SubnetId, TaskDefinitionTarget,
};

use super::document::{Document, DocumentError, Kind, Node, Object, Position};
use super::taskdef::TaskDefinition;

/// An appspec whose keys are written CodeDeploy's way and whose one resource is an ECS service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSpec {
    document: Document,
}

impl AppSpec {
    /// An appspec that deploys the placeholder `<TASK_DEFINITION>` and says nothing else yet.
    #[must_use]
    pub fn new() -> Self {
        let properties = Node::object([(
            "TaskDefinition",
            Node::string(TaskDefinitionTarget::PLACEHOLDER),
        )]);
        let service = Node::object([
            ("Type", Node::string(keys::SERVICE_TYPE)),
            ("Properties", properties),
        ]);
        let root = Node::object([
            ("version", keys::version()),
            (
                "Resources",
                Node::array([Node::object([("TargetService", service)])]),
            ),
        ]);
        Self {
            document: Document::new("the appspec", root),
        }
    }

    /// Takes an appspec that exists.
    ///
    /// # Errors
    /// If it is not an appspec for ECS: another version, not exactly one resource, a resource that is no ECS service, a
    /// hook that does not exist or stands twice, a key given twice in different case, a member of the wrong kind.
    pub fn from_document(document: &Document) -> Result<Self, DocumentError> {
        let root = keys::normalized(document)?;
        Ok(Self {
            document: Document::new(document.source(), root),
        })
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Puts in what is given; the rest stays.
    ///
    /// # Errors
    /// If a member that must be changed is not of the kind it should be.
    pub fn apply(&mut self, parts: &AppSpecParts) -> Result<(), DocumentError> {
        let source = self.document.source().to_owned();
        let not_an_object =
            || DocumentError::new(&source, None, "the resource has no `Properties`");
        let properties = self.properties_mut().ok_or_else(not_an_object)?;
        parts
            .apply_to_properties(properties)
            .map_err(|(position, message)| DocumentError::new(source, position, message))?;
        if let Some(root) = self.document.root_mut().as_object_mut() {
            parts.apply_hooks(root);
        }
        Ok(())
    }

    /// What it deploys, if it is said: an ARN, or a placeholder.
    #[must_use]
    pub fn task_definition(&self) -> Option<&str> {
        self.properties()?.get("TaskDefinition")?.as_str()
    }

    /// The container that gets the traffic, if it is said.
    #[must_use]
    pub fn container_name(&self) -> Option<&str> {
        self.load_balancer()?.get("ContainerName")?.as_str()
    }

    /// The port that gets the traffic, if it is said.
    #[must_use]
    pub fn container_port(&self) -> Option<i64> {
        self.load_balancer()?.get("ContainerPort")?.as_i64()
    }

    /// Whether CodeDeploy would take it: everything it needs is there and nothing is half said.
    ///
    /// # Errors
    /// The first thing that is missing or wrong, and how to give it.
    pub fn check(&self) -> Result<(), DocumentError> {
        let properties = self.properties();
        let position = properties.and_then(Node::position);
        let missing = |what: &str, option: &str| {
            let error = self
                .document
                .error_at(position, format!("the appspec needs: `{what}`"));
            Err(error.with_hint(format!("give it with {option}")))
        };
        let member = |key: &str| properties.and_then(|properties| properties.get(key));
        match member("TaskDefinition").and_then(Node::as_str) {
            Some(text) if !text.is_empty() => {}
            _ => return missing("TaskDefinition", "`task-definition-arn`"),
        }
        if self.container_name().is_none_or(str::is_empty) {
            return missing(
                "LoadBalancerInfo.ContainerName",
                "`container-name`, or with a `task-definition` where one container maps one port",
            );
        }
        match self.container_port() {
            Some(1..=65535) => {}
            Some(port) => {
                let message = format!("`ContainerPort` must be from 1 to 65535: `{port}`");
                return Err(self.document.error_at(position, message));
            }
            None => {
                return missing(
                    "LoadBalancerInfo.ContainerPort",
                    "`container-port`, or with a `task-definition` where the container maps one port",
                );
            }
        }
        self.check_network(member("NetworkConfiguration"))?;
        self.check_strategy(member("CapacityProviderStrategy"))
    }

    /// Whether the container that gets the traffic exists in a task definition, with that port, and what is doubtful.
    ///
    /// # Errors
    /// If the container does not exist, or does not map the port.
    pub fn check_against(
        &self,
        definition: &TaskDefinition,
    ) -> Result<Option<String>, DocumentError> {
        let (Some(name), Some(port)) = (self.container_name(), self.container_port()) else {
            return Ok(None);
        };
        let container = definition.require_container(name)?;
        let ports: Vec<i64> = container.ports().collect();
        if !ports.contains(&port) {
            let mapped: Vec<String> = ports.iter().map(|port| format!("`{port}`")).collect();
            let mapped = if mapped.is_empty() {
                "none".to_owned()
            } else {
                mapped.join(", ")
            };
            let message =
                format!("container `{name}` does not map this port, it maps {mapped}: `{port}`");
            return Err(definition
                .document()
                .error_at(container.node().position(), message));
        }
        let doubt = "the container that gets the traffic is not essential, so a task without it would stay in service";
        Ok((!container.is_essential()).then(|| format!("{doubt}: `{name}`")))
    }

    /// Lets it deploy the placeholder `<TASK_DEFINITION>` if it does not say what it deploys.
    pub fn fill_target(&mut self) {
        if let Some(properties) = self.properties_mut()
            && properties.get("TaskDefinition").is_none_or(Node::is_null)
        {
            properties.set(
                "TaskDefinition",
                Node::string(TaskDefinitionTarget::PLACEHOLDER),
            );
        }
    }

    /// Fills in container and port from a task definition, where it leaves no choice: the container or the port named,
    /// or the only container that maps ports, and its only port.
    pub fn fill_from(&mut self, definition: &TaskDefinition) {
        let named = self.container_name().map(str::to_owned);
        let known_port = self.container_port();
        let mut candidates = definition
            .containers()
            .filter(|container| named.as_deref().is_none_or(|name| container.name() == name))
            .filter(|container| {
                known_port.is_none_or(|known| container.ports().any(|port| port == known))
            })
            .filter_map(|container| {
                let mut ports = container.ports();
                let first = ports.next()?;
                Some((container.name().to_owned(), first, ports.next().is_none()))
            });
        let (Some((name, port, is_only)), None) = (candidates.next(), candidates.next()) else {
            return;
        };
        let Some(balancer) = self.load_balancer_mut() else {
            return;
        };
        if named.is_none() {
            balancer.set("ContainerName", Node::string(name));
        }
        if known_port.is_none() && is_only {
            balancer.set("ContainerPort", Node::integer(port));
        }
    }

    fn service(&self) -> Option<&Node> {
        let [resource] = self.document.get("Resources")?.items() else {
            return None;
        };
        let [member] = resource.members() else {
            return None;
        };
        Some(member.value())
    }

    fn properties(&self) -> Option<&Node> {
        self.service()?.get("Properties")
    }

    fn load_balancer(&self) -> Option<&Node> {
        self.properties()?.get("LoadBalancerInfo")
    }

    fn properties_mut(&mut self) -> Option<&mut Object> {
        self.document
            .root_mut()
            .get_mut("Resources")?
            .as_array_mut()?
            .first_mut()?
            .as_object_mut()?
            .values_mut()
            .next()?
            .get_mut("Properties")?
            .as_object_mut()
    }

    fn load_balancer_mut(&mut self) -> Option<&mut Object> {
        let properties = self.properties_mut()?;
        if properties.get("LoadBalancerInfo").is_none() {
            properties.set(
                "LoadBalancerInfo",
                Node::new(Kind::Object(Object::default())),
            );
        }
        properties.get_mut("LoadBalancerInfo")?.as_object_mut()
    }

    /// Subnets, security groups and the public address go together: CodeDeploy takes all of them or none.
    fn check_network(&self, network: Option<&Node>) -> Result<(), DocumentError> {
        let Some(network) = network else {
            return Ok(());
        };
        let refuse = |position: Option<Position>, message: String| {
            Err(self.document.error_at(position, message))
        };
        let vpc = network.get("AwsvpcConfiguration");
        let list = |key: &str| {
            vpc.and_then(|vpc| vpc.get(key))
                .map(Node::items)
                .unwrap_or_default()
        };
        let public = vpc
            .and_then(|vpc| vpc.get("AssignPublicIp"))
            .and_then(Node::as_str);
        let missing: Vec<&str> = [
            ("`subnets`", list("Subnets").is_empty()),
            ("`security-groups`", list("SecurityGroups").is_empty()),
            ("`assign-public-ip`", public.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, is_missing)| is_missing.then_some(name))
        .collect();
        if !missing.is_empty() {
            let message = format!(
                "subnets, security groups and the public address go together or not at all, missing: {}",
                missing.join(", ")
            );
            return refuse(network.position(), message);
        }
        // The limits of the API shape `AwsVpcConfiguration`.
        for (key, most) in [("Subnets", 16), ("SecurityGroups", 5)] {
            if list(key).len() > most {
                let message = format!(
                    "`{key}` holds at most {most} of them: `{}`",
                    list(key).len()
                );
                return refuse(network.position(), message);
            }
        }
        match public {
            Some("ENABLED" | "DISABLED") | None => Ok(()),
            Some(_) => refuse(
                network.position(),
                "`AssignPublicIp` must be `ENABLED` or `DISABLED`".to_owned(),
            ),
        }
    }

    /// One provider may have a base (API shape `CapacityProviderStrategyItem`), and one must have a weight.
    fn check_strategy(&self, strategy: Option<&Node>) -> Result<(), DocumentError> {
        let Some(strategy) = strategy else {
            return Ok(());
        };
        let number = |item: &Node, key: &str| item.get(key).and_then(Node::as_i64).unwrap_or(0);
        let items = strategy.items();
        let refuse = |message: &str| Err(self.document.error_at(strategy.position(), message));
        if items.iter().filter(|item| number(item, "Base") > 0).count() > 1 {
            return refuse("only one provider of a capacity provider strategy can have a base");
        }
        if !items.is_empty() && items.iter().all(|item| number(item, "Weight") == 0) {
            return refuse(
                "one provider of a capacity provider strategy must have a weight above 0",
            );
        }
        Ok(())
    }
}

impl Default for AppSpec {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
