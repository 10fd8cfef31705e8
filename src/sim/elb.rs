//! Elastic Load Balancing, as far as a deployment meets it: target groups, and how their targets are. A group is there as soon as
//! a service names it, and its targets are the tasks of services. There are no listeners and no health checks: how a target is
//! follows from the task and from what its story says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sim::cloud::{Cloud, REGION};
use crate::sim::ecs::{self, TargetView};
use crate::sim::members::{self, Members};
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;

/// The network everything is in.
const VPC: &str = "vpc-0a1b2c3d4e5f60718";

/// Answers one operation.
///
/// # Errors
/// The refusal of Elastic Load Balancing.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "DescribeTargetGroups" => describe_groups(cloud, input),
        "DescribeTargetHealth" => describe_health(cloud, input),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// For `GET /_sim/state`: the states of the targets by the ARN of their group.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let groups = ecs::target_groups(cloud).into_iter().map(|group| {
        let targets = ecs::targets(cloud, &group);
        let states = targets.iter().map(|target| {
            json!({"id": target.id, "port": target.port, "state": target.state, "reason": target.reason})
        });
        (group.clone(), states.collect())
    });
    Value::Object(groups.collect())
}

fn not_found() -> Refusal {
    Refusal::new("TargetGroupNotFound", "One or more target groups not found")
}

/// Names and ARNs that do not exist are an error, as on AWS.
fn describe_groups(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    if members::given(input, "LoadBalancerArn") {
        return Err(Refusal::new(
            "LoadBalancerNotFound",
            "the simulator has no load balancers, only their target groups",
        ));
    }
    let known = ecs::target_groups(cloud);
    let arns = members::texts(input, "TargetGroupArns");
    let names = members::texts(input, "Names");
    if !arns.iter().all(|arn| known.contains(*arn))
        || !names
            .iter()
            .all(|wanted| known.iter().any(|arn| name(arn) == *wanted))
    {
        return Err(not_found());
    }
    let all = arns.is_empty() && names.is_empty();
    let found: Vec<Value> = known
        .iter()
        .filter(|arn| all || arns.contains(&arn.as_str()) || names.contains(&name(arn)))
        .map(|arn| group(arn))
        .collect();
    let size = members::number(input, "PageSize")
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(400);
    let page = paging::page(found, size, members::text(input, "Marker"))
        .map_err(|InvalidToken| Refusal::new("ValidationError", "The marker is not valid"))?;
    let mut answer = json!({ "TargetGroups": page.items });
    if let Some(next) = page.next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

/// `targetgroup/<name>/<id>` is how the ARN of a group ends.
fn name(arn: &str) -> &str {
    arn.rsplit('/').nth(1).unwrap_or(arn)
}

fn group(arn: &str) -> Value {
    json!({
        "TargetGroupArn": arn,
        "TargetGroupName": name(arn),
        "Protocol": "HTTP",
        "Port": 80,
        "VpcId": VPC,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": true,
        "HealthCheckIntervalSeconds": 10,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 3,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/",
        "Matcher": { "HttpCode": "200" },
        "LoadBalancerArns": [],
        "TargetType": "ip",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    })
}

/// The targets that are asked for, or all. One that is asked for and is none is `unused`.
fn describe_health(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let arn = members::text(input, "TargetGroupArn").unwrap_or_default();
    if !ecs::target_groups(cloud).contains(arn) {
        return Err(not_found());
    }
    let targets = ecs::targets(cloud, arn);
    let asked: Vec<(&str, Option<i64>)> = members::list(input, "Targets")
        .iter()
        .filter_map(Value::as_object)
        .map(|target| {
            let id = members::text(target, "Id").unwrap_or_default();
            (id, members::number(target, "Port"))
        })
        .collect();
    let is_asked = |target: &&TargetView| {
        let same = |(id, port): &(&str, Option<i64>)| {
            *id == target.id && port.is_none_or(|port| port == target.port)
        };
        asked.is_empty() || asked.iter().any(same)
    };
    let mut found: Vec<Value> = targets.iter().filter(is_asked).map(described).collect();
    let there: BTreeSet<&str> = targets.iter().map(|target| target.id.as_str()).collect();
    let strangers = asked.iter().filter(|(id, _)| !there.contains(id));
    found.extend(strangers.map(|(id, port)| {
        described(&TargetView {
            id: (*id).to_owned(),
            port: port.unwrap_or(80),
            state: "unused",
            reason: Some("Target.NotRegistered"),
            description: Some("Target is not registered to the target group".to_owned()),
        })
    }));
    Ok(json!({ "TargetHealthDescriptions": found }))
}

fn described(target: &TargetView) -> Value {
    let mut health = json!({ "State": target.state });
    if let Some(reason) = target.reason {
        health["Reason"] = json!(reason);
    }
    if let Some(description) = &target.description {
        health["Description"] = json!(description);
    }
    json!({
        "Target": {
            "Id": target.id,
            "Port": target.port,
            "AvailabilityZone": format!("{REGION}a"),
        },
        "HealthCheckPort": target.port.to_string(),
        "TargetHealth": health,
    })
}

#[cfg(test)]
mod tests;
