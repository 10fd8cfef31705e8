//! Faults that were asked for, as a client meets them.
#![expect(
    clippy::disallowed_methods,
    reason = "a slow answer is measured in real time"
)]

use super::*;

#[test]
fn a_dropped_call_is_lost_before_or_after_it_was_carried_out() {
    with(still(), async |address| {
        for (kind, max) in [("drop-before", 10), ("drop-after", 4)] {
            fault(
                address,
                &json!({"operation": "RegisterScalableTarget", "kind": kind}),
            )
            .await;
            let register = json!({"ServiceNamespace": "ecs", "ResourceId": "service/demo/web",
                "ScalableDimension": "ecs:service:DesiredCount", "MaxCapacity": 4});
            let answer = post(
                address,
                &format!("{SCALING}.RegisterScalableTarget"),
                &register,
            )
            .await;
            assert!(answer.is_none(), "{answer:?}");
            let list = targets(address).await.json()["ScalableTargets"].clone();
            let web = list
                .as_array()
                .unwrap()
                .iter()
                .find(|target| target["ResourceId"] == "service/demo/web")
                .unwrap();
            assert_eq!(web["MaxCapacity"], max, "{kind}");
        }
    });
}

#[test]
fn a_throttled_and_a_failing_call_are_answered_so() {
    with(still(), async |address| {
        fault(
            address,
            &json!({"operation": "DescribeScalableTargets", "kind": "throttle"}),
        )
        .await;
        let answer = targets(address).await;
        assert_eq!(
            (answer.status, &answer.json()["__type"]),
            (400, &json!("ThrottlingException"))
        );
        let form = json!({"operation": "DescribeScalableTargets", "kind": "error", "code": "AccessDeniedException",
            "message": "not you"});
        fault(address, &form).await;
        assert_eq!(targets(address).await.json()["message"], "not you");
        assert_eq!(targets(address).await.status, 200);
    });
}

#[test]
fn a_slow_answer_takes_its_time_in_real_seconds() {
    with(still(), async |address| {
        fault(
            address,
            &json!({"operation": "DescribeScalableTargets", "kind": "slow", "seconds": 0.2}),
        )
        .await;
        let begun = std::time::Instant::now();
        assert_eq!(targets(address).await.status, 200);
        assert!(begun.elapsed() >= Duration::from_millis(200));
    });
}

#[test]
fn after_a_stale_write_reads_are_old_until_time_has_passed() {
    with(still(), async |address| {
        fault(
            address,
            &json!({"operation": "RegisterScalableTarget", "kind": "stale", "seconds": 3}),
        )
        .await;
        let register = json!({"ServiceNamespace": "ecs", "ResourceId": "service/demo/web",
            "ScalableDimension": "ecs:service:DesiredCount", "MaxCapacity": 4});
        assert_eq!(
            post(
                address,
                &format!("{SCALING}.RegisterScalableTarget"),
                &register
            )
            .await
            .unwrap()
            .status,
            200
        );
        let most =
            async || targets(address).await.json()["ScalableTargets"][0]["MaxCapacity"].clone();
        assert_eq!(most().await, 10);
        control(address, "POST", "/_sim/advance", &json!({"seconds": 3})).await;
        assert_eq!(most().await, 4);
    });
}
