//! Which calls a fault meets, and what becomes of them.

use super::*;
use crate::sim::cloud::Rules;

struct Bench {
    models: &'static Models,
    cloud: Cloud,
    faults: Faults,
}

impl Bench {
    fn new() -> Self {
        let cloud = Cloud::empty(Rules::default(), Moment::from_millis(0));
        Self {
            models: Models::shared(),
            cloud,
            faults: Faults::default(),
        }
    }

    fn ask(&mut self, form: &Value) -> Result<(), String> {
        self.faults
            .ask(self.models, &self.cloud, form.as_object().unwrap())
    }

    fn meet(&mut self, operation: &str) -> Option<&'static str> {
        self.faults
            .meet(self.models, &self.cloud, Service::Ecs, operation)
            .map(|effect| effect.name())
    }
}

#[test]
fn only_the_nth_call_of_the_operation_meets_the_fault() {
    let mut bench = Bench::new();
    bench
        .ask(&json!({"operation": "UpdateService", "nth": 2, "kind": "drop-after"}))
        .unwrap();
    assert_eq!(bench.meet("UpdateService"), None);
    assert_eq!(bench.meet("DescribeServices"), None);
    assert_eq!(bench.meet("UpdateService"), Some("drop-after"));
    assert_eq!(bench.meet("UpdateService"), None);
    assert_eq!(bench.faults.state(), json!([]));
}

#[test]
fn a_fault_can_meet_several_calls_and_one_service_only() {
    let mut bench = Bench::new();
    bench.ask(&json!({"operation": "TagResource", "service": "ecs", "times": 2, "kind": "drop-before"})).unwrap();
    let other = bench
        .faults
        .meet(bench.models, &bench.cloud, Service::Scaling, "TagResource");
    assert!(other.is_none());
    assert_eq!(bench.meet("TagResource"), Some("drop-before"));
    assert_eq!(bench.meet("TagResource"), Some("drop-before"));
    assert_eq!(bench.meet("TagResource"), None);
}

#[test]
fn an_error_is_the_one_asked_for_or_the_services_own() {
    let mut bench = Bench::new();
    let mut refusal = |form: Value| {
        bench.ask(&form).unwrap();
        match bench.faults.meet(
            bench.models,
            &bench.cloud,
            Service::Scaling,
            "RegisterScalableTarget",
        ) {
            Some(Effect::Refuse(refusal)) => (refusal.code, refusal.status),
            other => panic!("{other:?}"),
        }
    };
    let of = |more: Value| {
        let mut form = json!({"operation": "RegisterScalableTarget", "kind": "error"});
        form.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        form
    };
    assert_eq!(
        refusal(of(json!({}))),
        ("InternalServiceException".to_owned(), 500)
    );
    let code = json!({"code": "ConcurrentUpdateException"});
    assert_eq!(
        refusal(of(code)),
        ("ConcurrentUpdateException".to_owned(), 400)
    );
    let code = json!({"code": "AccessDeniedException", "status": 403});
    assert_eq!(refusal(of(code)), ("AccessDeniedException".to_owned(), 403));
    let throttle = json!({"operation": "RegisterScalableTarget", "kind": "throttle"});
    assert_eq!(refusal(throttle), ("ThrottlingException".to_owned(), 400));
}

#[test]
fn after_a_stale_write_every_read_is_old_for_some_seconds() {
    let mut bench = Bench::new();
    bench
        .ask(&json!({"operation": "UpdateService", "kind": "stale", "seconds": 3}))
        .unwrap();
    assert_eq!(bench.meet("DescribeServices"), None);
    assert_eq!(bench.meet("UpdateService"), None);
    assert_eq!(bench.meet("DescribeServices"), Some("stale"));
    assert_eq!(bench.meet("ListTasks"), Some("stale"));
    assert_eq!(bench.meet("UpdateService"), None);
    bench.cloud.advance(bench.cloud.now.plus(3.0));
    assert_eq!(bench.meet("DescribeServices"), None);
}

#[test]
fn a_stale_read_shows_the_world_of_when_it_was_asked_for() {
    let mut bench = Bench::new();
    bench
        .ask(&json!({"operation": "DescribeServices", "kind": "stale"}))
        .unwrap();
    let asked = bench.cloud.now;
    bench.cloud.advance(asked.plus(60.0));
    assert_eq!(bench.meet("ListServices"), None);
    match bench
        .faults
        .meet(bench.models, &bench.cloud, Service::Ecs, "DescribeServices")
    {
        Some(Effect::Stale(old)) => assert_eq!(old.now, asked),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.meet("DescribeServices"), Some("stale"));
    bench.cloud.advance(bench.cloud.now.plus(5.0));
    assert_eq!(bench.meet("DescribeServices"), None);
}

#[test]
fn a_fault_that_cannot_be_is_refused() {
    let mut bench = Bench::new();
    let wrong = [
        json!({"kind": "throttle"}),
        json!({"operation": "UpdateServices", "kind": "throttle"}),
        json!({"operation": "UpdateService"}),
        json!({"operation": "UpdateService", "kind": "explode"}),
        json!({"operation": "UpdateService", "kind": "throttle", "nth": 0}),
        json!({"operation": "UpdateService", "kind": "slow", "seconds": -1}),
        json!({"operation": "UpdateService", "kind": "slow", "code": "X"}),
        json!({"operation": "UpdateService", "kind": "error", "status": 200}),
        json!({"operation": "UpdateService", "kind": "error", "status": "500"}),
        json!({"operation": "UpdateService", "kind": "error", "code": 1}),
        json!({"operation": "UpdateService", "service": 1, "kind": "slow"}),
        json!({"operation": "UpdateService", "kind": "slow", "delay": 1}),
        json!({"operation": "UpdateService", "service": "sns", "kind": "slow"}),
        json!({"operation": "UpdateService", "service": "ecr", "kind": "slow"}),
    ];
    for form in wrong {
        assert!(bench.ask(&form).is_err(), "{form}");
    }
}

#[test]
fn a_fault_by_chance_meets_its_share_of_all_calls_and_the_same_ones_in_every_run() {
    let met = |seed: u64| -> Vec<bool> {
        let mut bench = Bench::new();
        bench
            .ask(&json!({"kind": "throttle", "chance": 0.3, "seed": seed}))
            .unwrap();
        (0..1000)
            .map(|number| {
                let operation = ["DescribeServices", "UpdateService", "ListTasks"][number % 3];
                bench.meet(operation).is_some()
            })
            .collect()
    };
    let hits = met(7).iter().filter(|hit| **hit).count();
    assert!((250..350).contains(&hits), "{hits}");
    assert_eq!(met(7), met(7));
    assert_ne!(met(7), met(8));
}

#[test]
fn two_faults_by_chance_share_the_calls() {
    let mut bench = Bench::new();
    bench
        .ask(&json!({"kind": "throttle", "chance": 0.3}))
        .unwrap();
    bench
        .ask(&json!({"kind": "drop-after", "chance": 0.1, "seed": 2}))
        .unwrap();
    let met: Vec<&str> = (0..1000)
        .filter_map(|_| bench.meet("DescribeServices"))
        .collect();
    let dropped = met.iter().filter(|kind| **kind == "drop-after").count();
    assert!((300..440).contains(&met.len()), "{}", met.len());
    assert!((40..110).contains(&dropped), "{dropped}");
}

#[test]
fn a_chance_is_between_none_and_all_and_a_seed_goes_with_it() {
    let mut bench = Bench::new();
    for form in [
        json!({"kind": "throttle", "chance": 1.5}),
        json!({"kind": "throttle", "chance": "often"}),
        json!({"kind": "throttle", "operation": "UpdateService", "seed": 3}),
        json!({"kind": "stale", "chance": 0.5}),
        json!({"kind": "throttle"}),
    ] {
        assert!(bench.ask(&form).is_err(), "{form}");
    }
}

#[test]
fn a_fault_can_meet_the_nth_call_of_all() {
    let mut bench = Bench::new();
    bench
        .ask(&json!({"nth": 3, "kind": "slow", "seconds": 60}))
        .unwrap();
    assert_eq!(bench.meet("UpdateService"), None);
    assert_eq!(bench.meet("DescribeServices"), None);
    assert_eq!(bench.meet("DescribeServices"), Some("slow"));
    assert_eq!(bench.meet("DescribeServices"), None);
}
