//! Whatever comes over the wire, it is answered: with something that was asked for, or with a refusal; never with a
//! bug of the simulator's own.

use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use crate::sim::cloud::{Cloud, Rules};
use crate::sim::door;
use crate::sim::model::{Known, Model, Models, Shape};
use crate::sim::moment::Moment;
use crate::sim::seed;
use crate::sim::service::Service;
use crate::sim::wire::{json, query};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_as_a_call_or_refused(target in ".{0,40}", body in prop::collection::vec(any::<u8>(), 0..200)) {
        let call = json::read(Models::shared(), &target, json::CONTENT_TYPE, &body);
        prop_assert!(call.request.is_err());
        let call = query::read(Models::shared(), &body);
        prop_assert!(call.request.is_err());
    }

    #[test]
    fn any_form_is_read_and_refused_at_the_door_or_answered(
        action in prop::sample::select(vec!["DescribeTags", "CreateOrUpdateTags", "SuspendProcesses", "DescribeAutoScalingGroups"]),
        fields in prop::collection::vec(("(Tags|Filters|ScalingProcesses|MaxRecords|NextToken)(\\.(member|[0-9]{1,3}|Key|Name)){0,5}", ".{0,12}"), 0..6),
    ) {
        let fields = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let body = format!("Action={action}&Version=2011-01-01&{fields}");
        let call = query::read(Models::shared(), body.as_bytes());
        if let Ok((service, members)) = call.request {
            let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(0));
            let outcome = door::call(Models::shared(), &mut cloud, service, &call.operation, &members);
            prop_assert_eq!(outcome.findings, Vec::<String>::new());
        }
    }
}

/// Requests that fit the model, made from a stream of choices: every member there or not, every enumeration value,
/// words that exist in the default world and words that do not.
struct Maker<'a> {
    model: &'a Model,
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
}

impl Maker<'_> {
    fn choose(&mut self, of: usize) -> usize {
        self.choices.next().map_or(0, |choice| usize::from(*choice)) % of.max(1)
    }

    /// A word that means something in the default world, more often than not.
    fn word(&mut self, name: &str) -> &'static str {
        let likely = match name {
            "cluster" | "clusters" => "demo",
            "service" | "serviceName" | "services" | "repositoryName" | "repositoryNames"
            | "family" => "web",
            "taskDefinition" => "web:1",
            "logGroupName" => "/ecs/web",
            "ResourceId" => "service/demo/web",
            "AutoScalingGroupName" | "AutoScalingGroupNames" => "demo-asg",
            "imageTag" => "latest",
            "name" | "containerName" => "a",
            "image" => "nginx",
            "cpu" => "256",
            "memory" => "512",
            _ => "",
        };
        if !likely.is_empty() && self.choose(8) > 0 {
            return likely;
        }
        let words = [
            "web",
            "demo",
            "web:1",
            "service/demo/web",
            "none",
            "",
            "ecs:service:DesiredCount",
            "latest",
            "/ecs/web",
            "1",
            "arn:aws:ecs:us-east-1:123456789012:service/demo/web",
            "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0",
            "demo-asg",
        ];
        words[self.choose(words.len())]
    }

    fn make(&mut self, name: &str, shape: &str, depth: usize) -> Value {
        match self.model.shape(shape) {
            Some(Shape::Structure(structure)) => {
                let members = structure.members.iter().filter_map(|(name, shape)| {
                    let wanted = structure.required.contains(name)
                        || (depth < 4 && self.choose(4) == 0)
                        || name == "cluster";
                    wanted.then(|| (name.clone(), self.make(name, shape, depth + 1)))
                });
                Value::Object(members.collect())
            }
            Some(Shape::List { member, .. }) => {
                let count = if depth < 5 { self.choose(3) } else { 0 };
                (0..count)
                    .map(|_| self.make(name, member, depth + 1))
                    .collect()
            }
            Some(Shape::Map { value, .. }) => {
                let entries = (0..self.choose(2))
                    .map(|_| ("key".to_owned(), self.make("", value, depth + 1)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
            Some(Shape::Text {
                values: Some(values),
                ..
            }) => Value::from(values[self.choose(values.len())].as_str()),
            Some(Shape::Integer { .. } | Shape::Double { .. } | Shape::Timestamp) => {
                let numbers = [
                    0,
                    1,
                    2,
                    1,
                    80,
                    100,
                    200,
                    -1,
                    50,
                    2_147_483_647,
                    -2_147_483_648,
                ];
                Value::Number(Number::from(numbers[self.choose(numbers.len())]))
            }
            Some(Shape::Boolean) => Value::Bool(self.choose(2) == 0),
            _ => Value::from(self.word(name)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_request_that_fits_the_model_is_answered_as_the_model_has_it(
        seeds in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..120)), 1..12),
    ) {
        let models = Models::shared();
        let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(1_700_000_000_000));
        prop_assert_eq!(seed::grow(models, &mut cloud, &seed::default_world()), Ok(()));
        let operations: Vec<(Service, &str)> =
            models.iter().flat_map(|model| model.operations().map(|name| (model.service, name))).collect();
        for (index, choices) in &seeds {
            let (service, operation) = *index.get(&operations);
            let Some(model) = models.of(service) else { continue };
            let Known::Modelled(modelled) = model.operation(operation) else { continue };
            let mut maker = Maker { model, choices: choices.iter().cycle() };
            let input = modelled.input.as_deref().map_or(Value::Null, |shape| maker.make("", shape, 0));
            let input = input.as_object().cloned().unwrap_or_default();
            let outcome = door::call(models, &mut cloud, service, operation, &input);
            prop_assert_eq!(outcome.findings, Vec::<String>::new(), "{} {}", operation, Value::Object(input));
            cloud.advance(cloud.now.plus(30.0));
        }
    }
}
