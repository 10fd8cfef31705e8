//! rpc-v2-cbor: the operation in the path, CBOR both ways. Moments have tag 1, bytes are in base64 on our side.
//!
//! A service that speaks it speaks awsJson 1.0 too, which `json` reads.

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Number, Value, json};

use crate::sim::base64;
use crate::sim::members::Members;
use crate::sim::model::{Known, Model, Models, Protocol, Shape};
use crate::sim::refusal::Refusal;
use crate::sim::wire::{Written, unreadable};
use crate::sim::world::Call;

/// The one content type.
pub(crate) const CONTENT_TYPE: &str = "application/cbor";
/// How deep a body may be nested; no request of these services is a tenth of it.
const MOST_DEPTH: usize = 64;
/// The tag of a moment: seconds since the epoch.
const MOMENT: u64 = 1;

/// The service and the operation that a path names: `/service/<name>/operation/<operation>`.
pub(crate) fn target<'a>(models: &'a Models, path: &'a str) -> Option<(&'a Model, &'a str)> {
    let (service, operation) = path
        .strip_prefix("/service/")?
        .split_once("/operation/")
        .filter(|(_, operation)| !operation.is_empty() && !operation.contains('/'))?;
    let speaks = |model: &&Model| match &model.protocol {
        Protocol::Rpc { target_prefix } => target_prefix == service,
        Protocol::Json { .. } | Protocol::Query { .. } => false,
    };
    models.iter().find(speaks).map(|model| (model, operation))
}

/// Reads a request. An empty body counts as an empty map.
pub(crate) fn read(models: &Models, path: &str, content_type: &str, body: &[u8]) -> Call {
    let Some((model, operation)) = target(models, path) else {
        return unreadable(
            path,
            "UnknownOperationException",
            format!("no service has the path: {path}"),
        );
    };
    // An operation without members has no body, and then no content type.
    if !(body.is_empty() || content_type == CONTENT_TYPE) {
        let message = format!("the service speaks {CONTENT_TYPE}, not: {content_type}");
        return unreadable(operation, "SerializationException", message);
    }
    match members(body) {
        Some(members) => Call {
            operation: operation.to_owned(),
            request: Ok((model.service, members)),
        },
        None => unreadable(
            operation,
            "SerializationException",
            "the body is not a map in CBOR",
        ),
    }
}

fn members(body: &[u8]) -> Option<Members> {
    if body.is_empty() {
        return Some(Members::new());
    }
    let mut decoder = Decoder::new(body);
    let value = value(&mut decoder, 0)?;
    match value {
        Value::Object(members) if decoder.position() == body.len() => Some(members),
        _ => None,
    }
}

/// The next value; nothing if it is no CBOR, or none that JSON has a form for.
fn value(decoder: &mut Decoder<'_>, depth: usize) -> Option<Value> {
    if depth > MOST_DEPTH {
        return None;
    }
    Some(match decoder.datatype().ok()? {
        Type::Bool => Value::Bool(decoder.bool().ok()?),
        Type::Null => {
            decoder.null().ok()?;
            Value::Null
        }
        Type::Undefined => {
            decoder.undefined().ok()?;
            Value::Null
        }
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => {
            let number = i128::from(decoder.int().ok()?);
            match (u64::try_from(number), i64::try_from(number)) {
                (Ok(number), _) => Value::from(number),
                (_, Ok(number)) => Value::from(number),
                (Err(_), Err(_)) => return None,
            }
        }
        Type::F16 => float(f64::from(decoder.f16().ok()?))?,
        Type::F32 => float(f64::from(decoder.f32().ok()?))?,
        Type::F64 => float(decoder.f64().ok()?)?,
        Type::Bytes | Type::BytesIndef => {
            let mut bytes = Vec::new();
            for part in decoder.bytes_iter().ok()? {
                bytes.extend_from_slice(part.ok()?);
            }
            Value::from(base64::encode(&bytes))
        }
        Type::String | Type::StringIndef => {
            let mut text = String::new();
            for part in decoder.str_iter().ok()? {
                text.push_str(part.ok()?);
            }
            Value::from(text)
        }
        Type::Array | Type::ArrayIndef => {
            let mut items = Vec::new();
            let length = decoder.array().ok()?;
            while more(decoder, length, items.len())? {
                items.push(value(decoder, depth + 1)?);
            }
            Value::Array(items)
        }
        Type::Map | Type::MapIndef => {
            let mut members = Map::new();
            let length = decoder.map().ok()?;
            let mut read = 0;
            while more(decoder, length, read)? {
                let Value::String(name) = value(decoder, depth + 1)? else {
                    return None;
                };
                members.insert(name, value(decoder, depth + 1)?);
                read += 1;
            }
            Value::Object(members)
        }
        Type::Tag => {
            let tag = decoder.tag().ok()?;
            if tag != Tag::new(MOMENT) {
                return None;
            }
            value(decoder, depth + 1)?
        }
        Type::Simple | Type::Break | Type::Unknown(_) => return None,
    })
}

/// Whether a collection has another entry. Without a length it has a mark at its end, which is taken.
fn more(decoder: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Option<bool> {
    if let Some(length) = length {
        return Some(u64::try_from(read).ok()? < length);
    }
    if decoder.datatype().ok()? != Type::Break {
        return Some(true);
    }
    decoder.set_position(decoder.position() + 1);
    Some(false)
}

fn float(number: f64) -> Option<Value> {
    Number::from_f64(number).map(Value::Number)
}

/// Writes an answer. An error has its code in `__type`, and as the query protocol had it in a header.
pub(crate) fn write(model: &Model, operation: &str, answer: &Result<Value, Refusal>) -> Written {
    let mut out = Encoder::new(Vec::new());
    let mut headers = vec![("smithy-protocol", "rpc-v2-cbor".to_owned())];
    let status = match answer {
        Ok(value) => {
            let shape = match model.operation(operation) {
                Known::Modelled(entry) => {
                    entry.output.as_deref().and_then(|name| model.shape(name))
                }
                Known::NameOnly | Known::Unknown => None,
            };
            let nothing = json!({});
            let value = if value.is_null() { &nothing } else { value };
            put(&mut out, model, shape, value);
            200
        }
        Err(refusal) => {
            let fault = if refusal.status < 500 {
                "Sender"
            } else {
                "Receiver"
            };
            headers.push(("x-amzn-query-error", format!("{};{fault}", refusal.code)));
            let mut error = json!({"__type": refusal.code, "message": refusal.message});
            if let Some(members) = error.as_object_mut() {
                members.extend((*refusal.members).clone());
            }
            put(&mut out, model, None, &error);
            refusal.status
        }
    };
    Written {
        status,
        content_type: CONTENT_TYPE,
        headers,
        body: out.into_writer(),
    }
}

/// Writing to memory cannot fail, so results are let go.
fn put(out: &mut Encoder<Vec<u8>>, model: &Model, shape: Option<&Shape>, value: &Value) {
    match (shape, value) {
        (Some(Shape::Timestamp), Value::Number(number)) => {
            let _ = out
                .tag(Tag::new(MOMENT))
                .and_then(|out| out.f64(number.as_f64().unwrap_or_default()));
        }
        (Some(Shape::Double { .. }), Value::Number(number)) => {
            let _ = out.f64(number.as_f64().unwrap_or_default());
        }
        (_, Value::Null) => {
            let _ = out.null();
        }
        (_, Value::Bool(flag)) => {
            let _ = out.bool(*flag);
        }
        (_, Value::Number(number)) => {
            let _ = match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => out.i64(number),
                (None, Some(number)) => out.u64(number),
                (None, None) => out.f64(number.as_f64().unwrap_or_default()),
            };
        }
        (_, Value::String(text)) => {
            let _ = out.str(text);
        }
        (_, Value::Array(items)) => {
            let _ = out.array(u64::try_from(items.len()).unwrap_or(u64::MAX));
            let member = match shape {
                Some(Shape::List { member, .. }) => model.shape(member),
                _ => None,
            };
            for item in items {
                put(out, model, member, item);
            }
        }
        (_, Value::Object(members)) => {
            // A member without a value is no member.
            let given = || members.iter().filter(|(_, value)| !value.is_null());
            let _ = out.map(u64::try_from(given().count()).unwrap_or(u64::MAX));
            for (name, value) in given() {
                let shape = match shape {
                    Some(Shape::Structure(structure)) => structure.members.get(name),
                    Some(Shape::Map { value, .. }) => Some(value),
                    _ => None,
                };
                let _ = out.str(name);
                put(out, model, shape.and_then(|name| model.shape(name)), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::service::Service;

    const PATH: &str = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms";

    fn models() -> &'static Models {
        Models::shared()
    }

    /// `{"AlarmNames": ["a"], "MaxRecords": 5}`, with lengths and without.
    const KNOWN: &[u8] = b"\xa2\x6aAlarmNames\x81\x61a\x6aMaxRecords\x05";
    const OPEN: &[u8] = b"\xbf\x6aAlarmNames\x9f\x7f\x61a\xff\xff\x6aMaxRecords\x05\xff";

    #[test]
    fn a_request_is_read_by_its_path_with_lengths_and_without() {
        for body in [KNOWN, OPEN] {
            let call = read(models(), PATH, CONTENT_TYPE, body);
            assert_eq!(call.operation, "DescribeAlarms");
            let (service, members) = call.request.unwrap();
            assert_eq!(service, Service::Alarms);
            assert_eq!(
                Value::Object(members),
                json!({"AlarmNames": ["a"], "MaxRecords": 5})
            );
        }
        assert!(read(models(), PATH, "", b"").request.is_ok());
    }

    #[test]
    fn another_path_type_or_body_is_refused() {
        let code = |path: &str, content_type: &str, body: &[u8]| {
            read(models(), path, content_type, body)
                .request
                .unwrap_err()
                .code
        };
        for path in [
            "/service/Nobody/operation/DescribeAlarms",
            "/service/x",
            "/",
        ] {
            assert_eq!(code(path, CONTENT_TYPE, KNOWN), "UnknownOperationException");
        }
        assert_eq!(
            code(PATH, "application/json", KNOWN),
            "SerializationException"
        );
        let deep = [b"\x81".repeat(100_000), vec![0]].concat();
        let bodies: [&[u8]; 5] = [&KNOWN[..9], b"\x81\x61a", b"\xa1\x01\x02", b"\xff", &deep];
        for body in bodies {
            assert_eq!(code(PATH, CONTENT_TYPE, body), "SerializationException");
        }
        let trailing = [KNOWN, b"\x00"].concat();
        assert_eq!(
            code(PATH, CONTENT_TYPE, &trailing),
            "SerializationException"
        );
    }

    #[test]
    fn an_answer_has_its_moments_tagged_and_can_be_read_again() {
        let answer = json!({"MetricAlarms": [{
            "AlarmName": "a", "Threshold": 3, "EvaluationPeriods": -1, "ActionsEnabled": true,
            "StateUpdatedTimestamp": 1_700_000_000.5, "Unit": null,
        }]});
        let model = models().of(Service::Alarms).unwrap();
        let written = write(model, "DescribeAlarms", &Ok(answer.clone()));
        assert!(
            written.body.windows(2).any(|pair| pair == b"\xc1\xfb"),
            "a tagged moment"
        );
        let again = Value::Object(members(&written.body).unwrap());
        let alarm = &again["MetricAlarms"][0];
        assert_eq!(alarm["StateUpdatedTimestamp"], 1_700_000_000.5);
        assert_eq!(alarm["Threshold"], 3.0);
        assert_eq!(alarm["EvaluationPeriods"], -1);
        assert!(alarm.get("Unit").is_none());
    }

    #[test]
    fn an_error_has_its_code_in_the_body_and_in_a_header() {
        let model = models().of(Service::Alarms).unwrap();
        let refusal = Refusal::new("InvalidNextToken", "no");
        let written = write(model, "DescribeAlarms", &Err(refusal));
        assert_eq!(written.status, 400);
        let body = Value::Object(members(&written.body).unwrap());
        assert_eq!(body, json!({"__type": "InvalidNextToken", "message": "no"}));
        assert!(
            written
                .headers
                .contains(&("x-amzn-query-error", "InvalidNextToken;Sender".to_owned()))
        );
    }
}
