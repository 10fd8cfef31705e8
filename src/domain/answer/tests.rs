//! Which hooks an answer goes to, when there is nothing to answer, and whether an answer arrived.
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
