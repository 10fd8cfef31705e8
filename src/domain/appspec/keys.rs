//! The keys of an appspec as CodeDeploy writes them, whatever case they are read in, and the shape they stand in.
use super::super::document::{Document, DocumentError, Kind, Member, Node, Object};
use super::LifecycleEvent;

/// The one type of resource CodeDeploy deploys on the ECS compute platform.
pub(super) const SERVICE_TYPE: &str = "AWS::ECS::Service";

const TOP: [&str; 3] = ["version", "Resources", "Hooks"];
const RESOURCE: [&str; 1] = ["TargetService"];
const SERVICE: [&str; 2] = ["Type", "Properties"];
const PROPERTIES: [&str; 5] = [
    "TaskDefinition",
    "LoadBalancerInfo",
    "PlatformVersion",
    "NetworkConfiguration",
    "CapacityProviderStrategy",
];
const BALANCER: [&str; 2] = ["ContainerName", "ContainerPort"];
const NETWORK: [&str; 1] = ["AwsvpcConfiguration"];
const VPC: [&str; 3] = ["Subnets", "SecurityGroups", "AssignPublicIp"];
const PROVIDER: [&str; 3] = ["Base", "CapacityProvider", "Weight"];

/// The version, whose text CodeDeploy compares: `0.0`, not `0`.
pub(super) fn version() -> Node {
    // The text is a number, so the fallback is never taken.
    "0.0"
        .parse()
        .map_or_else(|_| Node::string("0.0"), Node::number)
}

/// The appspec with CodeDeploy's keys, version and list of hooks. Members nobody here knows stay as they are.
pub(super) fn normalized(document: &Document) -> Result<Node, DocumentError> {
    let reader = Reader { document };
    let mut root = reader.renamed(document.root(), &TOP, "the appspec")?;
    reader.check_version(&root)?;
    root.set("version", version());
    let resources = match root.get("Resources").map(|node| (node, node.as_array())) {
        Some((node, Some([resource]))) => {
            Node::array([reader.resource(resource)?]).standing_at(node.position())
        }
        Some((node, Some(several))) => {
            let message = format!(
                "an appspec for ECS has exactly one resource: `{}`",
                several.len()
            );
            return Err(document.error_at(node.position(), message));
        }
        Some((node, None)) => return Err(reader.must_be(node, "`Resources`", "an array")),
        None => {
            let position = document.root().position();
            return Err(document.error_at(position, "an appspec needs the member: `Resources`"));
        }
    };
    root.set("Resources", resources);
    if let Some(hooks) = root.get("Hooks") {
        let hooks = reader.hooks(hooks)?;
        root.set("Hooks", hooks);
    }
    Ok(Node::new(Kind::Object(root)).standing_at(document.root().position()))
}

struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn check_version(&self, root: &Object) -> Result<(), DocumentError> {
        let Some(version) = root.get("version") else {
            return Ok(());
        };
        let text = match version.kind() {
            Kind::Number(number) => number.as_str(),
            Kind::String(text) => text,
            Kind::Null | Kind::Bool(_) | Kind::Array(_) | Kind::Object(_) => "",
        };
        if matches!(text, "0.0" | "0") {
            return Ok(());
        }
        let message = "the version of an appspec can only be: `0.0`";
        Err(self.document.error_at(version.position(), message))
    }

    fn resource(&self, resource: &Node) -> Result<Node, DocumentError> {
        let mut named = self.renamed(resource, &RESOURCE, "a resource")?;
        let (key, service) = match named.members() {
            [member] => (member.key().to_owned(), member.value()),
            _ => {
                return Err(self.must_be(
                    resource,
                    "a resource",
                    "an object with one member, its name",
                ));
            }
        };
        let position = service.position();
        let mut service = self.renamed(service, &SERVICE, "the resource")?;
        match service.get("Type") {
            None => {
                service.set("Type", Node::string(SERVICE_TYPE));
            }
            Some(kind) if kind.as_str() == Some(SERVICE_TYPE) => {}
            Some(kind) => {
                let message = format!("the type of the resource must be: `{SERVICE_TYPE}`");
                return Err(self.document.error_at(kind.position(), message));
            }
        }
        let properties = match service.get("Properties") {
            Some(properties) => self.properties(properties)?,
            None => Node::new(Kind::Object(Object::default())),
        };
        service.set("Properties", properties);
        named.set(key, Node::new(Kind::Object(service)).standing_at(position));
        Ok(Node::new(Kind::Object(named)).standing_at(resource.position()))
    }

    fn properties(&self, node: &Node) -> Result<Node, DocumentError> {
        let mut properties = self.renamed(node, &PROPERTIES, "`Properties`")?;
        if let Some(balancer) = properties.get("LoadBalancerInfo") {
            let balancer = self.renamed_node(balancer, &BALANCER, "`LoadBalancerInfo`")?;
            properties.set("LoadBalancerInfo", balancer);
        }
        if let Some(network) = properties.get("NetworkConfiguration") {
            let position = network.position();
            let mut network = self.renamed(network, &NETWORK, "`NetworkConfiguration`")?;
            if let Some(vpc) = network.get("AwsvpcConfiguration") {
                let vpc = self.renamed_node(vpc, &VPC, "`AwsvpcConfiguration`")?;
                network.set("AwsvpcConfiguration", vpc);
            }
            let network = Node::new(Kind::Object(network)).standing_at(position);
            properties.set("NetworkConfiguration", network);
        }
        if let Some(strategy) = properties.get("CapacityProviderStrategy") {
            let Some(items) = strategy.as_array() else {
                return Err(self.must_be(strategy, "`CapacityProviderStrategy`", "an array"));
            };
            let items: Result<Vec<Node>, DocumentError> = items
                .iter()
                .map(|item| self.renamed_node(item, &PROVIDER, "a capacity provider"))
                .collect();
            let strategy = Node::array(items?).standing_at(strategy.position());
            properties.set("CapacityProviderStrategy", strategy);
        }
        Ok(Node::new(Kind::Object(properties)).standing_at(node.position()))
    }

    /// Hooks as a list of maps with one key each, from such a list or from one map.
    fn hooks(&self, node: &Node) -> Result<Node, DocumentError> {
        let maps = match node.kind() {
            Kind::Array(items) => items.as_slice(),
            Kind::Object(_) => std::slice::from_ref(node),
            Kind::Null => &[],
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                return Err(self.must_be(node, "`Hooks`", "a list of maps"));
            }
        };
        let mut seen: Vec<LifecycleEvent> = Vec::new();
        let mut hooks = Vec::new();
        for map in maps {
            if map.as_object().is_none() {
                return Err(self.must_be(map, "a hook", "a map of an event to a function"));
            }
            for member in map.members() {
                let event: LifecycleEvent = member.key().parse().map_err(|error| {
                    let message = format!("{error}: `{}`", member.key().escape_debug());
                    self.document.error_at(member.key_position(), message)
                })?;
                if seen.contains(&event) {
                    let message = format!("a hook that stands twice: `{event}`");
                    return Err(self.document.error_at(member.key_position(), message));
                }
                seen.push(event);
                let hook = Node::object([(event.as_str(), member.value().clone())]);
                hooks.push(hook.standing_at(map.position()));
            }
        }
        Ok(Node::array(hooks).standing_at(node.position()))
    }

    fn renamed_node(&self, node: &Node, known: &[&str], what: &str) -> Result<Node, DocumentError> {
        let renamed = self.renamed(node, known, what)?;
        Ok(Node::new(Kind::Object(renamed)).standing_at(node.position()))
    }

    /// An object with the known keys in their right case; of two that become one the second is refused.
    fn renamed(&self, node: &Node, known: &[&str], what: &str) -> Result<Object, DocumentError> {
        let Some(object) = node.as_object() else {
            return Err(self.must_be(node, what, "an object"));
        };
        let mut renamed = Object::default();
        for member in object.members() {
            let key = right_case(member, known);
            if renamed.get(key).is_some() {
                let message = format!("the same key again in another case: `{}`", member.key());
                return Err(self.document.error_at(member.key_position(), message));
            }
            renamed.set(key, member.value().clone());
        }
        Ok(renamed)
    }

    fn must_be(&self, node: &Node, what: &str, expected: &str) -> DocumentError {
        let message = format!("{what} must be {expected}, this is {}", node.kind().noun());
        self.document.error_at(node.position(), message)
    }
}

fn right_case<'a>(member: &'a Member, known: &[&'a str]) -> &'a str {
    known
        .iter()
        .find(|known| known.eq_ignore_ascii_case(member.key()))
        .copied()
        .unwrap_or(member.key())
}
