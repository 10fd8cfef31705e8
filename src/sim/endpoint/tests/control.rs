//! The control paths.
#![expect(clippy::disallowed_methods, reason = "the journal is a real file")]

use super::*;

#[test]
fn time_stands_still_at_speed_zero_until_it_is_put_forward() {
    with(still(), async |address| {
        let state = async || {
            control(address, "GET", "/_sim/state", &Value::Null)
                .await
                .json()
        };
        let before = state().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(state().await["now"], before["now"]);
        control(address, "POST", "/_sim/advance", &json!({"seconds": 60})).await;
        assert_ne!(state().await["now"], before["now"]);
    });
}

#[test]
fn the_journal_has_every_call_and_no_secret() {
    with(still(), async |address| {
        let definition = json!({"family": "new", "containerDefinitions": [{"name": "a", "image": "nginx", "memory": 64,
            "environment": [{"name": "KEY", "value": "s3cret"}]}]});
        post(
            address,
            &format!("{ECS}.RegisterTaskDefinition"),
            &definition,
        )
        .await
        .unwrap();
        post(address, &format!("{ECS}.Unknown"), &json!({}))
            .await
            .unwrap();
        let text = control(address, "GET", "/_sim/journal", &Value::Null)
            .await
            .body;
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(text.contains("KEY") && !text.contains("s3cret"), "{text}");
        assert_eq!(
            (&lines[0]["operation"], &lines[0]["status"]),
            (&json!("RegisterTaskDefinition"), &json!(200))
        );
        assert_eq!(
            (&lines[1]["n"], &lines[1]["error"]),
            (&json!(2), &json!("UnknownOperationException"))
        );
    });
}

#[test]
fn a_journal_file_has_every_call_too() {
    let path = std::env::temp_dir().join(format!("wharfie-journal-{}", std::process::id()));
    with(
        Settings {
            journal: Some(path.clone()),
            ..still()
        },
        async |address| {
            targets(address).await;
        },
    );
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn the_control_paths_say_what_is_wrong() {
    with(still(), async |address| {
        let wrong = [
            ("GET", "/_sim/nothing", json!(null), 404),
            ("GET", "/_sim/advance", json!(null), 405),
            ("POST", "/_sim/advance", json!(null), 400),
            ("POST", "/_sim/advance", json!({"seconds": -1}), 400),
            ("POST", "/_sim/advance", json!({"second": 1}), 400),
            ("POST", "/_sim/story", json!({"service": "web"}), 400),
            (
                "POST",
                "/_sim/story",
                json!({"service": 1, "story": "steady"}),
                400,
            ),
            (
                "POST",
                "/_sim/story",
                json!({"service": "web", "story": "nobody-knows-it"}),
                400,
            ),
            (
                "POST",
                "/_sim/fault",
                json!({"operation": "Nothing", "kind": "slow"}),
                400,
            ),
        ];
        for (method, path, body, status) in wrong {
            let answer = control(address, method, path, &body).await;
            assert_eq!(answer.status, status, "{path} {body}");
            assert!(answer.json()["message"].is_string(), "{path} {body}");
        }
        let answer = control(
            address,
            "POST",
            "/_sim/story",
            &json!({"service": "web", "story": "crash-loop"}),
        )
        .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            send(address, &request("GET", "/", "", ""))
                .await
                .unwrap()
                .status,
            405
        );
        assert_eq!(
            send(address, &request("GET", "/elsewhere", "", ""))
                .await
                .unwrap()
                .status,
            404
        );
    });
}
