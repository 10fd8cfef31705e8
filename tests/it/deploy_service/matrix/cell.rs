//! One deployment of the table: how its service moves, what is deployed, what befalls it, and how it has to end.
use serde_json::{Value, json};

/// How the tasks, and the traffic, of a service move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Strategy {
    Rolling,
    BlueGreen,
    Linear,
    Canary,
}

use Strategy::{BlueGreen, Canary, Linear, Rolling};

const ALL: &[Strategy] = &[Rolling, BlueGreen, Linear, Canary];
const ROLLS: &[Strategy] = &[Rolling];
const MOVES_TRAFFIC: &[Strategy] = &[BlueGreen, Linear, Canary];

/// What is deployed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    /// A definition that is registered first.
    New,
    /// What the service has already, by force.
    Same,
    /// What the service has already, without force.
    Nothing,
}

use What::{New, Nothing, Same};

/// What somebody else does meanwhile, or did before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Somebody {
    Nobody,
    /// Stops the deployment, so that it is rolled back.
    Stops,
    /// Deletes the service.
    Deletes,
    /// Made the service with an image that is nowhere: no deployment of it was ever complete.
    NeverFinished,
    /// Turned off the rollback of the alarms.
    LeavesFailures,
}

use Somebody::{Deletes, LeavesFailures, NeverFinished, Nobody, Stops};

/// A way to end.
pub(super) struct Ending {
    /// The strategies it is for.
    strategies: &'static [Strategy],
    /// What befalls the deployment.
    story: &'static str,
    /// Who else acts.
    pub(super) somebody: Somebody,
    /// More options.
    pub(super) options: &'static str,
    pub(super) verdict: &'static str,
    pub(super) code: i32,
}

/// Fails before a task of the new version has to start.
const REFUSED: &str = "refused at once";
/// Waits for an answer before a task of the new version starts.
const PAUSED: &str = "paused at once";
const SHORT: &str = "--timeout 4s";
const SHORT_AND_BACK: &str = "--timeout 4s --on-timeout rollback";

const ENDINGS: &[Ending] = &[
    ending(ALL, "steady", Nobody, "", "deployed", 0),
    ending(ALL, "steady", Nobody, "--wait-until clean", "deployed", 0),
    ending(ALL, "spot-interruption", Nobody, "", "deployed", 0),
    ending(ROLLS, "crash-loop", Nobody, "", "rolled-back", 6),
    ending(MOVES_TRAFFIC, "crash-loop", Nobody, SHORT, "timed-out", 7),
    ending(ROLLS, "no-rollback", Nobody, "", "failed", 6),
    ending(ALL, "alarm", Nobody, "", "rolled-back", 6),
    ending(ALL, "alarm", LeavesFailures, "", "failed", 6),
    ending(MOVES_TRAFFIC, "hook-failure", Nobody, "", "rolled-back", 6),
    ending(ALL, REFUSED, Nobody, "", "rolled-back", 6),
    ending(MOVES_TRAFFIC, "approval", Nobody, "", "paused", 10),
    ending(ROLLS, PAUSED, Nobody, "", "paused", 10),
    ending(ALL, "superseded", Nobody, "", "superseded", 9),
    ending(ALL, "hang", Nobody, SHORT, "timed-out", 7),
    ending(ALL, "hang", Nobody, SHORT_AND_BACK, "rolled-back", 6),
    ending(ALL, "hang", Stops, "", "rolled-back", 6),
    ending(ALL, "hang", Deletes, "", "stopped", 6),
    ending(ROLLS, "crash-loop", NeverFinished, "", "rollback-failed", 6),
    ending(ALL, REFUSED, NeverFinished, "", "rollback-failed", 6),
];
/// The only way to end of what has nothing to do.
const UNCHANGED: &Ending = &ending(ALL, "steady", Nobody, "", "unchanged", 0);

const fn ending(
    strategies: &'static [Strategy],
    story: &'static str,
    somebody: Somebody,
    options: &'static str,
    verdict: &'static str,
    code: i32,
) -> Ending {
    Ending {
        strategies,
        story,
        somebody,
        options,
        verdict,
        code,
    }
}

const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// A deployment and how it has to end.
pub(super) struct Cell {
    pub(super) service: String,
    pub(super) strategy: Strategy,
    pub(super) what: What,
    pub(super) ending: &'static Ending,
}

pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let endings = ENDINGS.iter().map(|ending| (ending, &[New, Same][..]));
    for (ending, whats) in endings.chain([(UNCHANGED, &[Nothing][..])]) {
        for strategy in ending.strategies {
            for what in whats {
                cells.push(Cell {
                    service: format!("cell-{}", cells.len()),
                    strategy: *strategy,
                    what: *what,
                    ending,
                });
            }
        }
    }
    cells
}

impl Cell {
    pub(super) fn definition(&self, tag: &str) -> Value {
        json!({
            "family": self.service, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
            "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            "containerDefinitions": [{
                "name": "web", "image": format!("{REGISTRY}/web:{tag}"),
                "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
                "healthCheck": {"command": ["CMD", "true"]},
            }],
        })
    }

    /// The request that makes the service.
    pub(super) fn service(&self) -> Value {
        let mut configuration = json!({"maximumPercent": 200, "minimumHealthyPercent": 100});
        match self.strategy {
            Rolling => {
                configuration["deploymentCircuitBreaker"] =
                    json!({"enable": true, "rollback": true});
            }
            BlueGreen => configuration["strategy"] = "BLUE_GREEN".into(),
            Linear => {
                configuration["strategy"] = "LINEAR".into();
                configuration["linearConfiguration"] =
                    json!({"stepPercent": 50.0, "stepBakeTimeInMinutes": 1});
            }
            Canary => {
                configuration["strategy"] = "CANARY".into();
                configuration["canaryConfiguration"] =
                    json!({"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1});
            }
        }
        if self.strategy != Rolling {
            configuration["bakeTimeInMinutes"] = 1.into();
        }
        if self.ending.somebody == LeavesFailures {
            let name = format!("{}-alarm", self.service);
            configuration["alarms"] =
                json!({"alarmNames": [name], "enable": true, "rollback": false});
        }
        let group = |colour: &str| {
            let name = format!("{}-{colour}", self.service);
            format!(
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/73e2d6bc24d8a067"
            )
        };
        let mut balancer =
            json!({"targetGroupArn": group("blue"), "containerName": "web", "containerPort": 80});
        if self.strategy != Rolling {
            balancer["advancedConfiguration"] = json!({
                "alternateTargetGroupArn": group("green"),
                "productionListenerRule": format!(
                    "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/{}/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee",
                    self.service
                ),
                "roleArn": "arn:aws:iam::123456789012:role/ecsInfrastructureRole",
            });
        }
        json!({
            "cluster": "demo", "serviceName": self.service, "taskDefinition": self.service, "desiredCount": 2,
            "launchType": "FARGATE", "deploymentConfiguration": configuration, "loadBalancers": [balancer],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}},
        })
    }

    pub(super) fn story(&self) -> Value {
        let hooks = match self.ending.story {
            REFUSED => json!({"functionAt": ["PRE_SCALE_UP"], "says": "FAILED", "after": 5}),
            PAUSED => json!({"pauseAt": ["PRE_SCALE_UP"]}),
            name => return name.into(),
        };
        json!({"name": "hooked", "tasks": {"fate": "run"}, "hooks": hooks})
    }

    /// What it is, for messages.
    pub(super) fn about(&self) -> String {
        let (strategy, what, ending) = (self.strategy, self.what, self.ending);
        let (story, somebody, options) = (ending.story, ending.somebody, ending.options);
        format!("{strategy:?} {what:?} {story} {somebody:?} {options}")
    }
}
