//! Answering what a deployment waits for: which hooks get which answer, and whether an answer arrived.
//!
//! An answer binds: a hook that is named is answered, and no other. A hook has another id each time it is reached, so an
//! approval that was given for one step never moves a later one.

use std::fmt;

use crate::domain::codedeploy::{CodeDeployStatus, CodeDeployment, ContinueWait, ShiftTarget};
use crate::domain::rollout::Approval;
use crate::domain::service::{
    Hook, HookStatus, LifecycleStage, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentStatus as Status,
};
use crate::domain::word_enum::word_enum;

word_enum! {
    /// What a person says.
    pub enum Answer {
        /// It may go on.
        Continue = "continue",
        /// It has to go back.
        Rollback = "rollback",
    }
}

/// Which hooks of a deployment get an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPlan {
    /// The deployment.
    pub deployment: ServiceDeploymentArn,
    /// What is answered.
    pub answer: Answer,
    /// The hooks that get the answer. For a rollback it is one: that one is enough.
    pub approvals: Vec<Approval>,
    /// Hooks that were named and have this answer already.
    pub answered: Vec<String>,
}

/// Why nothing is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NothingToAnswer {
    /// No deployment runs.
    NoneRuns,
    /// Nothing waits.
    NothingWaits {
        /// The deployment.
        deployment: ServiceDeploymentArn,
        /// How it stands.
        status: Status,
        /// The stage it is in.
        stage: Option<LifecycleStage>,
    },
    /// A hook that was named does not wait.
    HookDoesNotWait {
        /// The hook.
        hook: String,
        /// How it stands.
        status: HookStatus,
    },
    /// A hook that was named is not there.
    NoSuchHook {
        /// The hook.
        hook: String,
        /// Those that wait.
        waiting: Vec<String>,
    },
    /// Several deployments wait.
    Several {
        /// Which.
        deployments: Vec<ServiceDeploymentArn>,
    },
}

/// Decides what gets an answer. `named` are the ids of hooks; if there are none, all that wait are meant.
///
/// # Errors
///
/// Nothing waits, or not what was named.
pub fn plan(
    deployments: &[ServiceDeployment],
    named: &[String],
    answer: Answer,
) -> Result<AnswerPlan, NothingToAnswer> {
    let mut plan = if named.is_empty() {
        all_that_waits(deployments, answer)?
    } else {
        those_named(deployments, named, answer)?
    };
    if answer == Answer::Rollback {
        plan.approvals.truncate(1);
    }
    Ok(plan)
}

fn all_that_waits(
    deployments: &[ServiceDeployment],
    answer: Answer,
) -> Result<AnswerPlan, NothingToAnswer> {
    let waiting: Vec<&ServiceDeployment> = deployments
        .iter()
        .filter(|deployment| !waits_in(deployment).is_empty())
        .collect();
    match waiting.as_slice() {
        [one] => Ok(AnswerPlan {
            deployment: one.arn.clone(),
            answer,
            approvals: waits_in(one),
            answered: Vec::new(),
        }),
        [] => Err(match deployments {
            [] => NothingToAnswer::NoneRuns,
            [one, ..] => NothingToAnswer::NothingWaits {
                deployment: one.arn.clone(),
                status: one.status.clone(),
                stage: one.stage.clone(),
            },
        }),
        several => Err(NothingToAnswer::Several {
            deployments: several.iter().map(|one| one.arn.clone()).collect(),
        }),
    }
}

fn those_named(
    deployments: &[ServiceDeployment],
    named: &[String],
    answer: Answer,
) -> Result<AnswerPlan, NothingToAnswer> {
    let mut plan: Option<AnswerPlan> = None;
    for id in named {
        let (deployment, hook) = find(deployments, id)?;
        let plan = plan.get_or_insert_with(|| AnswerPlan {
            deployment: deployment.arn.clone(),
            answer,
            approvals: Vec::new(),
            answered: Vec::new(),
        });
        if plan.deployment != deployment.arn {
            return Err(NothingToAnswer::Several {
                deployments: vec![plan.deployment.clone(), deployment.arn.clone()],
            });
        }
        match arrived(Some(deployment), id, answer) {
            Arrival::Arrived => plan.answered.push(id.clone()),
            Arrival::Waits => {
                let waiting = waits_in(deployment);
                plan.approvals
                    .extend(waiting.into_iter().filter(|one| one.hook == *id));
            }
            Arrival::Otherwise => {
                return Err(NothingToAnswer::HookDoesNotWait {
                    hook: id.clone(),
                    status: hook.status.clone(),
                });
            }
        }
    }
    plan.ok_or(NothingToAnswer::NoneRuns)
}

fn find<'a>(
    deployments: &'a [ServiceDeployment],
    id: &str,
) -> Result<(&'a ServiceDeployment, &'a Hook), NothingToAnswer> {
    deployments
        .iter()
        .find_map(|deployment| {
            let hook = deployment.hooks.iter().find(|hook| hook.id == id)?;
            Some((deployment, hook))
        })
        .ok_or_else(|| NothingToAnswer::NoSuchHook {
            hook: id.to_owned(),
            waiting: deployments
                .iter()
                .flat_map(waits_in)
                .map(|approval| approval.hook)
                .collect(),
        })
}

/// What waits in a deployment that takes answers: one that is over or goes back takes none.
fn waits_in(deployment: &ServiceDeployment) -> Vec<Approval> {
    match direction(&deployment.status) {
        Direction::Forward => Approval::all_of(deployment),
        Direction::Done | Direction::Back => Vec::new(),
    }
}

/// Whether an answer arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It did, or somebody else gave the same.
    Arrived,
    /// The hook still waits.
    Waits,
    /// Something else happened to the hook: another answer, or none in time.
    Otherwise,
}

/// Whether a hook of a deployment, as it was read afterwards, has this answer. A call whose answer got lost is judged by this.
#[must_use]
pub fn arrived(deployment: Option<&ServiceDeployment>, hook: &str, answer: Answer) -> Arrival {
    let Some(deployment) = deployment else {
        return Arrival::Waits;
    };
    let direction = direction(&deployment.status);
    let found = deployment.hooks.iter().find(|known| known.id == hook);
    let status = found.map(|hook| &hook.status);
    match (answer, direction, status) {
        (Answer::Continue, _, Some(HookStatus::Succeeded))
        | (Answer::Continue, Direction::Forward | Direction::Done, None)
        | (Answer::Continue, Direction::Done, Some(HookStatus::AwaitingAction))
        | (Answer::Rollback, Direction::Back, None | Some(HookStatus::AwaitingAction))
        | (Answer::Rollback, _, Some(HookStatus::Failed)) => Arrival::Arrived,
        (_, Direction::Forward, Some(HookStatus::AwaitingAction))
        | (Answer::Rollback, Direction::Forward, None) => Arrival::Waits,
        (Answer::Continue, Direction::Back, None | Some(HookStatus::AwaitingAction))
        | (Answer::Rollback, Direction::Done, None | Some(HookStatus::AwaitingAction))
        | (Answer::Continue, _, Some(HookStatus::Failed))
        | (Answer::Rollback, _, Some(HookStatus::Succeeded))
        | (_, _, Some(HookStatus::TimedOut | HookStatus::InProgress | HookStatus::Other(_))) => {
            Arrival::Otherwise
        }
    }
}

/// What a deployment of CodeDeploy waits for: that its traffic may move, or for the end of the old tasks.
#[must_use]
pub fn codedeploy_waits(
    deployment: &CodeDeployment,
    target: Option<&ShiftTarget>,
) -> Option<ContinueWait> {
    if deployment.status.is_over() {
        return None;
    }
    if target.is_some_and(ShiftTarget::is_shifted) {
        return Some(ContinueWait::Termination);
    }
    let moves = target.is_some_and(ShiftTarget::is_shifting);
    (deployment.status == CodeDeployStatus::Ready && !moves).then_some(ContinueWait::Ready)
}

/// Which way a deployment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Done,
    Back,
}

fn direction(status: &Status) -> Direction {
    match status {
        Status::Pending | Status::InProgress | Status::Other(_) => Direction::Forward,
        Status::Successful => Direction::Done,
        Status::Stopped
        | Status::StopRequested
        | Status::RollbackRequested
        | Status::RollbackInProgress
        | Status::RollbackSuccessful
        | Status::RollbackFailed => Direction::Back,
    }
}

impl NothingToAnswer {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoneRuns => {
                "check cluster and service: a deployment that is over waits for nothing"
            }
            Self::NothingWaits { .. } => {
                "look at the deployment: it was answered already, goes back, or has not come to its hook"
            }
            Self::HookDoesNotWait { .. } => {
                "look at the deployment: somebody else answered, or the time was over"
            }
            Self::NoSuchHook { .. } => {
                "a hook has another id each time it is reached: look again at what waits, then answer that"
            }
            Self::Several { .. } => "name one of them with `--deployment`",
        }
    }
}

impl fmt::Display for NothingToAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneRuns => f.write_str("nothing waits for an answer: no deployment runs"),
            Self::NothingWaits {
                deployment,
                status,
                stage,
            } => {
                write!(f, "nothing waits for an answer: the deployment is {status}")?;
                if let Some(stage) = stage {
                    write!(f, " at {}", stage.as_str())?;
                }
                write!(f, ": `{deployment}`")
            }
            Self::HookDoesNotWait { hook, status } => {
                write!(
                    f,
                    "the hook does not wait for an answer, it is {status}: `{hook}`"
                )
            }
            Self::NoSuchHook { hook, waiting } if waiting.is_empty() => {
                write!(f, "no such hook, and none waits for an answer: `{hook}`")
            }
            Self::NoSuchHook { hook, waiting } => write!(
                f,
                "no such hook: `{hook}`; those that wait for an answer: `{}`",
                waiting.join("`, `")
            ),
            Self::Several { deployments } => {
                let arns: Vec<&str> = deployments
                    .iter()
                    .map(ServiceDeploymentArn::as_str)
                    .collect();
                write!(
                    f,
                    "several deployments wait for an answer: `{}`",
                    arns.join("`, `")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
