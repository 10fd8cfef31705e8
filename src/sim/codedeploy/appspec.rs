//! The appspec of an ECS deployment: what CodeDeploy reads out of it (user guide, "resources" and "hooks" of the AppSpec file).
//!
//! Keys are read in any case, as deployments with keys in either case are known to work.

use serde_json::{Map, Value, json};

use crate::domain::document::Document;
use crate::sim::members::Members;

/// The lifecycle events a function can be named for.
const HOOKS: [&str; 5] = [
    "BeforeInstall",
    "AfterInstall",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AfterAllowTraffic",
];

/// What an appspec says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AppSpec {
    /// The task definition, as it is named.
    pub(super) definition: String,
    /// The container that is behind the load balancer.
    pub(super) container: String,
    /// Its port.
    pub(super) port: i64,
    /// `platformVersion`, `networkConfiguration` and `capacityProviderStrategy` as ECS takes them, if given.
    pub(super) placement: Members,
    /// Lifecycle events and the functions to call.
    pub(super) hooks: Vec<(String, String)>,
}

impl AppSpec {
    /// Reads an appspec from JSON or YAML.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let document =
            Document::parse(text, "appspec").map_err(|error| error.message().to_owned())?;
        let document: Value =
            serde_json::from_str(&document.to_json_compact()).map_err(|error| error.to_string())?;
        let root = object(&document, "the appspec")?;
        if !is_zero(get(root, "version")) {
            return Err("version must be 0.0".to_owned());
        }
        let resources = list(root, "Resources")?;
        let [resource] = resources else {
            return Err("Resources must have exactly one target service".to_owned());
        };
        let service = object(resource, "the resource")?
            .values()
            .next()
            .ok_or("the resource is empty")?;
        let service = object(service, "the target service")?;
        if text_of(service, "Type") != Some("AWS::ECS::Service") {
            return Err("Type must be AWS::ECS::Service".to_owned());
        }
        let properties = get(service, "Properties").ok_or("Properties is missing")?;
        Self::of(object(properties, "Properties")?, get(root, "Hooks"))
    }

    fn of(properties: &Members, hooks: Option<&Value>) -> Result<Self, String> {
        let balancer = get(properties, "LoadBalancerInfo").ok_or("LoadBalancerInfo is missing")?;
        let balancer = object(balancer, "LoadBalancerInfo")?;
        let port = get(balancer, "ContainerPort").ok_or("ContainerPort is missing")?;
        let port = port
            .as_i64()
            .or_else(|| port.as_str().and_then(|text| text.parse().ok()))
            .filter(|port| (1..=65_535).contains(port))
            .ok_or("ContainerPort must be a number between 1 and 65535")?;
        let need = |object: &Members, name: &str| {
            text_of(object, name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .ok_or(format!("{name} is missing"))
        };
        Ok(Self {
            definition: need(properties, "TaskDefinition")?,
            container: need(balancer, "ContainerName")?,
            port,
            placement: placement(properties)?,
            hooks: hooks.map_or(Ok(Vec::new()), read_hooks)?,
        })
    }

    /// The function to call at a lifecycle event.
    pub(super) fn hook(&self, event: &str) -> Option<&str> {
        self.hooks
            .iter()
            .find(|(known, _)| known == event)
            .map(|(_, function)| function.as_str())
    }

    /// As a document CodeDeploy can be given.
    pub(super) fn content(&self) -> String {
        json!({
            "version": 0.0,
            "Resources": [{"TargetService": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "TaskDefinition": self.definition,
                    "LoadBalancerInfo": {"ContainerName": self.container, "ContainerPort": self.port},
                },
            }}],
        })
        .to_string()
    }
}

/// The members of `CreateTaskSet` that an appspec can give.
fn placement(properties: &Members) -> Result<Members, String> {
    let mut placement = Members::new();
    if let Some(version) = text_of(properties, "PlatformVersion") {
        placement.insert("platformVersion".to_owned(), version.into());
    }
    if let Some(network) = get(properties, "NetworkConfiguration") {
        let network = object(network, "NetworkConfiguration")?;
        let awsvpc = get(network, "AwsvpcConfiguration").ok_or("AwsvpcConfiguration is missing")?;
        let awsvpc = object(awsvpc, "AwsvpcConfiguration")?;
        let mut out = Map::new();
        for (name, theirs) in [
            ("Subnets", "subnets"),
            ("SecurityGroups", "securityGroups"),
            ("AssignPublicIp", "assignPublicIp"),
        ] {
            let value = get(awsvpc, name).ok_or(format!("{name} is missing"))?;
            out.insert(theirs.to_owned(), value.clone());
        }
        placement.insert(
            "networkConfiguration".to_owned(),
            json!({ "awsvpcConfiguration": out }),
        );
    }
    let strategy = get(properties, "CapacityProviderStrategy").and_then(Value::as_array);
    if let Some(strategy) = strategy.filter(|strategy| !strategy.is_empty()) {
        let items = strategy.iter().map(|item| {
            let item = object(item, "CapacityProviderStrategy")?;
            let mut out = Members::new();
            for (name, theirs) in [
                ("CapacityProvider", "capacityProvider"),
                ("Base", "base"),
                ("Weight", "weight"),
            ] {
                if let Some(value) = get(item, name) {
                    out.insert(theirs.to_owned(), value.clone());
                }
            }
            Ok(Value::Object(out))
        });
        let items: Vec<Value> = items.collect::<Result<_, String>>()?;
        placement.insert("capacityProviderStrategy".to_owned(), items.into());
    }
    Ok(placement)
}

fn read_hooks(hooks: &Value) -> Result<Vec<(String, String)>, String> {
    let mut read: Vec<(String, String)> = Vec::new();
    for entry in hooks.as_array().into_iter().flatten() {
        for (name, function) in object(entry, "a hook")? {
            let event = HOOKS
                .iter()
                .find(|event| event.eq_ignore_ascii_case(name))
                .ok_or(format!("there is no lifecycle event for a hook: {name}"))?;
            let function = function
                .as_str()
                .ok_or(format!("the hook {event} must name one function"))?;
            if read.iter().any(|(known, _)| known == event) {
                return Err(format!("the hook {event} is there twice"));
            }
            read.push(((*event).to_owned(), function.to_owned()));
        }
    }
    Ok(read)
}

fn get<'a>(members: &'a Members, name: &str) -> Option<&'a Value> {
    members
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}

fn text_of<'a>(members: &'a Members, name: &str) -> Option<&'a str> {
    get(members, name).and_then(Value::as_str)
}

/// Whether it is 0.0, as a number or as a text.
fn is_zero(version: Option<&Value>) -> bool {
    let number = version.and_then(|version| {
        let text = version.as_str().and_then(|text| text.parse().ok());
        version.as_f64().or(text)
    });
    number.is_some_and(|number: f64| number.abs() < f64::EPSILON)
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Members, String> {
    value.as_object().ok_or(format!("{what} must be an object"))
}

fn list<'a>(members: &'a Members, name: &str) -> Result<&'a [Value], String> {
    get(members, name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or(format!("{name} must be a list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appspec_is_read_in_yaml_and_in_json_and_with_keys_in_any_case() {
        let yaml = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
                    TaskDefinition: web:2\n        LoadBalancerInfo:\n          ContainerName: web\n          \
                    ContainerPort: 80\nHooks:\n  - BeforeAllowTraffic: check\n";
        let json = r#"{"version":0.0,"resources":[{"TargetService":{"type":"AWS::ECS::Service","properties":{
            "taskDefinition":"web:2","loadBalancerInfo":{"containerName":"web","containerPort":80}}}}],
            "hooks":[{"beforeAllowTraffic":"check"}]}"#;
        let read = AppSpec::parse(yaml).unwrap();
        assert_eq!(AppSpec::parse(json), Ok(read.clone()));
        assert_eq!((read.definition.as_str(), read.port), ("web:2", 80));
        assert_eq!(read.hook("BeforeAllowTraffic"), Some("check"));
        assert_eq!(
            AppSpec::parse(&read.content()).unwrap().definition,
            read.definition
        );
    }

    #[test]
    fn what_is_missing_in_an_appspec_is_named() {
        let without = |text: &str| {
            let whole = r#"{"version":0.0,"Resources":[{"T":{"Type":"AWS::ECS::Service","Properties":{
                "TaskDefinition":"web:2","LoadBalancerInfo":{"ContainerName":"web","ContainerPort":80}}}}]}"#;
            AppSpec::parse(&whole.replace(text, "\"Other\"")).unwrap_err()
        };
        assert_eq!(without("\"TaskDefinition\""), "TaskDefinition is missing");
        assert_eq!(without("\"ContainerName\""), "ContainerName is missing");
        assert_eq!(without("\"Properties\""), "Properties is missing");
        assert_eq!(without("\"version\""), "version must be 0.0");
    }
}
