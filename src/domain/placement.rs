//! Where tasks are put: launch type or capacity providers, platform version, network. Read of a service, or asked for.
//!
//! Not for placement constraints, and not for what an appspec says of it: that has words of its own.

use std::fmt;
use std::str::FromStr;

use super::appspec::{AssignPublicIp, CapacityProvider, Network};
use super::document::{Document, Kind, Node};
use super::malformed::Malformed;

/// On what tasks run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Launch {
    /// What the cluster has as its default.
    #[default]
    OfCluster,
    /// A launch type: `FARGATE`, `EC2`, `EXTERNAL`, `MANAGED_INSTANCES` (API shape `LaunchType`).
    Type(String),
    /// Capacity providers.
    Providers(ProviderStrategy),
}

/// Where tasks are put.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// On what they run.
    pub launch: Launch,
    /// The platform version of Fargate; none is the newest.
    pub platform_version: Option<String>,
    /// Their subnets, security groups and public address; only with the network mode `awsvpc`.
    pub network: Option<Network>,
}

impl Placement {
    /// This place, with what it leaves open taken from another one. The platform version goes with what the tasks run on.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        let (launch, version) = match self.launch {
            Launch::OfCluster => (other.launch, other.platform_version),
            own @ (Launch::Type(_) | Launch::Providers(_)) => (own, None),
        };
        let filled =
            |own: Vec<String>, other: Vec<String>| if own.is_empty() { other } else { own };
        let network = match (self.network, other.network) {
            (Some(own), Some(other)) => Some(Network {
                subnets: filled(own.subnets, other.subnets),
                security_groups: filled(own.security_groups, other.security_groups),
                assign_public_ip: own.assign_public_ip.or(other.assign_public_ip),
            }),
            (own, other) => own.or(other),
        };
        Self {
            launch,
            platform_version: self.platform_version.or(version),
            network,
        }
    }

    /// The members of a request that say so, by their names.
    #[must_use]
    pub fn members(&self) -> Vec<(&'static str, Node)> {
        let launch = match &self.launch {
            Launch::OfCluster => None,
            Launch::Type(name) => Some(("launchType", Node::string(name))),
            Launch::Providers(strategy) => Some(("capacityProviderStrategy", strategy.0.clone())),
        };
        let version = self.platform_version.as_ref();
        launch
            .into_iter()
            .chain(version.map(|version| ("platformVersion", Node::string(version))))
            .chain(
                self.network
                    .as_ref()
                    .map(|network| ("networkConfiguration", configuration(network))),
            )
            .collect()
    }
}

/// `networkConfiguration`.
fn configuration(network: &Network) -> Node {
    let list = |items: &[String]| Node::array(items.iter().map(Node::string));
    let mut members = vec![("subnets", list(&network.subnets))];
    if !network.security_groups.is_empty() {
        members.push(("securityGroups", list(&network.security_groups)));
    }
    if let Some(word) = network.assign_public_ip {
        members.push(("assignPublicIp", Node::string(word.as_str())));
    }
    Node::object([("awsvpcConfiguration", Node::object(members))])
}

/// `FARGATE in subnets …`, for a plan.
impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.launch {
            Launch::OfCluster => f.write_str("the cluster's default capacity")?,
            Launch::Type(name) => write!(f, "`{name}`")?,
            Launch::Providers(strategy) => write!(f, "`{}`", strategy.names().join("`, `"))?,
        }
        if let Some(version) = &self.platform_version {
            write!(f, ", platform version `{version}`")?;
        }
        let Some(network) = &self.network else {
            return Ok(());
        };
        write!(f, ", subnets `{}`", network.subnets.join("`, `"))?;
        if !network.security_groups.is_empty() {
            write!(
                f,
                ", security groups `{}`",
                network.security_groups.join("`, `")
            )?;
        }
        match network.assign_public_ip {
            Some(AssignPublicIp::Enabled) => f.write_str(", with a public address"),
            Some(AssignPublicIp::Disabled) | None => Ok(()),
        }
    }
}

/// A capacity provider strategy: a JSON array as the API has it (`[{"capacityProvider": "FARGATE_SPOT", "weight": 1}]`), or
/// `PROVIDER=WEIGHT` or `PROVIDER=WEIGHT,BASE`, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStrategy(Node);

impl ProviderStrategy {
    /// A strategy of these providers: name, weight, base.
    #[must_use]
    pub fn of<'a>(providers: impl IntoIterator<Item = (&'a str, i64, i64)>) -> Self {
        Self(Node::array(providers.into_iter().map(
            |(name, weight, base)| {
                Node::object([
                    ("capacityProvider", Node::string(name)),
                    ("weight", Node::integer(weight)),
                    ("base", Node::integer(base)),
                ])
            },
        )))
    }

    /// The providers, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let items = self.0.items().iter();
        items
            .filter_map(|item| item.get("capacityProvider").and_then(Node::as_str))
            .collect()
    }
}

impl FromStr for ProviderStrategy {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.trim_start().starts_with('[') {
            return lines(text);
        }
        let wrong = "must be an array of objects with `capacityProvider`";
        let strategy = Document::parse(text, "the strategy")
            .map_err(|error| Malformed::new(error.message().to_owned()))?
            .into_root();
        let is_provider = |item: &Node| match item.get("capacityProvider").map(Node::kind) {
            Some(Kind::String(name)) => !name.is_empty(),
            Some(_) | None => false,
        };
        if strategy.items().is_empty() || !strategy.items().iter().all(is_provider) {
            return Err(Malformed::new(wrong));
        }
        Ok(Self(strategy))
    }
}

fn lines(text: &str) -> Result<ProviderStrategy, Malformed> {
    let mut providers = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let one: CapacityProvider = line.parse()?;
        providers.push(one);
    }
    if providers.is_empty() {
        return Err(Malformed::new(
            "a capacity provider strategy must not be empty",
        ));
    }
    Ok(ProviderStrategy::of(providers.iter().map(|one| {
        (one.name(), one.weight().into(), one.base().into())
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_is_json_as_the_api_has_it_or_a_line_for_each_provider() {
        let json: ProviderStrategy =
            r#"[{"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 1}]"#
                .parse()
                .unwrap();
        let line: ProviderStrategy = "FARGATE_SPOT=2,1\n".parse().unwrap();
        assert_eq!(json.names(), ["FARGATE_SPOT"]);
        assert_eq!(line.names(), ["FARGATE_SPOT"]);
        let of = |strategy: &ProviderStrategy, key| strategy.0.items()[0].get(key).cloned();
        assert_eq!(of(&json, "weight"), of(&line, "weight"));
        assert_eq!(of(&json, "base"), of(&line, "base"));
        for text in [
            "",
            "[]",
            "[1]",
            "[{}]",
            "[{",
            r#"[{"capacityProvider": 1}]"#,
            "FARGATE",
        ] {
            assert!(text.parse::<ProviderStrategy>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_asked_for_goes_before_what_the_other_place_has() {
        let network = |subnet: &str, group: &str| Network {
            subnets: vec![subnet.to_owned()],
            security_groups: vec![group.to_owned()],
            assign_public_ip: Some(AssignPublicIp::Disabled),
        };
        let theirs = Placement {
            launch: Launch::Type("FARGATE".to_owned()),
            platform_version: Some("1.4.0".to_owned()),
            network: Some(network("subnet-1", "sg-1")),
        };
        assert_eq!(Placement::default().over(theirs.clone()), theirs);
        let own = Placement {
            launch: Launch::Providers("SPOT=1".parse().unwrap()),
            platform_version: None,
            network: Some(Network {
                security_groups: vec!["sg-2".to_owned()],
                ..Network::default()
            }),
        };
        let both = own.clone().over(theirs);
        assert_eq!((both.launch, both.platform_version), (own.launch, None));
        assert_eq!(both.network, Some(network("subnet-1", "sg-2")));
    }

    #[test]
    fn only_what_is_known_of_a_place_is_said() {
        assert!(Placement::default().members().is_empty());
        let place = Placement {
            launch: Launch::Type("FARGATE".to_owned()),
            platform_version: None,
            network: Some(Network {
                subnets: vec!["subnet-1".to_owned()],
                security_groups: Vec::new(),
                assign_public_ip: Some(AssignPublicIp::Disabled),
            }),
        };
        let body = Node::object(place.members());
        assert_eq!(
            body.to_json_compact().trim(),
            r#"{"launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"],"assignPublicIp":"DISABLED"}}}"#
        );
        assert_eq!(place.to_string(), "`FARGATE`, subnets `subnet-1`");
    }
}
