//! The wire itself, spoken to by hand over a socket.
#![expect(
    clippy::disallowed_methods,
    reason = "what is tested here is real time and a real file"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use super::*;
use crate::sim::{Settings, Simulator};

const ECS: &str = "AmazonEC2ContainerServiceV20141113";
const SCALING: &str = "AnyScaleFrontendService";

/// An answer as it came over the socket.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The answer to a request, if there is one. The socket blocks, so it has a thread of its own.
async fn send(address: SocketAddr, request: &str) -> Option<Answer> {
    let request = request.to_owned();
    tokio::task::spawn_blocking(move || exchange(address, &request))
        .await
        .unwrap()
}

fn exchange(address: SocketAddr, request: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // A dropped connection may be reset.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some(Answer {
        status,
        head: head.to_lowercase(),
        body: body.to_owned(),
    })
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

async fn post(address: SocketAddr, target: &str, body: &Value) -> Option<Answer> {
    let headers = format!(
        "x-amz-target: {target}\r\ncontent-type: application/x-amz-json-1.1\r\nauthorization: x\r\n"
    );
    send(address, &request("POST", "/", &headers, &body.to_string())).await
}

async fn form(address: SocketAddr, headers: &str, body: &str) -> Answer {
    let headers =
        format!("content-type: application/x-www-form-urlencoded; charset=utf-8\r\n{headers}");
    send(address, &request("POST", "/", &headers, body))
        .await
        .unwrap()
}

async fn control(address: SocketAddr, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(address, &request(method, path, "", &body))
        .await
        .unwrap()
}

async fn fault(address: SocketAddr, form: &Value) {
    let answer = control(address, "POST", "/_sim/fault", form).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Runs a test against a simulator whose clock stands still; there must be no finding at its end.
fn with<F: Future<Output = ()>>(settings: Settings, test: impl FnOnce(SocketAddr) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let simulator = Simulator::start(settings).await.unwrap();
        let address = simulator.address();
        assert!(address.ip().is_loopback());
        test(address).await;
        let state = control(address, "GET", "/_sim/state", &Value::Null)
            .await
            .json();
        assert_eq!(state["journal"]["findings"], 0, "{state}");
    });
}

fn still() -> Settings {
    Settings {
        speed: 0.0,
        ..Settings::default()
    }
}

async fn targets(address: SocketAddr) -> Answer {
    post(
        address,
        &format!("{SCALING}.DescribeScalableTargets"),
        &json!({"ServiceNamespace": "ecs"}),
    )
    .await
    .unwrap()
}

#[test]
fn an_answer_has_a_request_id_and_the_real_date() {
    with(still(), async |address| {
        let answer = targets(address).await;
        assert_eq!(answer.status, 200);
        assert!(
            answer
                .head
                .contains("content-type: application/x-amz-json-1.1"),
            "{}",
            answer.head
        );
        assert!(
            answer.head.contains("x-amzn-requestid: ") && answer.head.contains("date: "),
            "{}",
            answer.head
        );
        assert_eq!(
            answer.json()["ScalableTargets"].as_array().unwrap().len(),
            3
        );
    });
}

#[test]
fn what_the_services_do_not_know_is_refused_in_their_own_form() {
    with(still(), async |address| {
        let code = async |target: &str, body: Value| {
            let answer = post(address, target, &body).await.unwrap();
            assert_eq!(answer.status, 400, "{answer:?}");
            answer.json()["__type"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            code(&format!("{ECS}.DescribeService"), json!({})).await,
            "UnknownOperationException"
        );
        assert_eq!(
            code(&format!("{ECS}.CreateDaemon"), json!({"daemonName": 1})).await,
            "SerializationException"
        );
        let unknown = json!({"services": ["web"], "clusterName": "demo"});
        assert_eq!(
            code(&format!("{ECS}.DescribeServices"), unknown).await,
            "InvalidParameterException"
        );
        assert_eq!(
            code("Nobody.Knows", json!({})).await,
            "UnknownOperationException"
        );
    });
}

#[test]
fn a_request_without_a_signature_is_refused() {
    with(still(), async |address| {
        let headers = format!(
            "x-amz-target: {ECS}.ListClusters\r\ncontent-type: application/x-amz-json-1.1\r\n"
        );
        let answer = send(address, &request("POST", "/", &headers, "{}"))
            .await
            .unwrap();
        assert_eq!(
            answer.json()["__type"],
            "MissingAuthenticationTokenException"
        );
        let answer = form(address, "", "Action=GetCallerIdentity&Version=2011-06-15").await;
        assert!(
            answer
                .body
                .contains("<Code>MissingAuthenticationToken</Code>"),
            "{answer:?}"
        );
        let web = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fdeploy\
            &RoleSessionName=session&WebIdentityToken=tokentokentoken";
        let answer = form(address, "", web).await;
        assert!(
            answer.body.contains("assumed-role/deploy/session"),
            "{answer:?}"
        );
    });
}

#[test]
fn the_query_protocol_is_answered_in_xml() {
    with(still(), async |address| {
        let signed = "authorization: x\r\n";
        let answer = form(
            address,
            signed,
            "Action=GetCallerIdentity&Version=2011-06-15",
        )
        .await;
        assert_eq!(
            (
                answer.status,
                answer.body.contains("<Account>123456789012</Account>")
            ),
            (200, true)
        );
        let suspend = "Action=SuspendProcesses&Version=2011-01-01&AutoScalingGroupName=demo-asg\
            &ScalingProcesses.member.1=AZRebalance";
        assert_eq!(form(address, signed, suspend).await.status, 200);
        let answer = form(
            address,
            signed,
            "Action=DescribeAutoScalingGroups&Version=2011-01-01",
        )
        .await;
        assert!(
            answer
                .body
                .contains("<ProcessName>AZRebalance</ProcessName>"),
            "{answer:?}"
        );
        let answer = form(address, signed, "Action=DescribeGroups&Version=2011-01-01").await;
        assert_eq!(
            (
                answer.status,
                answer.body.contains("<Code>InvalidAction</Code>")
            ),
            (400, true)
        );
        let answer = form(
            address,
            signed,
            "Action=DescribeTags&Version=2011-01-01&MaxRecords=x",
        )
        .await;
        assert!(
            answer.body.contains("<Code>ValidationError</Code>"),
            "{answer:?}"
        );
    });
}

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

#[test]
fn a_body_that_is_too_long_is_refused() {
    with(still(), async |address| {
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            11 * 1024 * 1024
        );
        let answer = send(address, &head).await.unwrap();
        assert_eq!(answer.status, 413);
    });
}

#[test]
fn wrong_settings_are_said_before_anything_is_served() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let error = |settings: Settings| {
        runtime
            .block_on(Simulator::start(settings))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(Settings {
            speed: f64::NAN,
            ..still()
        }),
        "the speed must be a number from 0"
    );
    assert!(
        error(Settings {
            seed: Some(json!({"cluster": []})),
            ..still()
        })
        .starts_with("seed.cluster: is not known")
    );
    let story = error(Settings {
        story: Some("nobody-knows-it".to_owned()),
        ..still()
    });
    assert!(!story.is_empty());
    assert!(
        error(Settings {
            story: Some("{\"a\":".to_owned()),
            ..still()
        })
        .starts_with("the story is not JSON")
    );
}

#[test]
fn a_simulator_that_is_dropped_no_longer_listens() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let simulator = Simulator::start(still()).await.unwrap();
        let address = simulator.address();
        assert!(
            simulator
                .environment()
                .contains(&("AWS_ENDPOINT_URL".to_owned(), format!("http://{address}")))
        );
        drop(simulator);
        tokio::task::yield_now().await;
        assert!(TcpStream::connect(address).is_err());
    });
}

#[test]
fn a_cluster_and_service_on_demand_are_there_besides_the_default_world() {
    let demand = Some(("shop".to_owned(), "cart".to_owned()));
    with(
        Settings {
            clusters_on_demand: demand,
            ..still()
        },
        async |address| {
            let list = targets(address).await.json()["ScalableTargets"].clone();
            let ids: Vec<_> = list
                .as_array()
                .unwrap()
                .iter()
                .map(|target| target["ResourceId"].clone())
                .collect();
            assert!(
                ids.contains(&json!("service/shop/cart"))
                    && ids.contains(&json!("service/demo/web")),
                "{ids:?}"
            );
        },
    );
}
