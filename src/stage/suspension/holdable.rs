//! What can be held still, seen through the ports: a service's scalable target, an EC2 Auto Scaling group.
//!
//! Not for any order of calls.
use std::collections::BTreeSet;

use crate::domain::scaling::{
    AutoScalingGroup, Direction, GroupName, LEASE_TAG, Lease, MissedAction, Observation,
    ScalableTarget, ScalingProcess, ScheduledAction, ServiceResource, SuspendedState, Switch,
    UnixTime,
};
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::ports::scaling::{ReadGroups, ReadScaling, WriteGroups, WriteScaling};
use crate::report::Remark;

/// A look at it: what it is, what is suspended, and the lease.
pub(crate) struct Seen<H: Holdable + ?Sized> {
    pub(crate) facts: H::Facts,
    pub(crate) observation: Observation<H::Switch>,
}

/// One thing whose scaling can be held still.
pub(crate) trait Holdable {
    /// What is switched.
    type Switch: Switch;
    /// What a look finds, besides what is suspended.
    type Facts;

    /// What to call it.
    fn subject(&self) -> String;
    /// The command that gives its scaling back, for a person.
    fn repair(&self) -> String;
    /// Looks at it; `None` if it does not exist.
    async fn look(&self) -> Result<Option<Seen<Self>>, Error>;
    /// What a person should know before it is switched.
    async fn cautions(&self, facts: &Self::Facts, switches: &BTreeSet<Self::Switch>)
    -> Vec<Remark>;
    /// What a person should know after these were given back, having been suspended from one time to another.
    async fn missed(
        &self,
        switches: &BTreeSet<Self::Switch>,
        from: UnixTime,
        to: UnixTime,
    ) -> Vec<Remark>;
    /// Writes the lease.
    async fn write_lease(
        &self,
        facts: &Self::Facts,
        lease: &Lease<Self::Switch>,
    ) -> Result<(), PortError>;
    /// Removes the lease.
    async fn remove_lease(&self, facts: &Self::Facts) -> Result<(), PortError>;
    /// Goes from one set of suspended switches to another.
    async fn switch(
        &self,
        from: &BTreeSet<Self::Switch>,
        to: &BTreeSet<Self::Switch>,
    ) -> Result<(), PortError>;
}

/// The scaling of a service.
pub(crate) struct ServiceScaling<'world, W> {
    pub(crate) world: &'world W,
    pub(crate) resource: ServiceResource,
}

/// What a look at a scalable target finds.
pub(crate) struct TargetFacts {
    target: ScalableTarget,
    arn: String,
}

impl<W: ReadScaling + WriteScaling> Holdable for ServiceScaling<'_, W> {
    type Switch = Direction;
    type Facts = TargetFacts;

    fn subject(&self) -> String {
        self.resource.to_string()
    }

    fn repair(&self) -> String {
        self.resource.repair()
    }

    async fn look(&self) -> Result<Option<Seen<Self>>, Error> {
        let Some(target) = self.world.scalable_target(&self.resource).await? else {
            return Ok(None);
        };
        let Some(arn) = target.arn.clone() else {
            let text = format!(
                "the scalable target has no ARN, so the state before cannot be kept with it: `{}`",
                self.resource
            );
            return Err(Error::new(Cause::Refused, text));
        };
        let lease = self.world.target_lease(&arn).await?;
        let observation = observe(
            &self.subject(),
            target.suspended.directions(),
            lease.as_deref(),
        )?;
        let facts = TargetFacts { target, arn };
        Ok(Some(Seen { facts, observation }))
    }

    async fn cautions(&self, facts: &TargetFacts, _: &BTreeSet<Direction>) -> Vec<Remark> {
        let service = match self.world.scaled_service(&self.resource).await {
            Ok(Some(service)) => service,
            Ok(None) => return Vec::new(),
            Err(error) => {
                let text = format!(
                    "not checked whether the desired count is within the target's range: {error}"
                );
                return vec![Remark::new(text)];
            }
        };
        let desired = service.desired_count;
        let Some(clamped) = facts.target.clamps(desired) else {
            return Vec::new();
        };
        let ScalableTarget {
            resource: _,
            arn: _,
            min_capacity,
            max_capacity,
            suspended: _,
        } = &facts.target;
        let text = format!(
            "the desired count {desired} is outside the target's range {min_capacity} to {max_capacity}; \
             AWS will set it to: `{clamped}`"
        );
        let hint = "a change of the suspended state makes AWS enforce the range; change the range if the count is meant";
        vec![Remark::new(text).hint(hint)]
    }

    async fn missed(
        &self,
        switches: &BTreeSet<Direction>,
        from: UnixTime,
        to: UnixTime,
    ) -> Vec<Remark> {
        if !switches.contains(&Direction::Scheduled) {
            return Vec::new();
        }
        let actions = self.world.scheduled_actions(&self.resource).await;
        missed(&self.subject(), actions, from, to)
    }

    async fn write_lease(
        &self,
        facts: &TargetFacts,
        lease: &Lease<Direction>,
    ) -> Result<(), PortError> {
        let text = lease.to_string();
        self.world.write_target_lease(&facts.arn, &text).await
    }

    async fn remove_lease(&self, facts: &TargetFacts) -> Result<(), PortError> {
        self.world.remove_target_lease(&facts.arn).await
    }

    async fn switch(
        &self,
        _: &BTreeSet<Direction>,
        to: &BTreeSet<Direction>,
    ) -> Result<(), PortError> {
        let state: SuspendedState = to.iter().copied().collect();
        self.world.set_suspended(&self.resource, state).await
    }
}

/// The scaling of an EC2 Auto Scaling group.
pub(crate) struct GroupScaling<'world, W> {
    pub(crate) world: &'world W,
    pub(crate) name: GroupName,
}

impl<W: ReadGroups + WriteGroups> Holdable for GroupScaling<'_, W> {
    type Switch = ScalingProcess;
    type Facts = ();

    fn subject(&self) -> String {
        format!("group {}", self.name)
    }

    fn repair(&self) -> String {
        self.name.repair()
    }

    async fn look(&self) -> Result<Option<Seen<Self>>, Error> {
        let Some(group) = self.world.group(&self.name).await? else {
            return Ok(None);
        };
        let AutoScalingGroup {
            name: _,
            suspended,
            lease_text,
        } = group;
        let observation = observe(&self.subject(), suspended, lease_text.as_deref())?;
        Ok(Some(Seen {
            facts: (),
            observation,
        }))
    }

    async fn cautions(&self, (): &(), switches: &BTreeSet<ScalingProcess>) -> Vec<Remark> {
        let danger = |process: &ScalingProcess| {
            let danger = process.danger()?;
            Some(Remark::new(format!(
                "while `{process}` is suspended: {danger}"
            )))
        };
        switches.iter().filter_map(danger).collect()
    }

    async fn missed(
        &self,
        switches: &BTreeSet<ScalingProcess>,
        from: UnixTime,
        to: UnixTime,
    ) -> Vec<Remark> {
        if !switches.contains(&ScalingProcess::scheduled()) {
            return Vec::new();
        }
        let actions = self.world.group_actions(&self.name).await;
        missed(&self.subject(), actions, from, to)
    }

    async fn write_lease(&self, (): &(), lease: &Lease<ScalingProcess>) -> Result<(), PortError> {
        let text = lease.to_string();
        self.world.write_group_lease(&self.name, &text).await
    }

    async fn remove_lease(&self, (): &()) -> Result<(), PortError> {
        self.world.remove_group_lease(&self.name).await
    }

    async fn switch(
        &self,
        from: &BTreeSet<ScalingProcess>,
        to: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError> {
        let (suspend, resume) = (to - from, from - to);
        if !suspend.is_empty() {
            self.world.suspend_processes(&self.name, &suspend).await?;
        }
        if !resume.is_empty() {
            self.world.resume_processes(&self.name, &resume).await?;
        }
        Ok(())
    }
}

/// What is said of the scheduled actions that fell into the time in which they were suspended.
fn missed(
    subject: &str,
    actions: Result<Vec<ScheduledAction>, PortError>,
    from: UnixTime,
    to: UnixTime,
) -> Vec<Remark> {
    match actions {
        Ok(actions) => {
            let missed = actions.iter().filter_map(|action| action.missed(from, to));
            let remark = |missed: MissedAction| {
                Remark::new(format!("{subject}: {missed}")).hint(
                    "AWS does not make up for it; set by hand what is needed before its next time",
                )
            };
            missed.map(remark).collect()
        }
        Err(error) => vec![Remark::new(format!(
            "{subject}: not checked which scheduled actions did not run meanwhile: {error}"
        ))],
    }
}

fn observe<S: Switch>(
    subject: &str,
    suspended: BTreeSet<S>,
    lease: Option<&str>,
) -> Result<Observation<S>, Error> {
    Observation::new(suspended, lease).map_err(|error| {
        let text = format!("the tag `{LEASE_TAG}` of `{subject}` is no lease this version can read: {error}");
        Error::new(Cause::Refused, text).hint(
            "nothing was changed, because the state before is unknown; look at the tag, and remove it if nothing has \
             to be given back",
        )
    })
}
