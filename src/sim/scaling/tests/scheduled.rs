//! Scheduled actions: when they run, what they do, and that a suspended one is lost.
use super::*;

/// 2023-11-14T22:13:20Z, when the world begins.
const BEGAN: i64 = 1_700_000_000_000;

fn put(cloud: &mut Cloud, schedule: &str, action: &Value) -> Result<Value, Refusal> {
    let input = json!({
        "ServiceNamespace": "ecs", "ResourceId": WEB, "ScalableDimension": DIMENSION,
        "ScheduledActionName": "night", "Schedule": schedule, "ScalableTargetAction": action,
    });
    call(cloud, "PutScheduledAction", &input)
}

fn range(cloud: &mut Cloud) -> (i64, i64) {
    let target = describe(cloud);
    let bound = |name: &str| target[name].as_i64().unwrap();
    (bound("MinCapacity"), bound("MaxCapacity"))
}

fn pass(cloud: &mut Cloud, seconds: f64) {
    let to = cloud.now.plus(seconds);
    cloud.advance(to);
}

#[test]
fn an_action_sets_the_bounds_at_its_time_and_the_service_follows() {
    let mut cloud = world(Rules::default());
    put(
        &mut cloud,
        "cron(15 22 * * ? *)",
        &json!({"MinCapacity": 5}),
    )
    .unwrap();
    pass(&mut cloud, 90.0);
    assert_eq!(range(&mut cloud).0, 1);
    pass(&mut cloud, 30.0);
    assert_eq!(range(&mut cloud).0, 5);
    assert_eq!(ecs::desired_count(&cloud, "demo", "web"), Some(5));
    let list = json!({"ServiceNamespace": "ecs"});
    let activities = call(&mut cloud, "DescribeScalingActivities", &list).unwrap();
    let causes: Vec<_> = activities["ScalingActivities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|activity| activity["Cause"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        causes,
        [
            "minimum capacity was set to 5",
            "scheduled action name night was triggered"
        ]
    );
    let actions = call(&mut cloud, "DescribeScheduledActions", &list).unwrap();
    assert_eq!(
        actions["ScheduledActions"][0]["Schedule"],
        "cron(15 22 * * ? *)"
    );
}

#[test]
fn a_suspended_action_is_lost_and_not_made_up_for() {
    let mut cloud = world(Rules::default());
    put(
        &mut cloud,
        "at(2023-11-14T22:14:00)",
        &json!({"MaxCapacity": 20}),
    )
    .unwrap();
    let flags = |on: bool| json!({"SuspendedState": {"ScheduledScalingSuspended": on}});
    register(&mut cloud, WEB, &flags(true)).unwrap();
    let before = range(&mut cloud);
    pass(&mut cloud, 60.0);
    register(&mut cloud, WEB, &flags(false)).unwrap();
    pass(&mut cloud, 3600.0);
    assert_eq!(range(&mut cloud), before);
}

#[test]
fn a_rate_runs_every_period() {
    let mut cloud = world(Rules::default());
    put(&mut cloud, "rate(2 minutes)", &json!({"MaxCapacity": 20})).unwrap();
    pass(&mut cloud, 119.0);
    assert_eq!(range(&mut cloud).1, 10);
    pass(&mut cloud, 1.0);
    assert_eq!(range(&mut cloud).1, 20);
    register(&mut cloud, WEB, &json!({"MaxCapacity": 10})).unwrap();
    pass(&mut cloud, 120.0);
    assert_eq!(range(&mut cloud).1, 20);
    assert_eq!(cloud.now.millis(), BEGAN + 240_000);
}

#[test]
fn what_cannot_be_run_is_refused_and_a_deleted_action_does_not_run() {
    let mut cloud = world(Rules::default());
    for schedule in [
        "cron(0 8 L * ? *)",
        "cron(0 8 * *)",
        "rate(0 hours)",
        "noon",
    ] {
        let refusal = put(&mut cloud, schedule, &json!({"MinCapacity": 5})).unwrap_err();
        assert_eq!(refusal.code, "ValidationException", "{schedule}");
    }
    put(&mut cloud, "rate(1 minute)", &json!({"MinCapacity": 5})).unwrap();
    let named = json!({
        "ServiceNamespace": "ecs", "ResourceId": WEB, "ScalableDimension": DIMENSION,
        "ScheduledActionName": "night",
    });
    call(&mut cloud, "DeleteScheduledAction", &named).unwrap();
    pass(&mut cloud, 600.0);
    assert_eq!(range(&mut cloud).0, 1);
    let again = call(&mut cloud, "DeleteScheduledAction", &named).unwrap_err();
    assert_eq!(again.code, "ObjectNotFoundException");
}
