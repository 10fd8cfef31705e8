//! The query protocol's answers, in XML. Lists have `member` elements, moments are in ISO 8601.

use std::fmt::Write as _;

use serde_json::Value;

use crate::sim::members::Members;
use crate::sim::model::{Known, Model, Shape, Structure};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
use crate::sim::wire::Written;

/// Writes an answer.
pub(super) fn write(
    model: &Model,
    namespace: &str,
    operation: &str,
    answer: &Result<Value, Refusal>,
    request_id: &str,
) -> Written {
    let (status, body) = match answer {
        Ok(value) => (200, result(model, namespace, operation, value, request_id)),
        Err(refusal) => (refusal.status, error(namespace, refusal, request_id)),
    };
    Written {
        status,
        content_type: "text/xml",
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}

fn result(
    model: &Model,
    namespace: &str,
    operation: &str,
    value: &Value,
    request_id: &str,
) -> String {
    let mut out = String::new();
    if let Known::Modelled(entry) = model.operation(operation)
        && let Some(wrapper) = &entry.wrapper
    {
        let shape = entry.output.as_deref().and_then(|name| model.shape(name));
        element(&mut out, wrapper, |out| put(out, model, shape, value));
    }
    element(&mut out, "ResponseMetadata", |out| {
        element(out, "RequestId", |out| escape(out, request_id));
    });
    format!(r#"<{operation}Response xmlns="{namespace}">{out}</{operation}Response>"#)
}

fn error(namespace: &str, refusal: &Refusal, request_id: &str) -> String {
    let mut out = String::new();
    element(&mut out, "Error", |out| {
        element(out, "Type", |out| {
            out.push_str(if refusal.status < 500 {
                "Sender"
            } else {
                "Receiver"
            });
        });
        element(out, "Code", |out| escape(out, &refusal.code));
        element(out, "Message", |out| escape(out, &refusal.message));
    });
    element(&mut out, "RequestId", |out| escape(out, request_id));
    format!(r#"<ErrorResponse xmlns="{namespace}">{out}</ErrorResponse>"#)
}

fn put(out: &mut String, model: &Model, shape: Option<&Shape>, value: &Value) {
    match (shape, value) {
        (Some(Shape::Structure(structure)), Value::Object(members)) => {
            structure_of(out, model, structure, members);
        }
        (Some(Shape::List { member, .. }), Value::Array(items)) => {
            for item in items {
                element(out, "member", |out| {
                    put(out, model, model.shape(member), item);
                });
            }
        }
        (Some(Shape::Timestamp), Value::Number(_)) => {
            let moment = Moment::from_epoch_seconds(value)
                .map(Moment::text)
                .unwrap_or_default();
            escape(out, &moment);
        }
        (_, Value::String(text)) => escape(out, text),
        (_, Value::Number(number)) => escape(out, &number.to_string()),
        (_, Value::Bool(flag)) => out.push_str(if *flag { "true" } else { "false" }),
        // The front door has let nothing else pass.
        (_, Value::Null | Value::Array(_) | Value::Object(_)) => {}
    }
}

fn structure_of(out: &mut String, model: &Model, structure: &Structure, members: &Members) {
    for (name, value) in members {
        let shape = structure
            .members
            .get(name)
            .and_then(|shape| model.shape(shape));
        element(out, name, |out| put(out, model, shape, value));
    }
}

fn element(out: &mut String, name: &str, inside: impl FnOnce(&mut String)) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<{name}>");
    inside(out);
    let _ = write!(out, "</{name}>");
}

/// Text without the characters that mean something, and without those XML cannot hold.
fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            '\r' => out.push_str("&#13;"),
            control if control.is_control() => {}
            '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sim::model::{Models, Protocol};
    use crate::sim::service::Service;

    fn written(operation: &str, answer: &Result<Value, Refusal>) -> String {
        let models = Models::shared();
        let model = models.of(Service::Groups).unwrap();
        let Protocol::Query { namespace } = &model.protocol else {
            panic!("not a query service")
        };
        String::from_utf8(write(model, namespace, operation, answer, "id").body).unwrap()
    }

    #[test]
    fn an_answer_has_its_wrapper_its_members_and_its_id() {
        let answer =
            json!({"Tags": [{"Key": "a<b", "PropagateAtLaunch": false}], "NextToken": "t"});
        assert_eq!(
            written("DescribeTags", &Ok(answer)),
            "<DescribeTagsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><DescribeTagsResult>\
             <Tags><member><Key>a&lt;b</Key><PropagateAtLaunch>false</PropagateAtLaunch></member></Tags>\
             <NextToken>t</NextToken></DescribeTagsResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\
             </DescribeTagsResponse>"
        );
    }

    #[test]
    fn a_moment_is_written_in_iso_8601() {
        let answer = json!({"AutoScalingGroups": [{"CreatedTime": 1_700_000_000.5}]});
        let body = written("DescribeAutoScalingGroups", &Ok(answer));
        assert!(
            body.contains("<CreatedTime>2023-11-14T22:13:20.500Z</CreatedTime>"),
            "{body}"
        );
    }

    #[test]
    fn an_operation_without_an_output_has_its_id_alone() {
        let body = written("SuspendProcesses", &Ok(Value::Null));
        assert!(body.ends_with("/\"><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></SuspendProcessesResponse>"));
    }

    #[test]
    fn an_error_says_whose_fault_it_is() {
        let body = written(
            "DescribeTags",
            &Err(Refusal::new("ValidationError", "a & b")),
        );
        assert!(body.contains("<Error><Type>Sender</Type><Code>ValidationError</Code><Message>a &amp; b</Message></Error>"));
    }
}
