//! The published API model of the services: which operations and members there are, and of what type. Read from the
//! compact tables in `model/`, which `scripts/generate-model.py` writes.
//!
//! Not the services' semantics (which error when, which status after which): models carry none.

pub(crate) mod check;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::sim::service::Service;

/// How requests and answers of a service are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson 1.1: the operation is named in `X-Amz-Target` as `<prefix>.<operation>`, bodies are JSON.
    Json {
        /// What stands before the operation's name.
        target_prefix: String,
    },
    /// rpc-v2-cbor, and awsJson 1.0 as well: the operation is named in the path, or in `X-Amz-Target` as `<prefix>.<operation>`.
    Rpc {
        /// What stands before the operation's name.
        target_prefix: String,
    },
    /// query: a form with `Action` and `Version`, answered in XML.
    Query {
        /// The XML namespace of the answers.
        namespace: String,
    },
}

/// The model of one service.
#[derive(Debug)]
pub(crate) struct Model {
    /// Which service.
    pub(crate) service: Service,
    /// How it is spoken to.
    pub(crate) protocol: Protocol,
    /// Its version, a date, which the query protocol sends.
    pub(crate) version: String,
    operations: BTreeMap<String, Operation>,
    others: BTreeSet<String>,
    shapes: BTreeMap<String, Shape>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The shape of its input; no members without one.
    pub(crate) input: Option<String>,
    /// The shape of its output; no members without one.
    pub(crate) output: Option<String>,
    /// The element around the result, in the query protocol.
    pub(crate) wrapper: Option<String>,
    /// The shapes of the errors modelled for it.
    pub(crate) errors: Vec<String>,
}

/// The bounds of a length or a number.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// The least allowed.
    pub(crate) min: Option<i64>,
    /// The most allowed.
    pub(crate) max: Option<i64>,
}

/// The type of a value.
#[derive(Debug)]
pub(crate) enum Shape {
    /// An object with known members.
    Structure(Structure),
    /// A list of one shape.
    List { member: String, limits: Limits },
    /// An object whose member names are data.
    Map {
        key: String,
        value: String,
        limits: Limits,
    },
    /// A string.
    Text {
        values: Option<Vec<String>>,
        limits: Limits,
        pattern: Option<Regex>,
    },
    /// A whole number of 32 or 64 bits.
    Integer { bits: u8, limits: Limits },
    /// A number.
    Double { limits: Limits },
    /// true or false.
    Boolean,
    /// A moment.
    Timestamp,
    /// Bytes, in base64.
    Blob,
    /// Any JSON.
    Document,
}

/// An object with known members.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    /// The members and their shapes.
    pub(crate) members: BTreeMap<String, String>,
    /// The members that must be there.
    pub(crate) required: Vec<String>,
    /// Exactly one member is to be there.
    pub(crate) union: bool,
    /// The code and HTTP status, if this is an error.
    pub(crate) error: Option<(String, u16)>,
}

/// Whether a service has an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// It is in the table.
    Modelled(&'a Operation),
    /// The API has it, the table has not.
    NameOnly,
    /// The API has no such operation.
    Unknown,
}

impl Model {
    /// The names of the operations that are modelled.
    #[cfg(test)]
    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// Looks an operation up by name.
    pub(crate) fn operation(&self, name: &str) -> Known<'_> {
        match self.operations.get(name) {
            Some(operation) => Known::Modelled(operation),
            None if self.others.contains(name) => Known::NameOnly,
            None => Known::Unknown,
        }
    }

    /// Looks a shape up by name. The table is closed: every name in it has a shape.
    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// Whether the shape is the error with this code.
    pub(crate) fn is_error(&self, shape: &str, code: &str) -> bool {
        match self.shapes.get(shape) {
            Some(Shape::Structure(structure)) => structure
                .error
                .as_ref()
                .is_some_and(|error| error.0 == code),
            _ => false,
        }
    }

    /// The structure of an error by its code, with the HTTP status the model gives it.
    pub(crate) fn error(&self, code: &str) -> Option<(&Structure, u16)> {
        self.shapes.values().find_map(|shape| match shape {
            Shape::Structure(structure) => structure
                .error
                .as_ref()
                .filter(|error| error.0 == code)
                .map(|error| (structure, error.1)),
            _ => None,
        })
    }
}

/// The models of all services.
#[derive(Debug)]
pub(crate) struct Models {
    all: Vec<Model>,
}

impl Models {
    /// Reads the tables that are part of the program.
    ///
    /// # Errors
    /// A table does not have the form its generator writes; the text says what is wrong.
    pub(crate) fn load() -> Result<Self, String> {
        let all = Service::ALL.into_iter().map(|service| {
            let text = match service {
                Service::Ecs => include_str!("model/ecs.json"),
                Service::CodeDeploy => include_str!("model/codedeploy.json"),
                Service::Scaling => include_str!("model/application-autoscaling.json"),
                Service::Ecr => include_str!("model/ecr.json"),
                Service::Logs => include_str!("model/logs.json"),
                Service::Groups => include_str!("model/autoscaling.json"),
                Service::Sts => include_str!("model/sts.json"),
                Service::Balancers => include_str!("model/elbv2.json"),
                Service::Alarms => include_str!("model/cloudwatch.json"),
            };
            table::read(service, text)
                .map_err(|error| format!("the API model of `{}`: {error}", service.name()))
        });
        all.collect::<Result<_, _>>().map(|all| Self { all })
    }

    /// The tables, read once for all tests.
    #[cfg(test)]
    pub(crate) fn shared() -> &'static Self {
        static ALL: std::sync::LazyLock<Models> =
            std::sync::LazyLock::new(|| Models::load().unwrap());
        &ALL
    }

    /// Every model.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Model> {
        self.all.iter()
    }

    /// The model of one service; there is one for each.
    pub(crate) fn of(&self, service: Service) -> Option<&Model> {
        self.iter().find(|model| model.service == service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_and_every_shape_they_name_is_there() {
        let models = Models::load().unwrap();
        for model in models.iter() {
            let named = model.operations.values().flat_map(|operation| {
                operation
                    .input
                    .iter()
                    .chain(&operation.output)
                    .chain(&operation.errors)
            });
            let inner = model.shapes.values().flat_map(|shape| match shape {
                Shape::Structure(structure) => structure.members.values().collect(),
                Shape::List { member, .. } => vec![member],
                Shape::Map { key, value, .. } => vec![key, value],
                _ => Vec::new(),
            });
            for name in named.chain(inner) {
                assert!(
                    model.shape(name).is_some(),
                    "{}: {name}",
                    model.service.name()
                );
            }
        }
    }

    #[test]
    fn operations_are_told_apart_as_modelled_named_and_unknown() {
        let models = Models::load().unwrap();
        let ecr = models.of(Service::Ecr).unwrap();
        assert!(matches!(
            ecr.operation("DescribeImages"),
            Known::Modelled(_)
        ));
        assert!(matches!(ecr.operation("DeleteRepository"), Known::NameOnly));
        assert!(matches!(ecr.operation("DescribeImage"), Known::Unknown));
    }

    #[test]
    fn an_error_is_found_by_its_code() {
        let models = Models::load().unwrap();
        let (structure, status) = models
            .of(Service::Groups)
            .unwrap()
            .error("ResourceContention")
            .unwrap();
        assert_eq!(status, 500);
        assert!(structure.members.contains_key("message"));
        assert!(
            models
                .of(Service::Scaling)
                .unwrap()
                .error("ObjectNotFoundException")
                .unwrap()
                .0
                .members
                .contains_key("Message")
        );
    }
}
