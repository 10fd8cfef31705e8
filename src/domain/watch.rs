//! What watching a deployment is, whoever moves the tasks: [`Rollout`](super::rollout::Rollout) and
//! [`Shift`](super::codedeploy::Shift) each hold one, and add how ECS or CodeDeploy says it.
//!
//! Here is what is waited for and for how long, what was read of the service and of the tasks, what was told of them, what is in
//! doubt, what was asked to stop, and the verdict. What the answers mean is decided by who holds it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::rollout::{Goal, Observation, Read, RolloutEvent, StopCause, Verdict};
use super::service::{Counts, ServiceState, ServiceStatus};

mod doubt;
mod targets;
mod tasks;
mod told;

pub(super) use doubt::{Doubt, GONE, LASTING};
use targets::TargetsTold;
pub(super) use targets::target_groups;
use tasks::Tasks;
use told::Told;

/// A deployment being watched, as far as it does not matter who moves the tasks.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    pub(super) goal: Goal,
    /// Our tasks.
    pub(super) tasks: Tasks,
    /// The service as it was read last.
    pub(super) service: Option<ServiceState>,
    /// What the service said since it began.
    pub(super) messages: Vec<String>,
    /// The moment of the last observation, from the start.
    pub(super) now: Duration,
    pub(super) verdict: Verdict,
    /// Why it was asked to stop, if it was.
    pub(super) asked_to_stop: Option<StopCause>,
    /// Why the caller has to stop it, asked for until [`Self::stopping`].
    pub(super) stop_wanted: Option<StopCause>,
    deadline: Duration,
    doubt: Option<(Doubt, Duration)>,
    doubt_before: Option<(Doubt, Duration)>,
    told: Told,
    targets: TargetsTold,
    /// Whether it is only looked at, not waited for.
    glances: bool,
}

impl Watch {
    /// Begins to watch, after events of the service that were there before.
    pub(super) fn new(goal: Goal, events: BTreeSet<String>) -> Self {
        Self {
            goal,
            tasks: Tasks::default(),
            service: None,
            messages: Vec::new(),
            now: Duration::ZERO,
            verdict: Verdict::InProgress,
            asked_to_stop: None,
            stop_wanted: None,
            deadline: goal.timeout,
            doubt: None,
            doubt_before: None,
            told: Told::after(events),
            targets: TargetsTold::default(),
            glances: false,
        }
    }

    /// For somebody who only wants to know how it stands now: what two looks show is believed.
    pub(super) fn glance(&mut self) {
        self.glances = true;
    }

    /// Begins an observation `elapsed` after the start.
    pub(super) fn look(&mut self, seen: &Observation, elapsed: Duration) {
        self.now = elapsed;
        self.doubt_before = self.doubt.take();
        if let Read::Got(service) = &seen.service {
            self.service = Some(service.clone());
        }
    }

    /// Ends an observation: what is not decided in time is over as well.
    pub(super) fn conclude(&mut self) -> Verdict {
        if !self.verdict.is_final() && self.now >= self.deadline {
            self.verdict = Verdict::TimedOut {
                after: self.goal.timeout,
            };
        }
        self.verdict.clone()
    }

    /// Notes that the deployment was asked to stop, so that what follows is read as the answer to that, and watches for up to
    /// `more` from now on.
    pub(super) fn stopping(&mut self, cause: StopCause, more: Duration) -> RolloutEvent {
        self.asked_to_stop = Some(cause);
        self.stop_wanted = None;
        self.deadline = self.now + more;
        if matches!(
            self.verdict,
            Verdict::TimedOut { .. } | Verdict::Deployed(_)
        ) {
            self.verdict = Verdict::InProgress;
        }
        RolloutEvent::StopAsked(cause)
    }

    /// Notes that stopping did not work, so that it is not asked for again.
    pub(super) fn give_up_stopping(&mut self) {
        self.stop_wanted = None;
        self.goal.fail_fast = None;
    }

    /// Notes what became of it when what was there before was deployed again.
    pub(super) fn taken_back(&mut self, verdict: Verdict) {
        self.asked_to_stop = Some(StopCause::Together);
        self.verdict = verdict;
    }

    /// Why it has to be stopped, if this many failed tasks are too many.
    pub(super) fn too_many(&self, failed: u32) -> Option<StopCause> {
        let limit = self.goal.fail_fast?;
        let open = !self.verdict.is_final() && self.asked_to_stop.is_none();
        (open && failed >= limit).then_some(StopCause::FailFast { failed, limit })
    }

    /// A service that is being deleted, or is no longer there.
    pub(super) fn service_gone(&mut self, seen: &Observation) -> Option<Verdict> {
        let gone = match &seen.service {
            Read::Got(service) => match &service.status {
                ServiceStatus::Inactive | ServiceStatus::Draining => Some("is being deleted"),
                ServiceStatus::Active | ServiceStatus::Other(_) => None,
            },
            Read::Missing => Some("is no longer there"),
            Read::NotRead | Read::Unavailable(_) => None,
        }?;
        self.lasts(Doubt::ServiceMissing, GONE)
            .then(|| Verdict::Failed {
                reason: format!("the service {gone}"),
            })
    }

    /// Nothing was deployed: only the number of tasks is waited for.
    pub(super) fn judge_counts(&mut self, counts: Counts, desired: u32) -> Verdict {
        if counts.running != counts.desired || counts.pending > 0 {
            return Verdict::InProgress;
        }
        // An older answer still has the number from before; scaling may also have set another one meanwhile.
        if counts.desired != desired && !self.lasts(Doubt::CountDiffers, LASTING) {
            return Verdict::InProgress;
        }
        Verdict::Unchanged
    }

    /// How many tasks are missing now; none if the service was not read.
    pub(super) fn missing_tasks(&self) -> Option<u32> {
        let counts = self.service.as_ref()?.counts;
        Some(counts.desired.saturating_sub(counts.running))
    }

    /// Says that the tasks of a deployment that failed are forgotten, if they are.
    pub(super) fn tasks_forgotten(&self) -> Option<&'static str> {
        let failed = match &self.verdict {
            Verdict::Failed { .. }
            | Verdict::RolledBack { .. }
            | Verdict::RollbackFailed { .. } => true,
            Verdict::InProgress
            | Verdict::Deployed(_)
            | Verdict::Unchanged
            | Verdict::Stopped { .. }
            | Verdict::TimedOut { .. }
            | Verdict::Superseded { .. }
            | Verdict::Paused { .. }
            | Verdict::Unrouted { .. } => false,
        };
        (failed && self.tasks.none_left()).then_some(
            "what its tasks said: ECS forgets a task about an hour after it stopped, and none of this deployment is left",
        )
    }
}
