//! What can be said of a CodeDeploy deployment to ECS, one part at a time.
use std::collections::HashSet;
use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use super::super::document::{Kind, Node, Object, Position};
use super::super::malformed::Malformed;
use super::super::names::ContainerName;
use super::{AssignPublicIp, TaskDefinitionTarget};

/// The parts that are given; the others are left as they are. The default gives none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppSpecParts {
    /// What is deployed.
    pub task_definition: Option<TaskDefinitionTarget>,
    /// The container that gets the traffic.
    pub container_name: Option<ContainerName>,
    /// Its port.
    pub container_port: Option<NonZeroU16>,
    /// The Fargate platform version.
    pub platform_version: Option<String>,
    /// Where the tasks stand.
    pub network: Network,
    /// Who runs the tasks; if not empty, it replaces the strategy that is there.
    pub capacity_providers: Vec<CapacityProvider>,
    /// Functions to call on the way; each replaces the one for its event.
    pub hooks: Vec<HookBinding>,
}

/// Where tasks stand. Each part that is given replaces what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Subnets; none given if empty.
    pub subnets: Vec<String>,
    /// Security groups; none given if empty.
    pub security_groups: Vec<String>,
    /// Whether a task gets a public address.
    pub assign_public_ip: Option<AssignPublicIp>,
}

impl Network {
    fn is_empty(&self) -> bool {
        self.subnets.is_empty()
            && self.security_groups.is_empty()
            && self.assign_public_ip.is_none()
    }
}

/// Why a part cannot be put in: the place and the message.
pub(super) type Misfit = (Option<Position>, String);

impl AppSpecParts {
    /// Whether what is given contradicts itself.
    ///
    /// # Errors
    /// If an event is given two functions.
    pub fn check(&self) -> Result<(), Malformed> {
        let mut seen = HashSet::new();
        match self.hooks.iter().find(|hook| !seen.insert(hook.event)) {
            Some(twice) => Err(Malformed::new(format!(
                "a hook is given twice: `{}`",
                twice.event
            ))),
            None => Ok(()),
        }
    }

    pub(super) fn apply_to_properties(&self, properties: &mut Object) -> Result<(), Misfit> {
        if let Some(target) = &self.task_definition {
            properties.set("TaskDefinition", Node::string(target.to_string()));
        }
        if self.container_name.is_some() || self.container_port.is_some() {
            let balancer = object_member(properties, "LoadBalancerInfo")?;
            if let Some(name) = &self.container_name {
                balancer.set("ContainerName", Node::string(name.as_str()));
            }
            if let Some(port) = self.container_port {
                balancer.set("ContainerPort", Node::integer(port.get().into()));
            }
        }
        if let Some(version) = &self.platform_version {
            properties.set("PlatformVersion", Node::string(version.as_str()));
        }
        if !self.network.is_empty() {
            let network = object_member(properties, "NetworkConfiguration")?;
            let vpc = object_member(network, "AwsvpcConfiguration")?;
            let texts =
                |list: &[String]| Node::array(list.iter().map(|text| Node::string(text.as_str())));
            if !self.network.subnets.is_empty() {
                vpc.set("Subnets", texts(&self.network.subnets));
            }
            if !self.network.security_groups.is_empty() {
                vpc.set("SecurityGroups", texts(&self.network.security_groups));
            }
            if let Some(assign) = self.network.assign_public_ip {
                vpc.set("AssignPublicIp", Node::string(assign.as_str()));
            }
        }
        if !self.capacity_providers.is_empty() {
            let strategy = self.capacity_providers.iter().map(CapacityProvider::node);
            properties.set("CapacityProviderStrategy", Node::array(strategy));
        }
        Ok(())
    }

    /// Hooks given and hooks there, in the order of the lifecycle.
    pub(super) fn apply_hooks(&self, root: &mut Object) {
        if self.hooks.is_empty() {
            return;
        }
        let there = root.get("Hooks");
        let hooks = LifecycleEvent::ALL.into_iter().filter_map(|event| {
            let given = self.hooks.iter().find(|hook| hook.event == event);
            let function = match given {
                Some(hook) => Node::string(hook.function.as_str()),
                None => there?
                    .items()
                    .iter()
                    .find_map(|map| map.get(event.as_str()))?
                    .clone(),
            };
            Some(Node::object([(event.as_str(), function)]))
        });
        let hooks = Node::array(hooks);
        root.set("Hooks", hooks);
    }
}

/// The object a member holds; made if there is none.
fn object_member<'a>(object: &'a mut Object, key: &str) -> Result<&'a mut Object, Misfit> {
    if object.get(key).is_none_or(Node::is_null) {
        object.set(key, Node::new(Kind::Object(Object::default())));
    }
    let position = object.get(key).and_then(Node::position);
    object
        .get_mut(key)
        .and_then(Node::as_object_mut)
        .ok_or_else(|| (position, format!("`{key}` must be an object")))
}

/// One provider of a capacity provider strategy: `PROVIDER=WEIGHT` or `PROVIDER=WEIGHT,BASE`.
///
/// The ranges are those of the API shape `CapacityProviderStrategyItem`: weight 0 to 1000, base 0 to 100000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacityProvider {
    name: String,
    weight: u16,
    base: Option<u32>,
}

impl CapacityProvider {
    /// The provider: `FARGATE`, `FARGATE_SPOT`, or one of the user's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The part it gets of the tasks above all bases.
    #[must_use]
    pub fn weight(&self) -> u16 {
        self.weight
    }

    /// How many tasks it gets first; 0 if nothing is said.
    #[must_use]
    pub fn base(&self) -> u32 {
        self.base.unwrap_or(0)
    }

    fn node(&self) -> Node {
        let base = self.base.map(|base| ("Base", Node::integer(base.into())));
        Node::object(base.into_iter().chain([
            ("CapacityProvider", Node::string(self.name.as_str())),
            ("Weight", Node::integer(self.weight.into())),
        ]))
    }
}

impl FromStr for CapacityProvider {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form =
            || Malformed::new("must be of the form `PROVIDER=WEIGHT` or `PROVIDER=WEIGHT,BASE`");
        let (name, numbers) = text.split_once('=').ok_or_else(form)?;
        let (weight, base) = match numbers.split_once(',') {
            Some((weight, base)) => (weight, Some(base)),
            None => (numbers, None),
        };
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(form());
        }
        let number = |text: &str, most: u32| {
            let text = text.trim();
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>()
                .ok()
                .filter(|value| digits && *value <= most)
        };
        let weight = number(weight, 1000)
            .and_then(|weight| u16::try_from(weight).ok())
            .ok_or_else(|| {
                Malformed::new("the weight of a capacity provider is a number from 0 to 1000")
            })?;
        let base = match base {
            None => None,
            Some(base) => Some(number(base, 100_000).ok_or_else(|| {
                Malformed::new("the base of a capacity provider is a number from 0 to 100000")
            })?),
        };
        Ok(Self {
            name: name.to_owned(),
            weight,
            base,
        })
    }
}

/// A moment of a deployment at which CodeDeploy calls a function (CodeDeploy user guide, AppSpec hooks for ECS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LifecycleEvent {
    /// Before the new tasks are made. It cannot trigger a rollback.
    BeforeInstall,
    /// When the new tasks are made and one target group points at them.
    AfterInstall,
    /// When the test listener serves the new tasks.
    AfterAllowTestTraffic,
    /// Before the production listener serves them.
    BeforeAllowTraffic,
    /// When the production listener serves them.
    AfterAllowTraffic,
}

impl LifecycleEvent {
    /// All of them, in the order they happen.
    pub const ALL: [Self; 5] = [
        Self::BeforeInstall,
        Self::AfterInstall,
        Self::AfterAllowTestTraffic,
        Self::BeforeAllowTraffic,
        Self::AfterAllowTraffic,
    ];

    /// CodeDeploy's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeInstall => "BeforeInstall",
            Self::AfterInstall => "AfterInstall",
            Self::AfterAllowTestTraffic => "AfterAllowTestTraffic",
            Self::BeforeAllowTraffic => "BeforeAllowTraffic",
            Self::AfterAllowTraffic => "AfterAllowTraffic",
        }
    }
}

impl FromStr for LifecycleEvent {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|event| event.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                let known = Self::ALL.map(Self::as_str).join(", ");
                Malformed::new(format!(
                    "not an event of a deployment to ECS, those are {known}"
                ))
            })
    }
}

impl fmt::Display for LifecycleEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A function for a moment of a deployment: `EVENT=FUNCTION`, the function by name or ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookBinding {
    /// The moment.
    pub event: LifecycleEvent,
    /// The name or ARN of a Lambda function.
    pub function: String,
}

impl FromStr for HookBinding {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((event, function)) = text.split_once('=') else {
            return Err(Malformed::new("must be of the form `EVENT=FUNCTION`"));
        };
        let function = function.trim();
        if function.is_empty() || function.contains(char::is_whitespace) {
            return Err(Malformed::new("a function is named by its name or its ARN"));
        }
        Ok(Self {
            event: event.trim().parse()?,
            function: function.to_owned(),
        })
    }
}
