//! What is said before the start: guards that are off, alarms that fire already, traffic that nothing watches.

use super::*;
use crate::domain::alarm::{Alarm, AlarmState};
use crate::domain::service::{AlarmGuard, CircuitBreaker, RolloutState};

#[test]
fn guards_that_are_off_are_said() {
    let notices = |service: &ServiceState| {
        plan(&to_revision(2), service, &idle())
            .unwrap()
            .notices
            .clone()
    };
    let mut service = steady();
    service.circuit_breaker = None;
    assert_eq!(notices(&service), [Notice::NoGuard]);
    service.alarms = Some(AlarmGuard {
        names: vec!["errors".to_owned()],
        enabled: true,
        rollback: true,
        states: None,
    });
    assert_eq!(notices(&service), [Notice::BreakerOff]);
    service.alarms = None;
    service.circuit_breaker = Some(CircuitBreaker {
        enabled: true,
        rollback: false,
    });
    assert_eq!(notices(&service), [Notice::NoRollback]);
    let mut first = steady();
    let mut never = deployment(100, 1);
    never.rollout = Some(RolloutState::Failed);
    first.deployments = vec![never];
    assert_eq!(notices(&first), [Notice::NothingToGoBackTo]);
    let mut alone = steady();
    alone.load_balancers.clear();
    assert_eq!(notices(&alone), [Notice::NoHealthCheck]);
    let mut bare = steady();
    bare.min_healthy_percent = Some(0);
    assert_eq!(notices(&bare), [Notice::MayBeEmpty]);
    assert!(Notice::NoGuard.is_guard_off() && !Notice::DesiredZero.is_guard_off());
}

fn alarm(name: &str, state: AlarmState) -> Alarm {
    Alarm {
        name: name.to_owned(),
        state,
        reason: "Threshold Crossed".to_owned(),
    }
}

fn with_alarms(states: Option<Vec<Alarm>>) -> ServiceState {
    let mut service = steady();
    service.alarms = Some(AlarmGuard {
        names: vec!["errors".to_owned(), "latency".to_owned()],
        enabled: true,
        rollback: true,
        states,
    });
    service
}

fn notices_of(service: &ServiceState) -> Vec<Notice> {
    plan(&to_revision(2), service, &idle()).unwrap().notices
}

#[test]
fn an_alarm_that_fires_already_is_said_and_guards_nothing() {
    let states = |first| {
        Some(vec![
            alarm("errors", first),
            alarm("latency", AlarmState::InsufficientData),
        ])
    };
    assert_eq!(notices_of(&with_alarms(states(AlarmState::Ok))), []);
    let firing = Notice::AlarmFiring {
        alarms: vec!["errors".to_owned()],
    };
    let mut service = with_alarms(states(AlarmState::Alarm));
    assert_eq!(notices_of(&service), std::slice::from_ref(&firing));
    // The alarms were the only guard, or the only one that goes back.
    service.circuit_breaker = Some(CircuitBreaker {
        enabled: true,
        rollback: false,
    });
    assert_eq!(notices_of(&service), [firing.clone(), Notice::NoRollback]);
    service.circuit_breaker = None;
    assert_eq!(notices_of(&service), [firing, Notice::NoGuard]);
    service.alarms.as_mut().unwrap().enabled = false;
    assert_eq!(notices_of(&service), [Notice::NoGuard]);
}

#[test]
fn an_alarm_that_does_not_exist_is_said_and_one_that_was_not_read_is_not() {
    let missing = |names: &[&str]| Notice::AlarmMissing {
        alarms: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let one = with_alarms(Some(vec![alarm("errors", AlarmState::Ok)]));
    assert_eq!(notices_of(&one), [missing(&["latency"])]);
    let mut none = with_alarms(Some(Vec::new()));
    none.circuit_breaker = None;
    assert_eq!(
        notices_of(&none),
        [missing(&["errors", "latency"]), Notice::NoGuard]
    );
    assert_eq!(notices_of(&with_alarms(None)), []);
}

#[test]
fn traffic_that_moves_without_a_hook_or_an_alarm_is_said() {
    for strategy in [Strategy::BlueGreen, Strategy::Linear, Strategy::Canary] {
        let mut service = steady();
        service.strategy = strategy.clone();
        assert_eq!(notices_of(&service), [Notice::NoHook]);
        service.hooks = 1;
        assert_eq!(notices_of(&service), []);
        let mut alarmed = with_alarms(None);
        alarmed.strategy = strategy;
        assert_eq!(notices_of(&alarmed), []);
    }
}

#[test]
fn a_notice_has_a_name_of_its_own_a_sentence_and_a_hint() {
    let all = [
        Notice::DesiredZero,
        Notice::NoGuard,
        Notice::BreakerOff,
        Notice::AlarmFiring { alarms: Vec::new() },
        Notice::AlarmMissing { alarms: Vec::new() },
        Notice::NoRollback,
        Notice::NothingToGoBackTo,
        Notice::NoHealthCheck,
        Notice::NoHook,
        Notice::LastFailed,
        Notice::MayBeEmpty,
    ];
    let page = include_str!("../../../../docs/stages/deploy-service.md");
    for notice in &all {
        let row = format!("| `{}` |", notice.kind());
        assert!(page.contains(&row), "no row: {row}");
        assert!(!notice.to_string().is_empty() && !notice.hint().ends_with('.'));
    }
}

#[test]
fn a_desired_count_of_zero_is_said() {
    let mut service = steady();
    service.counts.desired = 0;
    let plan = plan(&to_revision(2), &service, &idle()).unwrap();
    assert_eq!(plan.notices, [Notice::DesiredZero]);
}
