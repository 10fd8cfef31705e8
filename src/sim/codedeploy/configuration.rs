//! Deployment configurations: how traffic moves from blue to green.

use serde_json::{Value, json};

use super::{pages, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// What the names of the predefined ones begin with; nobody else's may.
const PREFIX: &str = "CodeDeployDefault.";
/// The configuration of a group for ECS that names none.
pub(super) const DEFAULT: &str = "CodeDeployDefault.ECSAllAtOnce";
/// The longest a shift may take, in minutes (CodeDeploy quota).
const LONGEST: i64 = 2_880;
/// The most configurations an account can make (CodeDeploy quota).
const MOST: usize = 200;

/// The predefined configurations: name, compute platform, routing. Those for instances have none.
const PREDEFINED: [(&str, &str, Option<Routing>); 17] = [
    ("OneAtATime", "Server", None),
    ("HalfAtATime", "Server", None),
    ("AllAtOnce", "Server", None),
    ("ECSAllAtOnce", "ECS", Some(Routing::AllAtOnce)),
    ("ECSCanary10Percent5Minutes", "ECS", Some(canary(5))),
    ("ECSCanary10Percent15Minutes", "ECS", Some(canary(15))),
    ("ECSLinear10PercentEvery1Minutes", "ECS", Some(linear(1))),
    ("ECSLinear10PercentEvery3Minutes", "ECS", Some(linear(3))),
    ("LambdaAllAtOnce", "Lambda", Some(Routing::AllAtOnce)),
    ("LambdaCanary10Percent5Minutes", "Lambda", Some(canary(5))),
    ("LambdaCanary10Percent10Minutes", "Lambda", Some(canary(10))),
    ("LambdaCanary10Percent15Minutes", "Lambda", Some(canary(15))),
    ("LambdaCanary10Percent30Minutes", "Lambda", Some(canary(30))),
    (
        "LambdaLinear10PercentEvery1Minute",
        "Lambda",
        Some(linear(1)),
    ),
    (
        "LambdaLinear10PercentEvery2Minutes",
        "Lambda",
        Some(linear(2)),
    ),
    (
        "LambdaLinear10PercentEvery3Minutes",
        "Lambda",
        Some(linear(3)),
    ),
    (
        "LambdaLinear10PercentEvery10Minutes",
        "Lambda",
        Some(linear(10)),
    ),
];

const fn canary(minutes: i64) -> Routing {
    Routing::Canary {
        percent: 10,
        minutes,
    }
}

const fn linear(minutes: i64) -> Routing {
    Routing::Linear {
        percent: 10,
        minutes,
    }
}

/// How traffic moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Routing {
    /// In one step.
    AllAtOnce,
    /// A share, and after a while the rest.
    Canary { percent: i64, minutes: i64 },
    /// In equal steps.
    Linear { percent: i64, minutes: i64 },
}

/// A configuration somebody made.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    id: String,
    created: Moment,
    platform: String,
    pub(super) routing: Routing,
}

impl Routing {
    /// The percents green gets one after the other, and the minutes between two of them.
    pub(super) fn steps(self) -> (Vec<f64>, i64) {
        match self {
            Self::AllAtOnce => (vec![100.0], 0),
            Self::Canary { percent, minutes } => (vec![weight(percent), 100.0], minutes),
            Self::Linear { percent, minutes } => {
                let percent = percent.clamp(1, 100);
                let mut steps: Vec<f64> = (1..100)
                    .map(|step| step * percent)
                    .filter(|sum| *sum < 100)
                    .map(weight)
                    .collect();
                steps.push(100.0);
                (steps, minutes)
            }
        }
    }

    fn described(self) -> Value {
        match self {
            Self::AllAtOnce => json!({"type": "AllAtOnce"}),
            Self::Canary { percent, minutes } => json!({
                "type": "TimeBasedCanary",
                "timeBasedCanary": {"canaryPercentage": percent, "canaryInterval": minutes},
            }),
            Self::Linear { percent, minutes } => json!({
                "type": "TimeBasedLinear",
                "timeBasedLinear": {"linearPercentage": percent, "linearInterval": minutes},
            }),
        }
    }

    fn read(input: &Members) -> Result<Self, Refusal> {
        let wrong = |text: &str| refuse::with("InvalidTrafficRoutingConfigurationException", text);
        let routing = members::object(input, "trafficRoutingConfig").ok_or_else(|| {
            wrong("a configuration for this compute platform needs trafficRoutingConfig")
        })?;
        let numbers = |object: &str, percent: &str, interval: &str| {
            let object = members::object(routing, object)?;
            Some((
                members::number(object, percent)?,
                members::number(object, interval)?,
            ))
        };
        let canary = numbers("timeBasedCanary", "canaryPercentage", "canaryInterval");
        let linear = numbers("timeBasedLinear", "linearPercentage", "linearInterval");
        let read = match (members::text(routing, "type"), canary, linear) {
            (Some("AllAtOnce"), None, None) => Self::AllAtOnce,
            (Some("TimeBasedCanary"), Some((percent, minutes)), None) => {
                Self::Canary { percent, minutes }
            }
            (Some("TimeBasedLinear"), None, Some((percent, minutes))) => {
                Self::Linear { percent, minutes }
            }
            _ => {
                return Err(wrong(
                    "trafficRoutingConfig needs what its type says, and nothing else",
                ));
            }
        };
        match read {
            Self::AllAtOnce => Ok(read),
            Self::Canary { percent, minutes } | Self::Linear { percent, minutes } => {
                if !(1..=99).contains(&percent) || minutes < 1 {
                    return Err(wrong(
                        "a percentage is between 1 and 99, an interval at least 1",
                    ));
                }
                let between = i64::try_from(read.steps().0.len()).unwrap_or(i64::MAX) - 1;
                if minutes.saturating_mul(between) > LONGEST {
                    return Err(wrong("traffic has to be shifted within 2880 minutes"));
                }
                Ok(read)
            }
        }
    }
}

fn weight(percent: i64) -> f64 {
    f64::from(i32::try_from(percent).unwrap_or(100))
}

/// The compute platform and the routing of a configuration; nothing if there is none of that name.
pub(super) fn find(cloud: &Cloud, name: &str) -> Option<(String, Option<Routing>)> {
    let own = cloud.codedeploy.configurations.get(name);
    if let Some(own) = own {
        return Some((own.platform.clone(), Some(own.routing)));
    }
    let short = name.strip_prefix(PREFIX)?;
    PREDEFINED
        .iter()
        .find(|(known, ..)| *known == short)
        .map(|(_, platform, routing)| ((*platform).to_owned(), *routing))
}

/// The routing of a configuration that an ECS deployment can go by.
///
/// # Errors
/// `DeploymentConfigDoesNotExistException`; `InvalidDeploymentConfigNameException` for one of another compute platform.
pub(super) fn for_ecs(cloud: &Cloud, name: &str) -> Result<Routing, Refusal> {
    let (platform, routing) = find(cloud, name).ok_or_else(|| refuse::no_configuration(name))?;
    routing.filter(|_| platform == "ECS").ok_or_else(|| {
        refuse::with(
            "InvalidDeploymentConfigNameException",
            format!("The deployment configuration {name} is for the compute platform {platform}, not ECS"),
        )
    })
}

/// `CreateDeploymentConfig`.
pub(super) fn create(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let name = members::text(input, "deploymentConfigName").unwrap_or_default();
    if name.starts_with(PREFIX) {
        return Err(refuse::with(
            "InvalidDeploymentConfigNameException",
            format!("names that begin with {PREFIX} are reserved"),
        ));
    }
    if cloud.codedeploy.configurations.contains_key(name) {
        return Err(refuse::with(
            "DeploymentConfigAlreadyExistsException",
            format!("A deployment configuration named {name} already exists."),
        ));
    }
    if cloud.codedeploy.configurations.len() >= MOST {
        return Err(refuse::with(
            "DeploymentConfigLimitExceededException",
            format!("an account can have {MOST} deployment configurations of its own"),
        ));
    }
    let platform = members::text(input, "computePlatform").unwrap_or("Server");
    if platform == "Server" {
        return Err(refuse::with(
            "InvalidComputePlatformException",
            "the simulator deploys to ECS only: computePlatform must be ECS or Lambda",
        ));
    }
    let configuration = Configuration {
        id: cloud.ids.uuid(),
        created: cloud.now,
        platform: platform.to_owned(),
        routing: Routing::read(input)?,
    };
    let answer = json!({ "deploymentConfigId": configuration.id });
    cloud
        .codedeploy
        .configurations
        .insert(name.to_owned(), configuration);
    Ok(answer)
}

/// `DeleteDeploymentConfig`: not one that is predefined or that a group names.
pub(super) fn delete(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let name = members::text(input, "deploymentConfigName").unwrap_or_default();
    if name.starts_with(PREFIX) {
        return Err(refuse::with(
            "InvalidOperationException",
            "a predefined deployment configuration cannot be deleted",
        ));
    }
    let used = cloud
        .codedeploy
        .groups
        .values()
        .any(|group| group.configuration() == name);
    if used {
        return Err(refuse::with(
            "DeploymentConfigInUseException",
            format!("The deployment configuration {name} is in use."),
        ));
    }
    // One that is not there is no error: the operation has none for it.
    cloud.codedeploy.configurations.remove(name);
    Ok(Value::Null)
}

/// `GetDeploymentConfig`.
pub(super) fn get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let name = members::text(input, "deploymentConfigName").unwrap_or_default();
    let (platform, routing) = find(cloud, name).ok_or_else(|| refuse::no_configuration(name))?;
    let mut info = json!({"deploymentConfigName": name, "computePlatform": platform});
    if let Some(own) = cloud.codedeploy.configurations.get(name) {
        info["deploymentConfigId"] = json!(own.id);
        info["createTime"] = own.created.epoch_seconds();
    }
    if let Some(routing) = routing {
        info["trafficRoutingConfig"] = routing.described();
    }
    Ok(json!({ "deploymentConfigInfo": info }))
}

/// `ListDeploymentConfigs`: the predefined ones, then the others.
pub(super) fn list(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let predefined = PREDEFINED
        .iter()
        .map(|(name, ..)| json!(format!("{PREFIX}{name}")));
    let own = cloud.codedeploy.configurations.keys();
    let names = predefined.chain(own.map(|name| json!(name))).collect();
    pages::page(input, "deploymentConfigsList", names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_routing_moves_traffic_in_its_own_steps_and_ends_at_a_hundred_percent() {
        assert_eq!(Routing::AllAtOnce.steps(), (vec![100.0], 0));
        let canary = Routing::Canary {
            percent: 10,
            minutes: 5,
        };
        assert_eq!(canary.steps(), (vec![10.0, 100.0], 5));
        let linear = Routing::Linear {
            percent: 33,
            minutes: 2,
        };
        assert_eq!(linear.steps(), (vec![33.0, 66.0, 99.0, 100.0], 2));
        let tenths = Routing::Linear {
            percent: 10,
            minutes: 1,
        };
        assert_eq!(tenths.steps().0.len(), 10);
    }
}
