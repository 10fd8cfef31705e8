//! Scaling that is held still around a deployment, and given back exactly as it was.
//!
//! Facts (what a scalable target or an Auto Scaling group looks like now) and decisions (what to suspend, what to give
//! back). Whatever can be suspended is a set of [`Switch`]es: three [`Direction`]s for the service's own scaling, named
//! [`ScalingProcess`]es for an EC2 group; one set of rules serves both.
//!
//! The rules:
//!
//! - Everything is read first. Without a scalable target there is nothing to do, and none is ever created.
//! - The state before is written down with the target ([`Lease`], one tag) before the first change, so that a run that
//!   was killed can be repaired by anyone.
//! - Only what was off is switched, and only what we switched is given back: what was suspended before stays suspended.
//! - A later suspend inherits what an earlier one wrote down; it never takes the suspended state for the one before.
//! - What somebody else changed since is reported and left alone, unless asked otherwise.
//! - Capacities are never sent. Every registration makes the service clamp its desired count into the target's range, so
//!   a count outside of it is worth a warning.
//!
//! Two runs on one service: the later one is refused, or waits, for as long as the earlier holds its lease. A lease that
//! is over, or whose owner comes again, is taken over; by request ([`SuspendRequest::steal`]) any is. A run that follows a
//! deployment takes a short lease and renews it while it lives, so a killed one blocks the next for minutes only. A run
//! whose lease was taken over leaves the restoring to its successor: the recorded state travels along, so the end is
//! right in every order.
//!
//! Not for sending anything: the stages do that, through `ports`.

mod cron;
mod lease;
mod owner;
mod resource;
mod resume;
mod schedule;
mod suspend;
mod switch;

pub use lease::{LEASE_TAG, Lease, LeaseError, Nonce, Record, Term, UnixTime};
pub use owner::{Owner, OwnerError, OwnerMark};
pub use resource::{GroupName, GroupNameError, ScaledService, ServiceResource};
pub use resume::{Claim, Restoration, ResumeNotice, ResumePlan, ResumeRequest, plan_resume};
pub use schedule::{MissedAction, Schedule, ScheduledAction};
pub use suspend::{
    LeaseStep, SuspendNotice, SuspendPlan, SuspendRefusal, SuspendRequest, plan_suspend,
};
pub use switch::{Direction, ScalingProcess, Switch, SwitchError, names};

use std::collections::BTreeSet;
use std::fmt;

/// The three flags of a scalable target (Application Auto Scaling, API shape `SuspendedState`); true means suspended.
///
/// All three are always sent: what an omitted flag means is not documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SuspendedState {
    /// `DynamicScalingInSuspended`: scaling policies remove no tasks.
    pub scale_in: bool,
    /// `DynamicScalingOutSuspended`: scaling policies add no tasks.
    pub scale_out: bool,
    /// `ScheduledScalingSuspended`: scheduled actions do not run.
    pub scheduled: bool,
}

impl SuspendedState {
    /// The flag of one direction.
    #[must_use]
    pub fn is_suspended(self, direction: Direction) -> bool {
        match direction {
            Direction::ScaleIn => self.scale_in,
            Direction::ScaleOut => self.scale_out,
            Direction::Scheduled => self.scheduled,
        }
    }

    /// The directions whose flag is true.
    #[must_use]
    pub fn directions(self) -> BTreeSet<Direction> {
        Direction::ALL
            .into_iter()
            .filter(|direction| self.is_suspended(*direction))
            .collect()
    }
}

impl FromIterator<Direction> for SuspendedState {
    fn from_iter<I: IntoIterator<Item = Direction>>(directions: I) -> Self {
        let mut state = Self::default();
        for direction in directions {
            match direction {
                Direction::ScaleIn => state.scale_in = true,
                Direction::ScaleOut => state.scale_out = true,
                Direction::Scheduled => state.scheduled = true,
            }
        }
        state
    }
}

impl fmt::Display for SuspendedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, direction) in Direction::ALL.into_iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            let state = if self.is_suspended(direction) {
                "suspended"
            } else {
                "active"
            };
            write!(f, "{separator}{direction} {state}")?;
        }
        Ok(())
    }
}

/// A service's scalable target as it is now (API shape `ScalableTarget`, namespace `ecs`, dimension
/// `ecs:service:DesiredCount`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalableTarget {
    /// What it scales.
    pub resource: ServiceResource,
    /// `ScalableTargetARN`, what tags are put on; older targets of some partitions have none.
    pub arn: Option<String>,
    /// `MinCapacity`, tasks.
    pub min_capacity: i64,
    /// `MaxCapacity`, tasks.
    pub max_capacity: i64,
    /// The flags; a target without `SuspendedState` has none set.
    pub suspended: SuspendedState,
}

impl ScalableTarget {
    /// What a registration would do to a desired count that lies outside the target's range: the count it is clamped to.
    #[must_use]
    pub fn clamps(&self, desired_count: i64) -> Option<i64> {
        let clamped = desired_count.max(self.min_capacity).min(self.max_capacity);
        (clamped != desired_count).then_some(clamped)
    }
}

/// An EC2 Auto Scaling group as it is now (API shape `AutoScalingGroup`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoScalingGroup {
    /// `AutoScalingGroupName`.
    pub name: GroupName,
    /// The process names of `SuspendedProcesses`.
    pub suspended: BTreeSet<ScalingProcess>,
    /// The value of the tag [`LEASE_TAG`], if the group has it.
    pub lease_text: Option<String>,
}

/// What was seen of one target or group, all at one time: what is suspended, and what an earlier run wrote down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation<S: Switch> {
    /// What is suspended now.
    pub suspended: BTreeSet<S>,
    /// What an earlier suspension wrote down, if one did and nothing has restored it yet.
    pub lease: Option<Lease<S>>,
}

impl<S: Switch> Observation<S> {
    /// Puts together what was read.
    ///
    /// # Errors
    /// The tag is there but is not a lease this version can read. Nothing may be changed then: what was before is
    /// unknown.
    pub fn new(suspended: BTreeSet<S>, lease_text: Option<&str>) -> Result<Self, LeaseError> {
        let lease = lease_text.map(str::parse).transpose()?;
        Ok(Self { suspended, lease })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(min_capacity: i64, max_capacity: i64) -> ScalableTarget {
        ScalableTarget {
            resource: ServiceResource::new("demo", "web"),
            arn: None,
            min_capacity,
            max_capacity,
            suspended: SuspendedState::default(),
        }
    }

    #[test]
    fn flags_survive_the_way_through_a_set() {
        for bits in 0..8_u8 {
            let state = SuspendedState {
                scale_in: bits & 1 != 0,
                scale_out: bits & 2 != 0,
                scheduled: bits & 4 != 0,
            };
            assert_eq!(
                state.directions().into_iter().collect::<SuspendedState>(),
                state
            );
        }
    }

    #[test]
    fn a_state_reads_as_three_words_and_their_states() {
        let state = SuspendedState {
            scale_out: true,
            ..SuspendedState::default()
        };
        assert_eq!(
            state.to_string(),
            "scale-in active, scale-out suspended, scheduled active"
        );
    }

    #[test]
    fn a_desired_count_inside_the_range_is_not_clamped() {
        assert_eq!(target(1, 10).clamps(1), None);
        assert_eq!(target(1, 10).clamps(10), None);
    }

    #[test]
    fn a_desired_count_outside_the_range_is_clamped_to_the_nearer_end() {
        assert_eq!(target(1, 10).clamps(0), Some(1));
        assert_eq!(target(1, 10).clamps(12), Some(10));
    }

    #[test]
    fn a_tag_that_is_no_lease_stops_everything() {
        assert!(Observation::<Direction>::new(BTreeSet::new(), Some("hello")).is_err());
        assert_eq!(
            Observation::<Direction>::new(BTreeSet::new(), None)
                .unwrap()
                .lease,
            None
        );
    }
}
