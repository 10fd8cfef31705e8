//! How a service deploys: `deploymentConfiguration`, read (API shapes `DeploymentConfiguration`,
//! `DeploymentCircuitBreaker`, `ThresholdConfiguration`).

use serde_json::{Value, json};

use crate::sim::ecs::{hooks, refuse};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// How a service deploys.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sim::ecs) struct Configuration {
    /// `maximumPercent`, rounded down when applied.
    pub(in crate::sim::ecs) maximum_percent: u32,
    /// `minimumHealthyPercent`, rounded up when applied.
    pub(in crate::sim::ecs) minimum_percent: u32,
    /// The circuit breaker.
    pub(in crate::sim::ecs) breaker: BreakerRule,
    /// How tasks and traffic move.
    pub(in crate::sim::ecs) strategy: Strategy,
    /// Minutes both revisions run after the shift.
    pub(in crate::sim::ecs) bake_minutes: f64,
    /// The deployment alarms, if they are on.
    pub(in crate::sim::ecs) alarms: Option<AlarmRule>,
    /// `earlySuccessCriteria`, if it is on: the percentage, and whether the old tasks have to be gone.
    pub(in crate::sim::ecs) early: Option<(u32, bool)>,
}

/// The circuit breaker's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim::ecs) struct BreakerRule {
    pub(in crate::sim::ecs) enable: bool,
    pub(in crate::sim::ecs) rollback: bool,
    /// A healthy task sets the count back.
    pub(in crate::sim::ecs) reset: bool,
    threshold: Threshold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Threshold {
    Count(u32),
    BoundedPercent(u32),
    UnboundedPercent(u32),
}

impl BreakerRule {
    /// How many failures end a deployment of so many tasks: always at least one.
    pub(in crate::sim::ecs) fn threshold(&self, desired: u32) -> u32 {
        let share = |percent: u32| {
            let product = u64::from(desired) * u64::from(percent);
            u32::try_from(product.div_ceil(100)).unwrap_or(u32::MAX)
        };
        match self.threshold {
            Threshold::Count(count) => count,
            Threshold::BoundedPercent(percent) => share(percent).clamp(3, 200),
            Threshold::UnboundedPercent(percent) => share(percent),
        }
        .max(1)
    }
}

/// Deployment alarms that are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim::ecs) struct AlarmRule {
    /// Their names.
    pub(in crate::sim::ecs) names: Vec<String>,
    /// Whether one that fires rolls back; else it stops the deployment.
    pub(in crate::sim::ecs) rollback: bool,
}

/// How tasks and traffic move (`strategy`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sim::ecs) enum Strategy {
    Rolling,
    BlueGreen,
    /// Steps of a percentage, each followed by minutes of waiting.
    Linear {
        step: f64,
        bake: f64,
    },
    /// One small step and minutes of waiting, then the rest.
    Canary {
        percent: f64,
        bake: f64,
    },
}

impl Configuration {
    /// Reads what a service has, with ECS's defaults.
    pub(in crate::sim::ecs) fn read(given: Option<&Members>) -> Self {
        let none = Members::new();
        let given = given.unwrap_or(&none);
        let percent = |name: &str, default: u32| {
            members::number(given, name)
                .and_then(|value| u32::try_from(value).ok())
                .unwrap_or(default)
        };
        let enabled = |name: &str| {
            members::object(given, name)
                .filter(|part| members::flag(part, "enable").unwrap_or(false))
        };
        Self {
            maximum_percent: percent("maximumPercent", 200),
            minimum_percent: percent("minimumHealthyPercent", 100),
            breaker: breaker(members::object(given, "deploymentCircuitBreaker")),
            strategy: strategy(given),
            bake_minutes: decimal(Some(given), "bakeTimeInMinutes", 0.0),
            alarms: enabled("alarms").map(|alarms| AlarmRule {
                names: members::texts(alarms, "alarmNames")
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                rollback: members::flag(alarms, "rollback").unwrap_or(false),
            }),
            early: enabled("earlySuccessCriteria").map(|early| {
                let percent = members::number(early, "healthyPercent").unwrap_or(100);
                let cleanup = members::text(early, "sourceServiceRevisionCleanup");
                (
                    u32::try_from(percent).unwrap_or(100),
                    cleanup != Some("DEFERRED"),
                )
            }),
        }
    }

    /// The least and the greatest number of tasks while a deployment of so many rolls.
    pub(in crate::sim::ecs) fn bounds(&self, desired: u32) -> (u32, u32) {
        let desired = u64::from(desired);
        let low = (desired * u64::from(self.minimum_percent)).div_ceil(100);
        let high = desired * u64::from(self.maximum_percent) / 100;
        let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        (narrow(low), narrow(high))
    }
}

fn breaker(given: Option<&Members>) -> BreakerRule {
    let flag = |name: &str| given.and_then(|breaker| members::flag(breaker, name));
    let threshold = given.and_then(|breaker| members::object(breaker, "thresholdConfiguration"));
    let value = threshold
        .and_then(|threshold| members::number(threshold, "value"))
        .and_then(|value| u32::try_from(value).ok())
        .unwrap_or(50);
    BreakerRule {
        enable: flag("enable").unwrap_or(false),
        rollback: flag("rollback").unwrap_or(false),
        reset: flag("resetOnHealthyTask").unwrap_or(true),
        threshold: match threshold.and_then(|threshold| members::text(threshold, "type")) {
            Some("COUNT") => Threshold::Count(value),
            Some("UNBOUNDED_PERCENT") => Threshold::UnboundedPercent(value),
            _ => Threshold::BoundedPercent(value),
        },
    }
}

fn strategy(given: &Members) -> Strategy {
    let linear = members::object(given, "linearConfiguration");
    let canary = members::object(given, "canaryConfiguration");
    match members::text(given, "strategy") {
        Some("BLUE_GREEN") => Strategy::BlueGreen,
        Some("LINEAR") => Strategy::Linear {
            step: decimal(linear, "stepPercent", 10.0),
            bake: decimal(linear, "stepBakeTimeInMinutes", 6.0),
        },
        Some("CANARY") => Strategy::Canary {
            percent: decimal(canary, "canaryPercent", 5.0),
            bake: decimal(canary, "canaryBakeTimeInMinutes", 10.0),
        },
        _ => Strategy::Rolling,
    }
}

fn decimal(given: Option<&Members>, name: &str, default: f64) -> f64 {
    given
        .and_then(|members| members.get(name))
        .and_then(Value::as_f64)
        .unwrap_or(default)
}

/// What a service has after an update of its `deploymentConfiguration`: each member that is sent replaces the one there
/// is, the others stay (assumed). Defaults are written out, as ECS answers them.
pub(super) fn merged(before: Option<&Members>, sent: Option<&Members>) -> Members {
    let mut merged = before.cloned().unwrap_or_default();
    for (name, value) in sent
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
    {
        merged.insert(name.clone(), value.clone());
    }
    let defaults = [
        (
            "deploymentCircuitBreaker",
            json!({"enable": false, "rollback": false}),
        ),
        ("maximumPercent", json!(200)),
        ("minimumHealthyPercent", json!(100)),
        ("strategy", json!("ROLLING")),
        ("bakeTimeInMinutes", json!(0)),
    ];
    for (name, value) in defaults {
        if !members::given(&merged, name) {
            merged.insert(name.to_owned(), value);
        }
    }
    merged
}

/// Refuses what does not fit together, and what the simulator would otherwise only pretend to do.
pub(super) fn check(configuration: &Members, load_balancers: &[Value]) -> Result<(), Refusal> {
    let read = Configuration::read(Some(configuration));
    if read.maximum_percent < read.minimum_percent && read.maximum_percent < 100 {
        return Err(refuse::invalid(
            "Maximum percent must be at least 100 and not less than minimum healthy percent.",
        ));
    }
    hooks::check(configuration, read.strategy == Strategy::Rolling)?;
    if read.early.is_some() && read.strategy != Strategy::Rolling {
        return Err(refuse::invalid(
            "earlySuccessCriteria can only be used with the ROLLING deployment strategy.",
        ));
    }
    let advanced = |balancer: &&Value| {
        balancer
            .get("advancedConfiguration")
            .is_some_and(|value| !value.is_null())
    };
    let with = load_balancers.iter().filter(advanced).count();
    if with != 0 && with != load_balancers.len() {
        return Err(refuse::invalid(
            "Either all or none of the provided loadBalancers must have advancedConfiguration defined.",
        ));
    }
    if read.strategy != Strategy::Rolling && with != load_balancers.len() {
        return Err(refuse::invalid(
            "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Configuration {
        Configuration::read(value.as_object())
    }

    #[test]
    fn the_minimum_is_rounded_up_and_the_maximum_down() {
        let configuration = read(&json!({"minimumHealthyPercent": 50, "maximumPercent": 150}));
        assert_eq!(configuration.bounds(3), (2, 4));
        assert_eq!(read(&json!({})).bounds(2), (2, 4));
    }

    #[test]
    fn the_breaker_counts_half_of_the_tasks_but_at_least_three() {
        let breaker = read(&json!({"deploymentCircuitBreaker": {"enable": true}})).breaker;
        assert_eq!(
            [1, 6, 7, 1000].map(|desired| breaker.threshold(desired)),
            [3, 3, 4, 200]
        );
    }

    #[test]
    fn the_breaker_s_threshold_can_be_a_count_or_unbounded() {
        let rule = |kind: &str, value: u32| {
            read(&json!({"deploymentCircuitBreaker": {
                "enable": true, "rollback": true,
                "thresholdConfiguration": {"type": kind, "value": value},
            }}))
            .breaker
        };
        assert_eq!(rule("COUNT", 7).threshold(1), 7);
        assert_eq!(rule("UNBOUNDED_PERCENT", 10).threshold(5), 1);
        assert_eq!(rule("BOUNDED_PERCENT", 100).threshold(500), 200);
    }

    #[test]
    fn a_merged_configuration_keeps_what_was_not_sent() {
        let before = merged(None, json!({"maximumPercent": 150}).as_object());
        let after = merged(
            Some(&before),
            json!({"minimumHealthyPercent": 50}).as_object(),
        );
        assert_eq!(after["maximumPercent"], 150);
        assert_eq!(after["minimumHealthyPercent"], 50);
        assert_eq!(after["strategy"], "ROLLING");
    }
}
