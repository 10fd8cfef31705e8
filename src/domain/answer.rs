//! Answering what a deployment waits for: which hooks get which answer, and whether an answer arrived.
//!
//! An answer binds: a hook that is named is answered, and no other. A hook has another id each time it is reached, so an
//! approval that was given for one step never moves a later one.

use std::fmt;
use std::str::FromStr;

use crate::domain::codedeploy::{CodeDeployStatus, CodeDeployment, ContinueWait, ShiftTarget};
use crate::domain::rollout::Approval;
use crate::domain::service::{
    Hook, HookStatus, LifecycleStage, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentStatus as Status,
};

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It may go on.
    Continue,
    /// It has to go back.
    Rollback,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Continue => "continue",
            Self::Rollback => "rollback",
        })
    }
}

impl FromStr for Answer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "continue" => Ok(Self::Continue),
            "rollback" => Ok(Self::Rollback),
            _ => Err("expected one of: `continue`, `rollback`".to_owned()),
        }
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
mod tests {
    use super::*;
    use crate::domain::service::samples::{pause, service_deployment};

    fn paused(name: &str, hooks: &[&str]) -> ServiceDeployment {
        let mut deployment = service_deployment(name, 200, Status::InProgress);
        deployment.hooks = hooks.iter().map(|id| pause(id)).collect();
        deployment
    }

    fn hooks(plan: &AnswerPlan) -> Vec<&str> {
        plan.approvals
            .iter()
            .map(|approval| approval.hook.as_str())
            .collect()
    }

    #[test]
    fn all_that_waits_is_answered_unless_hooks_are_named() {
        let deployments = [paused("d1", &["one", "two"])];
        let all = plan(&deployments, &[], Answer::Continue).unwrap();
        assert_eq!(hooks(&all), ["one", "two"]);
        let named = plan(&deployments, &["two".to_owned()], Answer::Continue).unwrap();
        assert_eq!(hooks(&named), ["two"]);
    }

    #[test]
    fn one_no_is_enough() {
        let plan = plan(&[paused("d1", &["one", "two"])], &[], Answer::Rollback).unwrap();
        assert_eq!(hooks(&plan), ["one"]);
    }

    #[test]
    fn nothing_is_answered_where_nothing_waits() {
        let refused = |deployments: &[ServiceDeployment]| {
            plan(deployments, &[], Answer::Continue)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(&[]),
            "nothing waits for an answer: no deployment runs"
        );
        let mut running = paused("d1", &[]);
        running.stage = LifecycleStage::new("BAKE_TIME");
        assert!(refused(&[running]).contains("the deployment is IN_PROGRESS at BAKE_TIME: `"));
        let mut back = paused("d1", &["one"]);
        back.status = Status::RollbackInProgress;
        assert!(refused(&[back]).contains("ROLLBACK_IN_PROGRESS"));
        let two = refused(&[paused("d1", &["one"]), paused("d2", &["two"])]);
        assert!(two.starts_with("several deployments wait"), "{two}");
    }

    #[test]
    fn a_hook_of_an_earlier_step_is_refused_with_those_that_wait() {
        let deployments = [paused("d1", &["step-2"])];
        let error = plan(&deployments, &["step-1".to_owned()], Answer::Continue).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no such hook: `step-1`; those that wait for an answer: `step-2`"
        );
    }

    #[test]
    fn a_hook_that_has_this_answer_needs_no_second_one_and_one_with_another_is_refused() {
        let mut deployment = paused("d1", &["one", "two"]);
        deployment.hooks[0].status = HookStatus::Succeeded;
        let named = ["one".to_owned(), "two".to_owned()];
        let plan_of = |answer| plan(std::slice::from_ref(&deployment), &named, answer);
        let again = plan_of(Answer::Continue).unwrap();
        assert_eq!(
            (again.answered.as_slice(), hooks(&again)),
            (&named[..1], vec!["two"])
        );
        assert_eq!(
            plan_of(Answer::Rollback).unwrap_err(),
            NothingToAnswer::HookDoesNotWait {
                hook: "one".to_owned(),
                status: HookStatus::Succeeded
            }
        );
    }

    #[test]
    fn an_answer_whose_answer_got_lost_is_recognised_by_what_became_of_the_hook() {
        let after = |status: Status, hook: Option<HookStatus>, answer| {
            let mut deployment = paused("d1", &[]);
            deployment.status = status;
            deployment.hooks = hook
                .map(|status| Hook {
                    status,
                    ..pause("one")
                })
                .into_iter()
                .collect();
            arrived(Some(&deployment), "one", answer)
        };
        let (yes, no) = (Answer::Continue, Answer::Rollback);
        let waits = Some(HookStatus::AwaitingAction);
        for (status, hook, answer, expected) in [
            (
                Status::InProgress,
                Some(HookStatus::Succeeded),
                yes,
                Arrival::Arrived,
            ),
            (
                Status::InProgress,
                Some(HookStatus::Succeeded),
                no,
                Arrival::Otherwise,
            ),
            (
                Status::InProgress,
                Some(HookStatus::Failed),
                no,
                Arrival::Arrived,
            ),
            (
                Status::InProgress,
                Some(HookStatus::Failed),
                yes,
                Arrival::Otherwise,
            ),
            (Status::InProgress, waits.clone(), yes, Arrival::Waits),
            (Status::InProgress, waits.clone(), no, Arrival::Waits),
            // Only the hooks of the present stage may be listed.
            (Status::InProgress, None, yes, Arrival::Arrived),
            (Status::InProgress, None, no, Arrival::Waits),
            (Status::Successful, None, yes, Arrival::Arrived),
            (Status::Successful, None, no, Arrival::Otherwise),
            (
                Status::RollbackInProgress,
                waits.clone(),
                no,
                Arrival::Arrived,
            ),
            (Status::RollbackInProgress, waits, yes, Arrival::Otherwise),
            (
                Status::InProgress,
                Some(HookStatus::TimedOut),
                yes,
                Arrival::Otherwise,
            ),
        ] {
            let found = after(status.clone(), hook.clone(), answer);
            assert_eq!(found, expected, "{status} {hook:?} {answer}");
        }
        assert_eq!(arrived(None, "one", yes), Arrival::Waits);
    }

    #[test]
    fn only_two_answers_exist() {
        assert_eq!("continue".parse(), Ok(Answer::Continue));
        assert_eq!(Answer::Rollback.to_string(), "rollback");
        assert!("CONTINUE".parse::<Answer>().is_err());
    }
}
