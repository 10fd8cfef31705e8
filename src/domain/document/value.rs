//! From and to `serde_json::Value`, for bodies that AWS answers and for the JSON the reports write.
use serde_json::Value;

use super::{Kind, Node};

impl From<&Value> for Node {
    /// Order and numbers are kept. The values stand nowhere in a file.
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::null(),
            Value::Bool(value) => Self::bool(*value),
            Value::Number(number) => Self::number(number.into()),
            Value::String(text) => Self::string(text.as_str()),
            Value::Array(items) => Self::array(items.iter().map(Self::from)),
            Value::Object(members) => Self::object(
                members
                    .iter()
                    .map(|(key, value)| (key.as_str(), value.into())),
            ),
        }
    }
}

impl Node {
    /// The tree as `serde_json` holds it. Order and values are kept; an exponent may be spelt in another way.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self.kind() {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.to_serde()),
            Kind::String(text) => Value::String(text.clone()),
            Kind::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Kind::Object(object) => Value::Object(
                object
                    .members()
                    .iter()
                    .map(|member| (member.key().to_owned(), member.value().to_value()))
                    .collect(),
            ),
        }
    }
}
