//! The HTTP side: connections on loopback, the protocols' requests, and the control paths under `/_sim/`. What a
//! request means is not decided here.
//!
//! The `Date` of every answer is real time, not the virtual clock's: SDKs measure their own clock's skew by it, and a
//! signature made with a corrected clock would be no use anywhere else. Only a seed that says the clocks differ changes it.

mod control;

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::sim::model::Models;
use crate::sim::wire::{self, Form, Written, cbor, json, query, unreadable};
use crate::sim::world::{Call, World};

/// The longest body that is read: an image manifest may have 4 MiB, and is quoted once more as JSON.
const MOST_BYTES: u64 = 10 * 1024 * 1024;
/// What is said of a longer one.
const TOO_LONG: &str = "the body is too long";
/// How long to wait after a connection could not be accepted, so as not to spin.
const PAUSE: Duration = Duration::from_millis(50);

/// The world, shared by all connections.
pub(crate) type Shared = Arc<Mutex<World>>;

/// Serves connections for ever; they end with it.
pub(crate) async fn serve(listener: TcpListener, world: Shared) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                while connections.try_join_next().is_some() {}
                connections.spawn(converse(stream, peer, Arc::clone(&world)));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// One connection, request after request.
async fn converse(stream: TcpStream, _peer: SocketAddr, world: Shared) {
    // Small answers should not wait for more; if the system refuses, they only come later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| dated(request, Arc::clone(&world)));
    // A connection that ends early, by the client or by a fault that was asked for, is nobody's error.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Ends a connection without an answer.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the connection was dropped by a fault that was asked for")
    }
}

impl std::error::Error for Dropped {}

/// The answer, with a `Date` of its own if the clocks are to differ.
async fn dated(
    request: Request<Incoming>,
    world: Shared,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let mut response = respond(request, Arc::clone(&world)).await?;
    let date = lock(&world).date();
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        response.headers_mut().insert(DATE, date);
    }
    Ok(response)
}

async fn respond(
    request: Request<Incoming>,
    world: Shared,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    // One that says it is too long is not waited for.
    if body.size_hint().lower() > MOST_BYTES {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, TOO_LONG));
    }
    let body = match Limited::new(body, usize::try_from(MOST_BYTES).unwrap_or(usize::MAX))
        .collect()
        .await
    {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, TOO_LONG));
        }
        // The client is gone.
        Err(_) => return Err(Dropped),
    };
    if let Some(path) = head.uri.path().strip_prefix("/_sim/") {
        return Ok(control::respond(&head.method, path, &body, &world));
    }
    if let (Some(digest), &Method::GET) = (head.uri.path().strip_prefix("/layers/"), &head.method) {
        let layer = lock(&world).layer(digest);
        return Ok(match layer {
            // Its exact bytes: they have a digest.
            Some(text) => Response::new(Full::new(Bytes::from(text))),
            None => plain(StatusCode::NOT_FOUND, "there is no such layer"),
        });
    }
    let path = head.uri.path();
    if path != "/" && !path.starts_with("/service/") {
        return Ok(plain(
            StatusCode::NOT_FOUND,
            "there is nothing here but /, /service/, /layers/ and /_sim/",
        ));
    }
    if head.method != Method::POST {
        return Ok(plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "the services answer POST requests",
        ));
    }
    let (written, delay, request_id) = {
        let mut world = lock(&world);
        let form = form(path, &head.headers);
        let call = read(&world.models, form, path, &head.headers, &body);
        let model = spoken(&world.models, form, path, &head.headers, &body);
        let operation = call.operation.clone();
        let reply = world.answer(call);
        let model = model.and_then(|service| world.models.of(service));
        (
            wire::write(model, form, &operation, &reply),
            reply.delay,
            reply.request_id,
        )
    };
    tokio::time::sleep(delay).await;
    written
        .map(|written| answer(written, &request_id))
        .ok_or(Dropped)
}

/// In which form a request comes. What has neither a path of its own nor a target is a form, or nothing.
fn form(path: &str, headers: &HeaderMap) -> Form {
    if path != "/" {
        Form::Cbor
    } else if target(headers).is_empty() {
        Form::Query
    } else {
        Form::Json
    }
}

fn target(headers: &HeaderMap) -> &str {
    text(headers, &HeaderName::from_static("x-amz-target"))
}

/// Reads a request in its form. It has to be signed, or to look so: nobody checks a signature.
fn read(models: &Models, form: Form, path: &str, headers: &HeaderMap, body: &[u8]) -> Call {
    let content_type = text(headers, &CONTENT_TYPE);
    let (call, unsigned) = match form {
        Form::Cbor => (
            cbor::read(models, path, content_type, body),
            "MissingAuthenticationTokenException",
        ),
        Form::Json => (
            json::read(models, target(headers), content_type, body),
            "MissingAuthenticationTokenException",
        ),
        Form::Query if content_type.starts_with(query::CONTENT_TYPE) => {
            (query::read(models, body), "MissingAuthenticationToken")
        }
        Form::Query => {
            return unreadable(
                "",
                "UnknownOperationException",
                "the request has neither X-Amz-Target nor a form with Action and Version",
            );
        }
    };
    // It brings its proof itself.
    let signed = headers.contains_key(AUTHORIZATION)
        || (form == Form::Query && call.operation == "AssumeRoleWithWebIdentity");
    if signed || call.request.is_err() {
        return call;
    }
    unreadable(
        &call.operation,
        unsigned,
        "Request is missing Authentication Token",
    )
}

/// Which service's way of writing the answer has.
fn spoken(
    models: &Models,
    form: Form,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<crate::sim::service::Service> {
    match form {
        Form::Cbor => cbor::target(models, path).map(|(model, _)| model.service),
        Form::Json => json::target(models, target(headers)).map(|(service, _)| service),
        Form::Query => query::model(models, body).map(|model| model.service),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// A panic elsewhere has not left the world half changed in a way that matters more than an answer.
fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(written: Written, request_id: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(written.body)));
    *response.status_mut() =
        StatusCode::from_u16(written.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(written.content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    for (name, value) in written.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{text}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

#[cfg(test)]
mod tests;
