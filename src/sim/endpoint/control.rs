//! The control paths, for tests and rehearsals: look at the world, put its clock forward, choose what happens. No AWS
//! client ever asks for them.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::sim::endpoint::{Shared, lock};
use crate::sim::members::Members;
use crate::sim::world::World;

/// The paths, for the answer to one that does not exist.
const PATHS: &str = "GET state, GET journal, POST advance, POST story, POST fault, POST push";

/// Answers `/_sim/<path>`.
pub(super) fn respond(
    method: &Method,
    path: &str,
    body: &[u8],
    world: &Shared,
) -> Response<Full<Bytes>> {
    let change: fn(&mut World, &Members) -> Result<Value, String> = match (method, path) {
        (&Method::GET, "state") => return json_answer(StatusCode::OK, &lock(world).state()),
        (&Method::GET, "journal") => {
            return body_answer(
                StatusCode::OK,
                "application/x-ndjson",
                lock(world).journal(),
            );
        }
        (&Method::POST, "advance") => World::advance,
        (&Method::POST, "story") => World::choose_story,
        (&Method::POST, "fault") => World::ask_for_fault,
        (&Method::POST, "push") => World::push,
        (_, "state" | "journal" | "advance" | "story" | "fault" | "push") => {
            return wrong(
                StatusCode::METHOD_NOT_ALLOWED,
                &format!("there are: {PATHS}"),
            );
        }
        _ => {
            return wrong(
                StatusCode::NOT_FOUND,
                &format!("there is no such path; there are: {PATHS}"),
            );
        }
    };
    let Ok(form) = serde_json::from_slice::<Members>(body) else {
        return wrong(StatusCode::BAD_REQUEST, "the body is not a JSON object");
    };
    match change(&mut lock(world), &form) {
        Ok(answer) => json_answer(StatusCode::OK, &answer),
        Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
    }
}

fn wrong(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    json_answer(status, &json!({ "message": message }))
}

fn json_answer(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    body_answer(status, "application/json", format!("{value}\n"))
}

fn body_answer(
    status: StatusCode,
    content_type: &'static str,
    body: String,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
