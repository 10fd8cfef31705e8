//! What the tests of the simulated services share: a cloud grown from a seed, and calls as the endpoint makes them, through the
//! front door, which also checks that every answer fits the API model.

use serde_json::Value;

use super::cloud::{Cloud, Rules};
use super::model::Models;
use super::moment::Moment;
use super::refusal::Refusal;
use super::service::Service;
use super::{door, seed};

/// A cloud grown from a seed, at a moment like any other.
pub(super) fn grown(rules: Rules, world: &Value) -> Cloud {
    let mut cloud = Cloud::empty(rules, Moment::from_millis(1_700_000_000_000));
    seed::grow(Models::shared(), &mut cloud, world).unwrap();
    cloud
}

/// The default world, long after everything in it began.
pub(super) fn settled() -> Cloud {
    let mut cloud = grown(Rules::default(), &seed::default_world());
    pass(&mut cloud, 1_000_000.0);
    cloud
}

/// Calls an operation; the answer and the calls it led to must have nothing that a model does not know.
pub(super) fn call(
    cloud: &mut Cloud,
    service: Service,
    operation: &str,
    input: &Value,
) -> Result<Value, Refusal> {
    let input = input.as_object().unwrap();
    let outcome = door::call(Models::shared(), cloud, service, operation, input);
    assert_eq!(outcome.findings, Vec::<String>::new(), "{operation}");
    outcome.answer
}

/// Lets seconds pass.
pub(super) fn pass(cloud: &mut Cloud, seconds: f64) {
    let to = cloud.now.plus(seconds);
    cloud.advance(to);
}
