//! The query protocol's requests: a form whose names are paths (`Tags.member.1.Key`). The model says where a list
//! begins and what type a value has; what does not fit stays as it came, for the front door to find.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use crate::sim::members::Members;
use crate::sim::model::{Known, Model, Models, Protocol, Shape, Structure};
use crate::sim::moment::Moment;
use crate::sim::wire::unreadable;
use crate::sim::world::Call;

/// The content type of a form.
pub(crate) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// The service a form is for: that of its `Version`.
pub(crate) fn model<'a>(models: &'a Models, body: &[u8]) -> Option<&'a Model> {
    let version = pairs(body)
        .into_iter()
        .find(|(name, _)| name == "Version")
        .map(|(_, value)| value)?;
    models
        .iter()
        .find(|model| matches!(model.protocol, Protocol::Query { .. }) && model.version == version)
}

/// Reads a request.
pub(crate) fn read(models: &Models, body: &[u8]) -> Call {
    let mut form = Tree::default();
    for (name, value) in pairs(body) {
        form.plant(&name, value);
    }
    let action = form.take("Action").unwrap_or_default();
    let version = form.take("Version").unwrap_or_default();
    let Some(model) = model(models, body) else {
        let message = format!("Could not find operation {action} for version {version}");
        return unreadable(&action, "InvalidAction", message);
    };
    let shape = match model.operation(&action) {
        Known::Modelled(operation) => operation
            .input
            .as_deref()
            .and_then(|name| model.shape(name)),
        Known::NameOnly | Known::Unknown => None,
    };
    let nothing = Structure::default();
    let structure = match shape {
        Some(Shape::Structure(structure)) => structure,
        _ => &nothing,
    };
    Call {
        operation: action,
        request: Ok((model.service, form.members(model, structure))),
    }
}

/// The most parts a name is taken apart into; no request of these services has as many.
const MOST_PARTS: usize = 12;

/// A name's part of the form: a value, or what lies below its next parts.
#[derive(Default)]
struct Tree {
    value: Option<String>,
    below: BTreeMap<String, Self>,
}

impl Tree {
    fn plant(&mut self, path: &str, value: String) {
        let leaf = path.splitn(MOST_PARTS, '.').fold(self, |tree, part| {
            tree.below.entry(part.to_owned()).or_default()
        });
        leaf.value = Some(value);
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.below.remove(name).and_then(|tree| tree.value)
    }

    fn members(&self, model: &Model, structure: &Structure) -> Members {
        let read = |(name, tree): (&String, &Self)| {
            let shape = structure
                .members
                .get(name)
                .and_then(|shape| model.shape(shape));
            (name.clone(), tree.read(model, shape))
        };
        self.below.iter().map(read).collect()
    }

    fn read(&self, model: &Model, shape: Option<&Shape>) -> Value {
        match shape {
            Some(Shape::Structure(structure)) if self.value.is_none() => {
                Value::Object(self.members(model, structure))
            }
            Some(Shape::List { member, .. }) => {
                self.list(model, member).unwrap_or_else(|| self.plain())
            }
            Some(Shape::Integer { .. } | Shape::Double { .. }) => {
                let number = self
                    .value
                    .as_deref()
                    .and_then(|value| serde_json::from_str::<Number>(value).ok());
                number.map_or_else(|| self.plain(), Value::Number)
            }
            Some(Shape::Timestamp) => {
                let moment = self.value.as_deref().and_then(Moment::from_text);
                moment.map_or_else(|| self.plain(), Moment::epoch_seconds)
            }
            Some(Shape::Boolean) => match self.value.as_deref() {
                Some("true") => Value::Bool(true),
                Some("false") => Value::Bool(false),
                _ => self.plain(),
            },
            _ => self.plain(),
        }
    }

    /// `X.member.1`, `X.member.2`, …; an empty value is an empty list.
    fn list(&self, model: &Model, member: &str) -> Option<Value> {
        if self.value.as_deref() == Some("") && self.below.is_empty() {
            return Some(Value::Array(Vec::new()));
        }
        let items = self.below.get("member").filter(|_| self.below.len() == 1)?;
        let numbered = items
            .below
            .iter()
            .map(|(index, item)| Some((index.parse::<u32>().ok()?, item)));
        let mut numbered = numbered.collect::<Option<Vec<_>>>()?;
        numbered.sort_by_key(|(index, _)| *index);
        Some(
            numbered
                .into_iter()
                .map(|(_, item)| item.read(model, model.shape(member)))
                .collect(),
        )
    }

    /// Without a type: the text, or an object of what lies below.
    fn plain(&self) -> Value {
        match &self.value {
            Some(value) => Value::from(value.as_str()),
            None => Value::Object(
                self.below
                    .iter()
                    .map(|(name, tree)| (name.clone(), tree.plain()))
                    .collect(),
            ),
        }
    }
}

/// The names and values of a form.
fn pairs(body: &[u8]) -> Vec<(String, String)> {
    let parts = body
        .split(|byte| *byte == b'&')
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let mut sides = part.splitn(2, |byte| *byte == b'=');
            let (name, value) = (
                sides.next().unwrap_or_default(),
                sides.next().unwrap_or_default(),
            );
            (decode(name), decode(value))
        })
        .collect()
}

/// `+` is a space, `%` and two hexadecimal digits a byte; a `%` without them stands for itself.
fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|_| *first == b'%')
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sim::service::Service;

    fn members(body: &str) -> Value {
        let (_, members) = read(Models::shared(), body.as_bytes()).request.unwrap();
        Value::Object(members)
    }

    #[test]
    fn names_are_paths_and_values_have_the_models_types() {
        let read = members(
            "Action=CreateOrUpdateTags&Version=2011-01-01&Tags.member.2.Key=b&Tags.member.1.Key=a%2Fc+d\
             &Tags.member.1.PropagateAtLaunch=true&Tags.member.1.ResourceId=%C3%A4",
        );
        assert_eq!(
            read,
            json!({"Tags": [{"Key": "a/c d", "PropagateAtLaunch": true, "ResourceId": "ä"}, {"Key": "b"}]})
        );
        assert_eq!(
            members("Action=DescribeTags&Version=2011-01-01&MaxRecords=7"),
            json!({"MaxRecords": 7})
        );
    }

    #[test]
    fn an_empty_value_is_an_empty_list() {
        let read = members(
            "Action=SuspendProcesses&Version=2011-01-01&AutoScalingGroupName=a&ScalingProcesses=",
        );
        assert_eq!(
            read,
            json!({"AutoScalingGroupName": "a", "ScalingProcesses": []})
        );
    }

    #[test]
    fn what_does_not_fit_stays_as_it_came() {
        let read = members(
            "Action=DescribeTags&Version=2011-01-01&MaxRecords=x&Filters.1.Name=a&Nobody.knows=1%zz",
        );
        assert_eq!(
            read,
            json!({"Filters": {"1": {"Name": "a"}}, "MaxRecords": "x", "Nobody": {"knows": "1%zz"}})
        );
    }

    #[test]
    fn a_name_of_a_million_parts_does_no_harm() {
        let body = format!(
            "Action=DescribeTags&Version=2011-01-01&{}=1",
            "a.".repeat(1_000_000)
        );
        assert!(members(&body)["a"].is_object());
    }

    #[test]
    fn the_version_names_the_service() {
        let models = Models::shared();
        let call = read(models, b"Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!(call.request.unwrap().0, Service::Sts);
        let call = read(models, b"Action=GetCallerIdentity&Version=2000-01-01");
        assert_eq!(call.request.unwrap_err().code, "InvalidAction");
    }
}
