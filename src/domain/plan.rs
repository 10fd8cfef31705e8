//! What a deployment will do to a service, decided before anything is done.
//!
//! [`plan`] is pure: it refuses what can be known to fail, and says which guards are off. What it returns is printed by a dry
//! run and executed as it is; executing it makes no new decision. Following what was started is not planned here but folded in
//! `rollout`.

use std::fmt;

use crate::domain::codedeploy::ShiftOrder;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::managed_volume::{ManagedVolume, is_open};
use crate::domain::service::{
    CodeDeployId, Controller, Management, Scheduling, ServiceDeploymentArn, ServiceState,
    ServiceStatus, Strategy, tail,
};

mod beforehand;
mod fit;
mod notice;
mod refusal;
mod words;

pub use beforehand::{Beforehand, InFlight, Running, unlisted};
pub(in crate::domain) use fit::refuse_traffic;
pub use notice::Notice;
pub use refusal::Refusal;
pub use words::{IfRunning, PropagateTags};

/// The task definition to deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A revision that exists: its ARN.
    Revision(String),
    /// A document that is registered first.
    ToRegister,
}

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The task definition to deploy; none keeps the one the service has.
    pub target: Option<Target>,
    /// What matters of that task definition.
    pub definition: Option<DefinitionFacts>,
    /// Whether to replace the tasks even if nothing changes.
    pub force: bool,
    /// How many tasks there are to be; none leaves the number alone.
    pub desired_count: Option<u32>,
    /// Whether ECS tags the tasks; none leaves it alone.
    pub ecs_managed_tags: Option<bool>,
    /// Where the tags of new tasks come from; none leaves it alone.
    pub propagate_tags: Option<PropagateTags>,
    /// The volume that is made for each task; none leaves it alone.
    pub volume: Option<ManagedVolume>,
    /// What to do about a deployment that is running already.
    pub if_running: IfRunning,
}

/// The call that changes the service: only what was asked to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceUpdate {
    /// The ARN of the cluster.
    pub cluster: String,
    /// The name of the service.
    pub service: String,
    /// The ARN of the task definition.
    pub task_definition: Option<String>,
    /// Whether to replace the tasks even if nothing changes.
    pub force: bool,
    /// How many tasks there are to be.
    pub desired_count: Option<u32>,
    /// Whether ECS tags the tasks.
    pub ecs_managed_tags: Option<bool>,
    /// Where the tags of new tasks come from.
    pub propagate_tags: Option<PropagateTags>,
    /// The volume that is made for each task.
    pub volume: Option<ManagedVolume>,
}

/// What is done to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing: it has all that was asked for.
    Nothing,
    /// It is changed, without a new deployment.
    Change(ServiceUpdate),
    /// It is changed, and a deployment starts.
    Deploy(ServiceUpdate),
    /// CodeDeploy makes a deployment.
    Shift(Box<ShiftOrder>),
}

/// What will be done to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentPlan {
    /// The name of the service.
    pub service: String,
    /// The ARN of its cluster.
    pub cluster: String,
    /// The ARN of the task definition it has.
    pub current: String,
    /// Whether the new one has to be registered first.
    pub registers: bool,
    /// How its tasks are moved.
    pub strategy: Strategy,
    /// How many tasks there are to be.
    pub desired: u32,
    /// How many there are to be now.
    pub desired_now: u32,
    /// What is done first.
    pub before: Beforehand,
    /// What is done.
    pub action: Action,
    /// What a person should know.
    pub notices: Vec<Notice>,
}

/// Decides what a deployment does to a service.
///
/// # Errors
///
/// What is known to fail is refused: see [`Refusal`].
pub fn plan(
    request: &Request,
    service: &ServiceState,
    running: &Running,
) -> Result<DeploymentPlan, Refusal> {
    refuse_by_kind(service)?;
    if service.controller == Controller::CodeDeploy {
        // That is planned by `codedeploy::plan_shift`, which knows the deployment group.
        return Err(Refusal::Controller {
            service: service.name.clone(),
            controller: service.controller.clone(),
        });
    }
    let starts = starts(request, service);
    let desired = request.desired_count.unwrap_or(service.counts.desired);
    if let Some(definition) = request.definition.as_ref().filter(|_| starts) {
        fit::refuse_by_definition(definition, service)?;
        if let Some(volume) = &request.volume {
            is_open(volume, definition).map_err(Refusal::Volume)?;
        }
    }
    if starts {
        refuse_without_room(service, desired)?;
    }
    let action = action(request, service, starts);
    let before = match action {
        Action::Nothing => Beforehand::Nothing,
        Action::Change(_) | Action::Deploy(_) | Action::Shift(_) => {
            beforehand::before(request.if_running, service, running)?
        }
    };
    let notices = notice::notices(request, service, &action, desired);
    Ok(DeploymentPlan {
        service: service.name.clone(),
        cluster: service.cluster.clone(),
        current: service.current_task_definition().to_owned(),
        registers: request.target == Some(Target::ToRegister),
        strategy: service.strategy.clone(),
        desired,
        desired_now: service.counts.desired,
        before,
        action,
        notices,
    })
}

impl DeploymentPlan {
    /// What is known of a deployment that something else started: nothing is done to the service.
    ///
    /// `before` is the ARN of the task definition it replaces, if that is known.
    #[must_use]
    pub fn of_another(
        service: &ServiceState,
        before: &str,
        definition: Option<&DefinitionFacts>,
    ) -> Self {
        let as_if = Request {
            target: None,
            definition: definition.cloned(),
            force: true,
            desired_count: None,
            ecs_managed_tags: None,
            propagate_tags: None,
            volume: None,
            if_running: IfRunning::default(),
        };
        let desired = service.counts.desired;
        let starts = Action::Deploy(ServiceUpdate::default());
        Self {
            service: service.name.clone(),
            cluster: service.cluster.clone(),
            current: before.to_owned(),
            registers: false,
            strategy: service.strategy.clone(),
            desired,
            desired_now: desired,
            before: Beforehand::Nothing,
            action: Action::Nothing,
            notices: notice::notices(&as_if, service, &starts, desired),
        }
    }

    /// Whether anything changes.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.registers || self.action != Action::Nothing
    }

    /// The plan, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.before {
            Beforehand::Nothing => {}
            Beforehand::Wait(running) => {
                lines.push(format!("wait for the end of `{running}`"));
            }
            Beforehand::Stop(running) => {
                let ids: Vec<&str> = running.iter().map(ServiceDeploymentArn::as_str).collect();
                lines.push(format!("stop and roll back `{}`", ids.join("`, `")));
            }
            Beforehand::StopShifts(running) => {
                let ids: Vec<&str> = running.iter().map(CodeDeployId::as_str).collect();
                lines.push(format!("stop and roll back `{}`", ids.join("`, `")));
            }
        }
        match &self.action {
            Action::Nothing => lines.push(format!(
                "nothing: the service already has `{}`",
                tail(&self.current)
            )),
            Action::Change(update) => {
                lines.push("no new deployment".to_owned());
                self.change_lines(update, &mut lines);
            }
            Action::Deploy(update) => {
                let to = match &update.task_definition {
                    Some(arn) => format!("`{}`", tail(arn)),
                    None if self.registers => "the revision to be registered".to_owned(),
                    None => "the same, all tasks replaced".to_owned(),
                };
                lines.push(format!(
                    "deploy ({}): `{}` -> {to}",
                    self.strategy,
                    tail(&self.current)
                ));
                self.change_lines(update, &mut lines);
            }
            Action::Shift(order) => {
                let to = match &order.task_definition {
                    Some(arn) if *arn == self.current => "the same, all tasks replaced".to_owned(),
                    Some(arn) => format!("`{}`", tail(arn)),
                    None => "the revision to be registered".to_owned(),
                };
                lines.push(format!(
                    "deploy ({}): `{}` -> {to}",
                    Controller::CodeDeploy,
                    tail(&self.current)
                ));
                lines.extend(order.lines());
                if let Some(update) = &order.update {
                    self.change_lines(update, &mut lines);
                }
            }
        }
        lines
    }

    fn change_lines(&self, update: &ServiceUpdate, lines: &mut Vec<String>) {
        if update.force {
            lines.push("force a new deployment".to_owned());
        }
        if let Some(desired) = update.desired_count {
            lines.push(format!("desired count: {} -> {desired}", self.desired_now));
        }
        if let Some(tags) = update.ecs_managed_tags {
            lines.push(format!("ECS-managed tags: {tags}"));
        }
        if let Some(tags) = update.propagate_tags {
            lines.push(format!("tags of new tasks: {tags}"));
        }
        if let Some(volume) = &update.volume {
            lines.push(format!("a new volume of each task: `{}`", volume.name));
        }
    }
}

impl fmt::Display for DeploymentPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.service)?;
        for line in self.lines() {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// Services that this version does not deploy.
pub(in crate::domain) fn refuse_by_kind(service: &ServiceState) -> Result<(), Refusal> {
    let name = service.name.clone();
    match &service.status {
        ServiceStatus::Active => {}
        ServiceStatus::Draining | ServiceStatus::Inactive | ServiceStatus::Other(_) => {
            return Err(Refusal::NotActive {
                service: name,
                status: service.status.clone(),
            });
        }
    }
    if service.management == Management::Ecs {
        return Err(Refusal::Express { service: name });
    }
    match &service.controller {
        Controller::Ecs | Controller::CodeDeploy => Ok(()),
        Controller::External | Controller::Other(_) => Err(Refusal::Controller {
            service: name,
            controller: service.controller.clone(),
        }),
    }
}

/// Whether a deployment starts. A document that is still to be registered may turn out to be what runs; then none does.
fn starts(request: &Request, service: &ServiceState) -> bool {
    let moves = match &request.target {
        None => false,
        Some(Target::ToRegister) => true,
        Some(Target::Revision(arn)) => arn != service.current_task_definition(),
    };
    // ECS starts none if the volume is the same; that shows when it was asked.
    request.force || moves || request.volume.is_some()
}

fn action(request: &Request, service: &ServiceState, starts: bool) -> Action {
    let update = ServiceUpdate {
        cluster: service.cluster.clone(),
        service: service.name.clone(),
        task_definition: match &request.target {
            Some(Target::Revision(arn)) => Some(arn.clone()).filter(|_| starts),
            Some(Target::ToRegister) | None => None,
        },
        force: request.force,
        desired_count: request
            .desired_count
            .filter(|count| *count != service.counts.desired),
        ecs_managed_tags: request.ecs_managed_tags,
        propagate_tags: request.propagate_tags,
        volume: request.volume.clone(),
    };
    if starts {
        return Action::Deploy(update);
    }
    let changes = update.desired_count.is_some()
        || update.ecs_managed_tags.is_some()
        || update.propagate_tags.is_some();
    if changes {
        Action::Change(update)
    } else {
        Action::Nothing
    }
}

/// Limits that leave no room for a single step: the lower one rounds up, the upper one down.
fn refuse_without_room(service: &ServiceState, desired: u32) -> Result<(), Refusal> {
    let rolling = service.strategy == Strategy::Rolling;
    let replica = service.scheduling == Scheduling::Replica;
    let (Some(minimum), Some(maximum)) = (service.min_healthy_percent, service.max_percent) else {
        return Ok(());
    };
    if !rolling || !replica || desired == 0 {
        return Ok(());
    }
    let desired_wide = u64::from(desired);
    let least = (desired_wide * u64::from(minimum)).div_ceil(100);
    let most = desired_wide * u64::from(maximum) / 100;
    if least >= desired_wide && most <= desired_wide {
        return Err(Refusal::NoRoom {
            service: service.name.clone(),
            desired,
            minimum,
            maximum,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
