//! Reads one compact model table. Not a reader of botocore's own files: the generator script does that.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::sim::members::{self, Members};
use crate::sim::model::{Limits, Model, Operation, Protocol, Shape, Structure};
use crate::sim::service::Service;

/// Reads a table's text.
///
/// # Errors
/// What is wrong with it, naming the entry.
pub(super) fn read(service: Service, text: &str) -> Result<Model, String> {
    let table: Members = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let of = |name: &str| {
        members::text(&table, name)
            .map(str::to_owned)
            .ok_or(format!("no `{name}`"))
    };
    if of("service")? != service.name() {
        return Err("it is another service's".to_owned());
    }
    let protocol = match of("protocol")?.as_str() {
        "json" if of("jsonVersion")? == "1.1" => Protocol::Json {
            target_prefix: of("targetPrefix")?,
        },
        "smithy-rpc-v2-cbor" if of("jsonVersion")? == "1.0" => Protocol::Rpc {
            target_prefix: of("targetPrefix")?,
        },
        "query" => Protocol::Query {
            namespace: of("xmlNamespace")?,
        },
        other => {
            return Err(format!(
                "the simulator does not speak its protocol: `{other}`"
            ));
        }
    };
    let entries = |name: &str| members::object(&table, name).ok_or(format!("no `{name}`"));
    let operations = entries("operations")?
        .iter()
        .map(|(name, entry)| Ok((name.clone(), operation(name, entry)?)));
    let shapes = entries("shapes")?
        .iter()
        .map(|(name, entry)| Ok((name.clone(), shape(name, entry)?)));
    Ok(Model {
        service,
        protocol,
        version: of("apiVersion")?,
        operations: operations.collect::<Result<BTreeMap<_, _>, String>>()?,
        others: strings(&table, "others").into_iter().collect(),
        shapes: shapes.collect::<Result<BTreeMap<_, _>, String>>()?,
    })
}

fn operation(name: &str, entry: &Value) -> Result<Operation, String> {
    let entry = entry
        .as_object()
        .ok_or(format!("`{name}` is not an object"))?;
    let of = |name: &str| members::text(entry, name).map(str::to_owned);
    Ok(Operation {
        input: of("input"),
        output: of("output"),
        wrapper: of("wrapper"),
        errors: strings(entry, "errors"),
    })
}

fn shape(name: &str, entry: &Value) -> Result<Shape, String> {
    let entry = entry
        .as_object()
        .ok_or(format!("`{name}` is not an object"))?;
    let of = |member: &str| {
        members::text(entry, member)
            .map(str::to_owned)
            .ok_or(format!("`{name}` has no `{member}`"))
    };
    let limits = Limits {
        min: members::number(entry, "min"),
        max: members::number(entry, "max"),
    };
    Ok(match of("type")?.as_str() {
        "structure" => Shape::Structure(structure(name, entry)?),
        "list" => Shape::List {
            member: of("member")?,
            limits,
        },
        "map" => Shape::Map {
            key: of("key")?,
            value: of("value")?,
            limits,
        },
        "string" => Shape::Text {
            values: members::given(entry, "enum").then(|| strings(entry, "enum")),
            limits,
            pattern: members::text(entry, "pattern")
                .map(|pattern| whole(name, pattern))
                .transpose()?,
        },
        "integer" => Shape::Integer { bits: 32, limits },
        "long" => Shape::Integer { bits: 64, limits },
        "double" | "float" => Shape::Double { limits },
        "boolean" => Shape::Boolean,
        "timestamp" => Shape::Timestamp,
        "blob" => Shape::Blob,
        "document" => Shape::Document,
        other => return Err(format!("`{name}` has a type nobody knows: `{other}`")),
    })
}

fn structure(name: &str, entry: &Members) -> Result<Structure, String> {
    let members = members::object(entry, "members").ok_or(format!("`{name}` has no `members`"))?;
    let members = members
        .iter()
        .filter_map(|(name, shape)| Some((name.clone(), shape.as_str()?.to_owned())));
    let status = members::number(entry, "status").and_then(|status| u16::try_from(status).ok());
    Ok(Structure {
        members: members.collect(),
        required: strings(entry, "required"),
        union: members::flag(entry, "union").unwrap_or(false),
        error: members::text(entry, "code").map(str::to_owned).zip(status),
    })
}

/// The models' patterns are meant for the whole value and are not anchored.
fn whole(name: &str, pattern: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| format!("the pattern of `{name}`: {error}"))
}

fn strings(entry: &Members, name: &str) -> Vec<String> {
    members::texts(entry, name)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_another_protocol_is_refused() {
        let text = r#"{"service":"ecs","protocol":"rest-xml","operations":{},"shapes":{}}"#;
        assert_eq!(
            read(Service::Ecs, text).unwrap_err(),
            "the simulator does not speak its protocol: `rest-xml`"
        );
    }

    #[test]
    fn a_shape_of_an_unknown_type_is_refused_by_name() {
        let text = r#"{"service":"ecs","protocol":"json","jsonVersion":"1.1","targetPrefix":"T","apiVersion":"1",
            "operations":{},"shapes":{"Odd":{"type":"tuple"}}}"#;
        assert_eq!(
            read(Service::Ecs, text).unwrap_err(),
            "`Odd` has a type nobody knows: `tuple`"
        );
    }
}
