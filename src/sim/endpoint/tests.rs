//! The wire itself, spoken to by hand over a socket.

mod control;
mod faults;
mod life;
mod protocols;

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
