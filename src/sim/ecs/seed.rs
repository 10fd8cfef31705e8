//! Services that were there before the simulation began: their first deployment is really carried out, in the past.

use super::Ecs;
use super::service::{self, Service};
use super::story::Story;
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// What a first deployment gets to be over before the present.
const EARLIER: f64 = 900.0;

/// Makes a service and lets it get steady between `since` and now.
pub(super) fn service(cloud: &mut Cloud, input: &Members, since: Moment) -> Result<(), Refusal> {
    let present = cloud.now;
    let mut ecs = std::mem::take(&mut cloud.ecs);
    cloud.now = since.min(present.plus(-EARLIER));
    let rules = cloud.rules.clone();
    // What it runs may have left the registry since.
    cloud.rules.images_on_demand = true;
    let made = make(&mut ecs, cloud, input, present);
    cloud.rules = rules;
    cloud.now = present;
    cloud.ecs = ecs;
    made
}

fn make(ecs: &mut Ecs, cloud: &mut Cloud, input: &Members, present: Moment) -> Result<(), Refusal> {
    let chosen = std::mem::take(&mut ecs.story);
    let created = service::create(ecs, input, cloud);
    ecs.story = chosen.clone();
    created?;
    let key = (
        ecs.cluster(input)?,
        members::text(input, "serviceName")
            .unwrap_or_default()
            .to_owned(),
    );
    while !ecs.services.get(&key).is_some_and(|service| service.steady) {
        let due = ecs.next_due().filter(|due| *due <= present);
        let Some(due) = due else {
            return Err(unsteady(ecs.services.get(&key)));
        };
        cloud.now = cloud.now.max(due);
        ecs.run_due(cloud);
    }
    if chosen != Story::default()
        && let Some(service) = ecs.services.get_mut(&key)
    {
        service.choose(chosen);
    }
    Ok(())
}

fn unsteady(service: Option<&Service>) -> Refusal {
    let last = service
        .and_then(|service| service.events.front())
        .map_or("there is no event", |event| event.message.as_str());
    Refusal::internal(
        "ServerException",
        format!("the service did not get steady: {last}"),
    )
}
