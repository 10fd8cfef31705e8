//! Where a container's output goes: editing `logConfiguration`.
use std::fmt;
use std::str::FromStr;

use super::super::assignment::Assignments;
use super::super::document::{Kind, Node, Object};
use super::super::malformed::Malformed;
use super::refused::Refused;

/// The drivers there are (API shape `LogDriver`, and `logentries`, which it no longer lists).
const DRIVERS: [&str; 9] = [
    "awslogs",
    "awsfirelens",
    "fluentd",
    "gelf",
    "journald",
    "json-file",
    "logentries",
    "splunk",
    "syslog",
];

/// A log driver ECS knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogDriver(&'static str);

impl LogDriver {
    /// The name that stands in a task definition.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for LogDriver {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DRIVERS
            .into_iter()
            .find(|driver| *driver == text)
            .map(Self)
            .ok_or_else(|| Malformed::new(format!("must be one of {}", DRIVERS.join(", "))))
    }
}

impl fmt::Display for LogDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Sets the driver and the options given; other options stay.
pub(super) fn edit(
    container: &mut Object,
    driver: Option<LogDriver>,
    options: &Assignments,
) -> Result<(), Refused> {
    if driver.is_none() && options.is_empty() {
        return Ok(());
    }
    let configuration = object_member(container, "logConfiguration")?;
    if let Some(driver) = driver {
        configuration.set("logDriver", Node::string(driver.as_str()));
    } else if configuration.get("logDriver").is_none() {
        return Err(Refused::new(
            None,
            "log options are given, but the container has no `logDriver` and none is given",
        ));
    }
    if !options.is_empty() {
        set_texts(object_member(configuration, "options")?, options);
    }
    Ok(())
}

/// Sets labels; others stay.
pub(super) fn edit_labels(container: &mut Object, labels: &Assignments) -> Result<(), Refused> {
    if !labels.is_empty() {
        set_texts(object_member(container, "dockerLabels")?, labels);
    }
    Ok(())
}

fn set_texts(object: &mut Object, texts: &Assignments) {
    for text in texts {
        object.set(text.name(), Node::string(text.value()));
    }
}

/// The object a member holds; made if there is none or it is null.
pub(super) fn object_member<'a>(
    object: &'a mut Object,
    key: &str,
) -> Result<&'a mut Object, Refused> {
    if object.get(key).is_none_or(Node::is_null) {
        object.set(key, Node::new(Kind::Object(Object::default())));
    }
    let position = object.get(key).and_then(Node::position);
    object
        .get_mut(key)
        .and_then(Node::as_object_mut)
        .ok_or_else(|| Refused::new(position, format!("`{key}` must be an object")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_driver_is_refused_with_those_that_exist() {
        assert_eq!("awslogs".parse::<LogDriver>().unwrap().as_str(), "awslogs");
        let error = "awslog".parse::<LogDriver>().unwrap_err();
        assert!(
            error
                .reason()
                .starts_with("must be one of awslogs, awsfirelens")
        );
    }
}
