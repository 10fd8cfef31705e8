//! The keys, types and values ECS knows in a task definition, as its published API model names them.
//! The data is generated (`scripts/generate-check-model.py`): a new member of the API is a regenerated file, not code.
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The task definition as `RegisterTaskDefinition` takes it.
pub static TASK_DEFINITION: LazyLock<Model> =
    LazyLock::new(|| Model::of(include_str!("model/task_definition.txt")));

/// The shape of the request itself.
pub const REQUEST: &str = "RegisterTaskDefinitionRequest";
/// The shape of the keys ECS sets and does not take back.
pub const OUTPUT_ONLY: &str = "OutputOnly";

/// Shapes by name.
#[derive(Debug)]
pub struct Model(BTreeMap<&'static str, Shape>);

/// What a value may be.
#[derive(Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object with these members.
    Structure(Vec<Field>),
    /// An array of one shape.
    List(&'static str),
    /// An object with keys of the user's choice and values of one shape.
    Map(&'static str),
    /// One of these texts.
    Enumeration(Vec<&'static str>),
}

/// A member of a structure.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key.
    pub key: &'static str,
    /// The name of its shape, or `string`, `integer`, `boolean`.
    pub shape: &'static str,
    /// Whether the API asks for it.
    pub required: bool,
}

impl Model {
    /// Reads lines of `Name kind words…`; what is no such line says nothing.
    fn of(text: &'static str) -> Self {
        let shapes = text.lines().filter(|line| !line.starts_with('#'));
        Self(shapes.filter_map(shape).collect())
    }

    /// The shape of a name; `None` for `string`, `integer` and `boolean`.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.0.get(name)
    }

    /// The values of an enumeration; none for any other shape.
    #[must_use]
    pub fn values(&self, name: &str) -> &[&'static str] {
        match self.0.get(name) {
            Some(Shape::Enumeration(values)) => values,
            Some(Shape::Structure(_) | Shape::List(_) | Shape::Map(_)) | None => &[],
        }
    }

    /// The structures that have a member `key`.
    pub fn structures_with(&self, key: &str) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(move |(name, shape)| match shape {
            Shape::Structure(fields) => {
                fields.iter().any(|field| field.key == key).then_some(*name)
            }
            Shape::List(_) | Shape::Map(_) | Shape::Enumeration(_) => None,
        })
    }
}

fn shape(line: &'static str) -> Option<(&'static str, Shape)> {
    let mut words = line.split(' ');
    let (name, kind) = (words.next()?, words.next()?);
    let shape = match kind {
        "structure" => Shape::Structure(words.filter_map(field).collect()),
        "list" => Shape::List(words.next()?),
        "map" => Shape::Map(words.next()?),
        "enum" => Shape::Enumeration(words.collect()),
        _ => return None,
    };
    Some((name, shape))
}

fn field(word: &'static str) -> Option<Field> {
    let (key, shape) = word.split_once(':')?;
    let (shape, required) = match shape.strip_suffix('*') {
        Some(shape) => (shape, true),
        None => (shape, false),
    };
    Some(Field {
        key,
        shape,
        required,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_shape_and_every_shape_that_is_named_is_there() {
        let text = include_str!("model/task_definition.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), TASK_DEFINITION.0.len());
        let mut named = Vec::new();
        for shape in TASK_DEFINITION.0.values() {
            match shape {
                Shape::Structure(fields) => named.extend(fields.iter().map(|field| field.shape)),
                Shape::List(of) | Shape::Map(of) => named.push(of),
                Shape::Enumeration(values) => assert!(!values.is_empty()),
            }
        }
        for name in named {
            let known = matches!(name, "string" | "integer" | "boolean")
                || TASK_DEFINITION.shape(name).is_some();
            assert!(known, "{name}");
        }
    }

    #[test]
    fn the_request_has_its_nineteen_keys_and_ecs_sets_nine_more() {
        let Some(Shape::Structure(fields)) = TASK_DEFINITION.shape(REQUEST) else {
            panic!("no request");
        };
        assert_eq!(fields.len(), 19);
        let required: Vec<&str> = fields
            .iter()
            .filter(|field| field.required)
            .map(|field| field.key)
            .collect();
        assert_eq!(required, ["family", "containerDefinitions"]);
        assert_eq!(TASK_DEFINITION.values(OUTPUT_ONLY).len(), 9);
        assert_eq!(
            TASK_DEFINITION
                .structures_with("executionRoleArn")
                .collect::<Vec<_>>(),
            [REQUEST]
        );
    }
}
