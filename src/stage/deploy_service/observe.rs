//! One look at all deployments that are not over: what they want is gathered, read in as few calls as the API allows, and handed
//! to each. What an answer means is theirs to say.

use super::licence::Looks;
use super::run::Watched;
use super::{codedeploy, neighbours, tell};
use crate::domain::codedeploy::ShiftWanted;
use crate::domain::pace::Pace;
use crate::domain::rollout::{Observation, Read, Wanted};
use crate::domain::service::{ServiceDeployment, ServiceDeploymentArn};
use crate::ports::PortError;
use crate::report::{Event, Report};

/// How many lists of service deployments are asked for in one look, each for one service.
const LISTS: usize = 10;
/// What reading the tasks of one service costs: two lists and a description.
const TASKS: u32 = 3;

/// What one look passes on to the next.
#[derive(Debug)]
pub(super) struct Eyes {
    tasks: Pace,
    /// Whose turn it is first where not all can be read at once.
    turn: usize,
}

impl Eyes {
    pub(super) fn new() -> Self {
        Self {
            tasks: Pace::of_tasks(),
            turn: 0,
        }
    }

    /// Looks at all that is not over.
    pub(super) async fn look<W: Looks>(
        &mut self,
        world: &W,
        watched: &mut [Watched],
        report: &mut dyn Report,
    ) -> Result<(), PortError> {
        let mut open: Vec<usize> = (0..watched.len())
            .filter(|index| !watched[*index].is_over())
            .collect();
        let Some(cluster) = watched.first().map(|one| one.plan.cluster.clone()) else {
            return Ok(());
        };
        if !open.is_empty() {
            let turn = self.turn % open.len();
            open.rotate_left(turn);
        }
        // Deployments before services: a deployment that is done has then had time to show in the service.
        let arns: Vec<ServiceDeploymentArn> = open
            .iter()
            .filter_map(|index| watched[*index].rollout.wanted_deployment().cloned())
            .collect();
        let deployments = if arns.is_empty() {
            Read::NotRead
        } else {
            optional(world.deployments(&arns).await)?
        };
        let wishes: Vec<Option<ShiftWanted>> = open
            .iter()
            .map(|index| watched[*index].rollout.wanted_shift())
            .collect();
        let mut shifts = codedeploy::read(world, &wishes).await?.into_iter();
        let wanted: Vec<(usize, Read<ServiceDeployment>, Wanted)> = open
            .into_iter()
            .map(|index| {
                let rollout = &watched[index].rollout;
                let deployment = match rollout.wanted_deployment() {
                    None => Read::NotRead,
                    Some(arn) => one_of(&deployments, |deployment| deployment.arn == *arn),
                };
                let wanted = rollout.wanted(&deployment);
                (index, deployment, wanted)
            })
            .collect();
        let names: Vec<String> = wanted
            .iter()
            .filter(|(_, _, wanted)| wanted.service)
            .map(|(index, _, _)| watched[*index].plan.service.clone())
            .collect();
        let services = if names.is_empty() {
            Read::NotRead
        } else {
            Read::Got(world.services(&cluster, &names).await?)
        };
        let revisions: Vec<_> = wanted
            .iter()
            .filter_map(|(_, _, wanted)| wanted.revision.clone())
            .collect();
        let revisions = if revisions.is_empty() {
            Read::NotRead
        } else {
            if_answered(world.revisions(&revisions).await)
        };
        let mut lists = 0;
        for (index, deployment, wanted) in wanted {
            let one = &mut watched[index];
            let name = one.plan.service.clone();
            let mut seen = Observation {
                deployment,
                shift: shifts.next().unwrap_or_default(),
                ..Observation::default()
            };
            if wanted.service {
                seen.service = one_of(&services, |service| service.name == name);
            }
            if let Some(arn) = &wanted.revision {
                seen.revision = one_of(&revisions, |revision| revision.arn == *arn);
            }
            if let Some(since) = wanted.list {
                lists += 1;
                if lists <= LISTS {
                    let list = world.list_deployments(&cluster, &name, since.0);
                    seen.listed = if_answered(list.await);
                }
                self.turn = index;
            }
            if wanted.tasks {
                if self.tasks.take_if_there(TASKS, world.elapsed()) {
                    seen.tasks = if_answered(world.tasks_of(&cluster, &name).await);
                } else {
                    self.turn = index;
                }
            }
            take_in(world, one, &seen, report).await;
        }
        Ok(())
    }
}

/// Hands a deployment what was read of it, and tells what it says.
async fn take_in<W: Looks>(
    world: &W,
    one: &mut Watched,
    seen: &Observation,
    report: &mut dyn Report,
) {
    let name = one.plan.service.clone();
    if let (Read::Unavailable(why), false) = (&seen.tasks, one.tasks_unreadable) {
        one.tasks_unreadable = true;
        report.tell(Event::warning(format!(
            "service `{name}`: tasks can not be read, so their failures are not explained: {why}"
        )));
    }
    let now = world.elapsed();
    let elapsed = now.saturating_sub(one.began);
    let (events, verdict) = one.rollout.observe(seen, elapsed);
    for event in &events {
        tell::event(&name, event, now, report);
    }
    one.took = elapsed;
    neighbours::look_at_targets(world, one, report).await;
    if !verdict.is_final() {
        tell::standing(&name, &one.rollout, now, report);
    }
}

/// A refusal to read something that the rollout can do without; not being able to ask is an error all the same.
fn optional<T>(read: Result<T, PortError>) -> Result<Read<T>, PortError> {
    match read {
        Ok(value) => Ok(Read::Got(value)),
        Err(PortError::Refused(refused)) => Ok(Read::Unavailable(format!(
            "{} was refused with {}",
            refused.operation, refused.code
        ))),
        Err(error @ PortError::Unreachable { .. }) => Err(error),
    }
}

/// The same for what can be read the next time: an answer that got lost takes nothing away from what was read besides.
fn if_answered<T>(read: Result<T, PortError>) -> Read<T> {
    optional(read).unwrap_or_default()
}

/// The one that is meant, of those that were read in one call.
fn one_of<T: Clone>(read: &Read<Vec<T>>, is_it: impl Fn(&T) -> bool) -> Read<T> {
    match read {
        Read::NotRead => Read::NotRead,
        Read::Missing => Read::Missing,
        Read::Unavailable(why) => Read::Unavailable(why.clone()),
        Read::Got(values) => values
            .iter()
            .find(|value| is_it(value))
            .map_or(Read::Missing, |value| Read::Got(value.clone())),
    }
}
