//! What the policies in `docs/policies` allow.
use std::collections::BTreeSet;

use serde_json::Value;

use super::files::text;

/// The statements of the policy of a stage.
pub(crate) fn statements(stage: &str) -> Vec<Value> {
    let name = format!("docs/policies/{stage}.json");
    let policy: Value =
        serde_json::from_str(&text(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(policy["Version"], "2012-10-17", "{name}");
    policy["Statement"].as_array().unwrap().clone()
}

/// What a statement allows: `ecs:DescribeServices`.
pub(crate) fn actions(statement: &Value) -> BTreeSet<String> {
    let list = statement["Action"].as_array().unwrap().iter();
    list.map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// All that a stage is allowed.
pub(crate) fn allowed(stage: &str) -> BTreeSet<String> {
    statements(stage).iter().flat_map(actions).collect()
}
