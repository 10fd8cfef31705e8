//! Reading what the followed deployments want of CodeDeploy: the deployments of all in one call, then each one's target.

use std::collections::BTreeMap;

use super::super::licence::Looks;
use crate::domain::codedeploy::{ShiftSeen, ShiftWanted};
use crate::domain::rollout::Read;
use crate::domain::service::CodeDeployId;
use crate::ports::PortError;

/// What was read for each wish, in their order.
pub(in super::super) async fn read<W: Looks>(
    world: &W,
    wishes: &[Option<ShiftWanted>],
) -> Result<Vec<ShiftSeen>, PortError> {
    let ids: Vec<CodeDeployId> = wishes
        .iter()
        .flatten()
        .flat_map(|wish| wish.deployments.iter().cloned())
        .collect();
    if ids.is_empty() {
        return Ok(vec![ShiftSeen::default(); wishes.len()]);
    }
    let found = world.codedeployments(&ids).await?;
    let mut seen = Vec::with_capacity(wishes.len());
    for wish in wishes {
        seen.push(match wish {
            None => ShiftSeen::default(),
            Some(wish) => ShiftSeen {
                deployments: Read::Got(
                    found
                        .iter()
                        .filter(|one| wish.deployments.contains(&one.id))
                        .cloned()
                        .collect(),
                ),
                targets: targets(world, wish).await?,
                listed: match &wish.list {
                    None => Read::NotRead,
                    Some((at, since)) => {
                        optional(world.codedeployments_since(at, *since).await.map(Some))?
                    }
                },
            },
        });
    }
    Ok(seen)
}

async fn targets<W: Looks>(
    world: &W,
    wish: &ShiftWanted,
) -> Result<BTreeMap<CodeDeployId, Read<crate::domain::codedeploy::ShiftTarget>>, PortError> {
    let mut targets = BTreeMap::new();
    for id in &wish.deployments {
        let target = optional(world.shift_target(id, &wish.target).await)?;
        targets.insert(id.clone(), target);
    }
    Ok(targets)
}

/// A refusal to read something that can be done without; not being able to ask is an error all the same.
fn optional<T>(read: Result<Option<T>, PortError>) -> Result<Read<T>, PortError> {
    match read {
        Ok(Some(value)) => Ok(Read::Got(value)),
        Ok(None) => Ok(Read::Missing),
        Err(PortError::Refused(refused)) => Ok(Read::Unavailable(format!(
            "{} was refused with {}",
            refused.operation, refused.code
        ))),
        Err(error @ PortError::Unreachable { .. }) => Err(error),
    }
}
