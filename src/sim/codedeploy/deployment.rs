//! One deployment: what it brings, how it stands, and what has happened to it.
//!
//! The data alone. `progress` carries it out.

use serde_json::{Value, json};

use super::appspec::AppSpec;
use super::configuration::Routing;
use crate::sim::ecs::SetView;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// One deployment.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    /// `d-` and nine capitals and digits.
    pub(super) id: String,
    /// The application and the deployment group.
    pub(super) group: (String, String),
    /// The cluster and the service.
    pub(super) service: (String, String),
    /// The name of the configuration, and how it moves traffic.
    pub(super) configuration: (String, Routing),
    /// `revision`, as it was sent.
    pub(super) revision: Members,
    /// The revision of the last successful deployment before it.
    pub(super) previous: Option<Members>,
    /// What the revision says.
    pub(super) spec: AppSpec,
    pub(super) description: Option<String>,
    pub(super) creator: Creator,
    /// The rules it goes by, as the group had them when it was created.
    pub(super) rules: Members,
    pub(super) status: Status,
    /// `errorInformation`: code and message.
    pub(super) error: Option<(&'static str, String)>,
    pub(super) created: Moment,
    pub(super) started: Option<Moment>,
    pub(super) completed: Option<Moment>,
    /// When something last happened to its target.
    pub(super) updated: Moment,
    /// `rollbackInfo`.
    pub(super) rollback: Members,
    /// The lifecycle events, in order.
    pub(super) events: Vec<Event>,
    /// Where it stands.
    pub(super) step: Step,
    /// When something happens to it next; nothing once it is over.
    pub(super) due: Option<Moment>,
    /// The original task set, and the one that replaces it.
    pub(super) blue: Option<Side>,
    pub(super) green: Option<Side>,
    /// Percent of the production traffic that goes to green.
    pub(super) weight: f64,
    /// Since when the service is not steady while traffic moves.
    pub(super) unsteady_since: Option<Moment>,
    /// The service's desired count when traffic began to move.
    pub(super) desired: Option<u32>,
    /// Whether the wait before blue is terminated has begun.
    pub(super) waits_to_terminate: bool,
    /// What is to come from outside.
    pub(super) ahead: Ahead,
}

/// Who made a deployment (`creator`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Creator {
    /// A call.
    User,
    /// A deployment that went wrong. With the original task set still there, traffic only goes back to it.
    Rollback {
        /// Whether the original task set was still there.
        quick: bool,
    },
}

impl Creator {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Rollback { .. } => "codeDeployRollback",
        }
    }
}

/// How a deployment stands (`status`; the ones an ECS deployment goes through).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Created,
    Queued,
    InProgress,
    Ready,
    Succeeded,
    Failed,
    Stopped,
}

impl Status {
    /// As CodeDeploy writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Queued => "Queued",
            Self::InProgress => "InProgress",
            Self::Ready => "Ready",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Stopped => "Stopped",
        }
    }

    /// The same of its one target (`TargetStatus` has no word for one that was stopped).
    pub(super) const fn of_target(self) -> &'static str {
        match self {
            Self::Created | Self::Queued => "Pending",
            Self::InProgress => "InProgress",
            Self::Ready => "Ready",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Stopped => "Skipped",
        }
    }

    /// Whether nothing more happens to it.
    pub(super) const fn is_over(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Stopped => true,
            Self::Created | Self::Queued | Self::InProgress | Self::Ready => false,
        }
    }
}

/// Where a deployment stands, between two looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// Nothing was done yet.
    Created,
    /// It waits for its turn.
    Queued,
    /// The lifecycle event of this index is in progress; until when, if it only takes time.
    Event { at: usize, until: Moment },
    /// Traffic moves, in the lifecycle event of this index: how many shifts were made, and when the next one is.
    Shift {
        at: usize,
        made: usize,
        next: Moment,
    },
    /// It waits for a person, before the event of this index.
    Ready { at: usize, until: Moment },
    /// Blue is kept for a while.
    TerminationWait { until: Moment },
    /// What is not needed any more is taken away.
    Terminate,
    /// It is over.
    Over,
}

/// One lifecycle event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) name: &'static str,
    pub(super) status: EventStatus,
    pub(super) started: Option<Moment>,
    pub(super) ended: Option<Moment>,
    /// What went wrong.
    pub(super) diagnostics: Option<Diagnostics>,
    /// The function that was called for it.
    pub(super) call: Option<Call>,
}

/// What CodeDeploy knows of a hook that failed (API shape `Diagnostics`).
#[derive(Clone, Debug)]
pub(super) struct Diagnostics {
    /// `errorCode`.
    pub(super) code: &'static str,
    /// `scriptName`: the function.
    pub(super) script: String,
    pub(super) message: String,
    /// `logTail`: what the function wrote last.
    pub(super) log_tail: String,
}

/// How a lifecycle event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventStatus {
    Pending,
    InProgress,
    Succeeded,
    Failed,
    Skipped,
}

impl EventStatus {
    /// As CodeDeploy writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Skipped => "Skipped",
        }
    }
}

/// A function that was called for a lifecycle event, and has to answer.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// `lifecycleEventHookExecutionId`.
    pub(super) execution: String,
    pub(super) function: String,
    /// When it answers by itself, and whether well.
    pub(super) answers: Option<(Moment, bool)>,
}

/// One of the two task sets of a deployment.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// Its id is `ecs-svc/<number>`.
    pub(super) number: String,
    /// The name of its target group.
    pub(super) target_group: String,
    /// As it was last seen.
    pub(super) seen: SetView,
}

/// What is to come from outside, at its moments.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    /// A stop that was asked for, and whether a rollback was asked for or refused with it.
    pub(super) stop: Option<(Moment, Option<bool>)>,
    /// Somebody else stops it and deploys.
    pub(super) intruder: Option<Moment>,
    /// An alarm fires.
    pub(super) alarm: Option<Moment>,
    /// A person approves.
    pub(super) approval: Option<Moment>,
}

impl Event {
    pub(super) fn pending(name: &'static str) -> Self {
        Self {
            name,
            status: EventStatus::Pending,
            started: None,
            ended: None,
            diagnostics: None,
            call: None,
        }
    }
}

impl Deployment {
    /// Whether it brought what it was to bring.
    pub(super) fn succeeded(&self) -> bool {
        self.status == Status::Succeeded
    }

    /// `<cluster>:<service>`: the id of its one target.
    pub(super) fn target(&self) -> String {
        format!("{}:{}", self.service.0, self.service.1)
    }

    /// An object of the rules.
    pub(super) fn rule(&self, name: &str) -> Option<&Members> {
        members::object(&self.rules, name)
    }

    /// `deploymentReadyOption`: the minutes to wait for an approval, if one is needed.
    pub(super) fn approval_minutes(&self) -> Option<i64> {
        let ready = self
            .rule("blueGreenDeploymentConfiguration")
            .and_then(|blue_green| members::object(blue_green, "deploymentReadyOption"))?;
        (members::text(ready, "actionOnTimeout") == Some("STOP_DEPLOYMENT"))
            .then(|| members::number(ready, "waitTimeInMinutes").unwrap_or(0))
    }

    /// Minutes to keep blue after the shift.
    pub(super) fn termination_minutes(&self) -> i64 {
        self.rule("blueGreenDeploymentConfiguration")
            .and_then(|blue_green| {
                members::object(blue_green, "terminateBlueInstancesOnDeploymentSuccess")
            })
            .and_then(|end| members::number(end, "terminationWaitTimeInMinutes"))
            .unwrap_or(0)
    }

    /// Whether an event of this kind rolls it back.
    pub(super) fn rolls_back_on(&self, event: &str) -> bool {
        self.rule("autoRollbackConfiguration").is_some_and(|rule| {
            members::flag(rule, "enabled") == Some(true)
                && members::texts(rule, "events").contains(&event)
        })
    }

    /// The alarms that stop it.
    pub(super) fn alarms(&self) -> Vec<String> {
        let rule = self
            .rule("overrideAlarmConfiguration")
            .or_else(|| self.rule("alarmConfiguration"))
            .filter(|rule| members::flag(rule, "enabled") == Some(true));
        rule.map_or(&[][..], |rule| members::list(rule, "alarms"))
            .iter()
            .filter_map(Value::as_object)
            .filter_map(|alarm| members::text(alarm, "name"))
            .map(str::to_owned)
            .collect()
    }

    /// Whether the load balancer checks green only once all traffic is led there: all at once, without a test listener.
    pub(super) fn is_checked_late(&self) -> bool {
        self.configuration.1 == Routing::AllAtOnce && !has_test_listener(&self.rules)
    }

    /// The names of the pair of target groups.
    pub(super) fn target_groups(&self) -> Vec<&str> {
        target_groups(&self.rules)
    }

    /// `LastDeploymentInfo`.
    pub(super) fn brief(&self) -> Value {
        let mut brief = json!({
            "deploymentId": self.id,
            "status": self.status.name(),
            "createTime": self.created.epoch_seconds(),
        });
        if let Some(at) = self.completed {
            brief["endTime"] = at.epoch_seconds();
        }
        brief
    }
}

/// The one pair of target groups in rules with `loadBalancerInfo`.
pub(super) fn pair(rules: &Members) -> Option<&Members> {
    members::object(rules, "loadBalancerInfo")
        .and_then(|info| members::list(info, "targetGroupPairInfoList").first())
        .and_then(Value::as_object)
}

/// Whether rules with `loadBalancerInfo` name a listener for test traffic.
pub(super) fn has_test_listener(rules: &Members) -> bool {
    pair(rules).is_some_and(|pair| members::given(pair, "testTrafficRoute"))
}

fn target_groups(rules: &Members) -> Vec<&str> {
    pair(rules)
        .map_or(&[][..], |pair| members::list(pair, "targetGroups"))
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|group| members::text(group, "name"))
        .collect()
}
