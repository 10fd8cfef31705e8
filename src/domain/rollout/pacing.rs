//! What is read next, and when: as much as is needed to notice the end soon, and no more, because the account's buckets are
//! shared by everybody who deploys.
//!
//! What is always read is the service deployment. The service is read when that moved, when something is in doubt, and every now
//! and then; tasks are read when their numbers moved. Two calls a look are earned, and what is not spent is saved for the tasks,
//! which cost three. The pause between looks is short when the end is near, and grows while it does not come.

use std::time::Duration;

use super::{Link, ListSince, Observation, Read, Rollout, Verdict, WaitUntil, Wanted};
use crate::domain::service::{
    Counts, GuardStatus, LifecycleStage, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentStatus as Status,
};

/// How many calls a look earns, and how many can be saved.
const EARNED: u32 = 2;
const SAVED: u32 = 6;
/// What reading the tasks costs: two lists and a description.
const TASKS: u32 = 3;
/// How old what is known of the service may have been at the last look: when it is worth another one, and when it needs one.
const SERVICE_OLD: Duration = Duration::from_secs(12);
const SERVICE_TOO_OLD: Duration = Duration::from_secs(18);
/// When the list of service deployments is asked, because the service does not name ours, and how often.
const LIST_FROM: Duration = Duration::from_secs(4);
const LIST_AGAIN: Duration = Duration::from_secs(4);

/// By when the service names ours, as a rule.
const SOON_NAMED: Duration = Duration::from_secs(8);

/// The pauses: when the end may come any moment, when it is not far, and the longest.
const SHORT: Duration = Duration::from_secs(1);
const MIDDLE: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_millis(4500);
/// How close to the end of a bake time it is expected.
const ANY_MOMENT: Duration = Duration::from_secs(30);

/// What was read when, and what was saved.
#[derive(Debug, Clone, Default)]
pub(super) struct Pacing {
    saved: u32,
    service_read: Option<Duration>,
    listed: Option<Duration>,
    /// The stage the deployment is in, or where its tasks stand, and since when.
    standing: Option<(Standing, Duration)>,
}

/// Where a deployment stands on the way to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Far from it.
    UnderWay,
    /// All new tasks run, old ones are left.
    Replacing,
    /// Only ECS has to say that it is done.
    AllMoved,
    /// All traffic moved: it bakes.
    Bakes,
    /// In another stage.
    Stage(LifecycleStage),
    /// It goes back.
    GoesBack,
    /// It went back, only ECS has to say so; or it is being stopped.
    Ends,
}

impl Rollout {
    /// The service deployment to read: ours, or one that may be.
    #[must_use]
    pub fn wanted_deployment(&self) -> Option<&ServiceDeploymentArn> {
        match &self.link {
            Link::Found(arn) => Some(arn),
            Link::Searching => self.candidate(),
            Link::None => None,
        }
    }

    /// What else is worth reading, after the service deployment.
    #[must_use]
    pub fn wanted(&self, deployment: &Read<ServiceDeployment>) -> Wanted {
        let read = u32::from(*deployment != Read::NotRead);
        let mut left = (self.pacing.saved + EARNED).saturating_sub(read);
        let mut spend = |cost: u32| {
            let enough = left >= cost;
            left = left.saturating_sub(cost);
            enough
        };
        let needs_service = self.needs_service(deployment);
        let mut service = needs_service;
        if service {
            spend(1);
        }
        let list = self.wants_list(deployment);
        if list {
            spend(1);
        }
        let over = deployment.got().is_some_and(|one| one.status.is_over());
        let revision = self
            .wanted_revision(deployment)
            .filter(|_| spend(1) || over);
        let saving = self.wants_tasks();
        let tasks = saving && spend(TASKS);
        if !service && (tasks || !saving) && self.wants_service(deployment) {
            service = spend(1);
        }
        Wanted {
            service,
            list: list.then(|| ListSince::a_minute_before(self.start.created_at)),
            revision,
            tasks,
        }
    }

    /// How long to wait before reading again: 1 s when the end may come any moment, up to 4.5 s while it is far or does not come.
    /// With the time that the calls take, an end is noticed within five seconds.
    #[must_use]
    pub fn pause(&self) -> Duration {
        let searches = self.link == Link::Searching && self.watch.now < SOON_NAMED;
        if self.watch.doubts() || searches {
            return SHORT;
        }
        let still = self.watch.verdict == Verdict::InProgress;
        let Some((standing, since)) = self.pacing.standing.as_ref().filter(|_| still) else {
            return MIDDLE;
        };
        let lasted = self.watch.now.saturating_sub(*since);
        match standing {
            Standing::Ends | Standing::AllMoved => pause_at_end(lasted),
            Standing::Stage(stage) if stage.as_str() == "CLEAN_UP" => pause_at_end(lasted),
            Standing::Bakes => self.pause_baking(lasted),
            Standing::Stage(_) | Standing::Replacing | Standing::UnderWay | Standing::GoesBack => {
                self.pause_under_way()
            }
        }
    }

    /// The end of the bake time is known; alarms may end it at any time.
    fn pause_baking(&self, lasted: Duration) -> Duration {
        let Some(bake) = self
            .watch
            .service
            .as_ref()
            .and_then(|service| service.bake_time)
        else {
            return self.pause_under_way();
        };
        let left = bake.saturating_sub(lasted);
        if left > ANY_MOMENT || lasted > bake + ANY_MOMENT {
            self.pause_under_way()
        } else {
            // Not past the moment it ends, as far as that is known.
            (left / 2).clamp(SHORT, MIDDLE)
        }
    }

    /// What moves on the way does not bring the end nearer: tasks come and go for minutes. One more failure may.
    fn pause_under_way(&self) -> Duration {
        let almost = self.deployment.as_ref().is_some_and(|deployment| {
            deployment.breaker == Some(GuardStatus::Monitoring)
                && deployment.breaker_threshold > 1
                && deployment.breaker_failures + 1 >= deployment.breaker_threshold
        });
        if almost { MIDDLE } else { LONGEST }
    }

    /// Notes what a look read.
    pub(super) fn note_look(&mut self, seen: &Observation) {
        let spent = u32::from(seen.deployment != Read::NotRead)
            + u32::from(seen.service != Read::NotRead)
            + u32::from(seen.listed != Read::NotRead)
            + u32::from(seen.revision != Read::NotRead)
            + if seen.tasks == Read::NotRead {
                0
            } else {
                TASKS
            };
        let pacing = &mut self.pacing;
        pacing.saved = (pacing.saved + EARNED).saturating_sub(spent).min(SAVED);
        if seen.service.got().is_some() {
            pacing.service_read = Some(self.watch.now);
        }
        if seen.listed != Read::NotRead {
            pacing.listed = Some(self.watch.now);
        }
        let standing = self.stands_at();
        let known = self.pacing.standing.as_ref().map(|(standing, _)| standing);
        if known != standing.as_ref() {
            self.pacing.standing = standing.map(|standing| (standing, self.watch.now));
        }
    }

    fn stands_at(&self) -> Option<Standing> {
        let Some(deployment) = &self.deployment else {
            // Without one, the entry says as much.
            let entry = self.entry()?;
            let all = entry.counts.running >= entry.counts.desired && entry.counts.pending == 0;
            return Some(
                match (all, self.watch.told_progress().unwrap_or_default().old) {
                    (true, 0) => Standing::AllMoved,
                    (true, _) => Standing::Replacing,
                    (false, _) => Standing::UnderWay,
                },
            );
        };
        let target = deployment.target.as_ref();
        let old: u32 = deployment.sources.iter().map(|source| source.running).sum();
        Some(match &deployment.status {
            Status::StopRequested | Status::RollbackRequested => Standing::Ends,
            Status::RollbackInProgress if target.is_none_or(|target| target.running == 0) => {
                Standing::Ends
            }
            Status::RollbackInProgress => Standing::GoesBack,
            _ if self.watch.asked_to_stop.is_some() => Standing::Ends,
            _ => match (&deployment.stage, target) {
                (Some(stage), _) if stage.as_str() == "BAKE_TIME" => Standing::Bakes,
                (Some(stage), _) => Standing::Stage(stage.clone()),
                (None, Some(target))
                    if target.running >= target.requested && target.pending == 0 =>
                {
                    if old == 0 {
                        Standing::AllMoved
                    } else {
                        Standing::Replacing
                    }
                }
                (None, _) => Standing::UnderWay,
            },
        })
    }

    /// Whether this can not be judged without the service.
    fn needs_service(&self, deployment: &Read<ServiceDeployment>) -> bool {
        let Link::Found(_) = &self.link else {
            return true;
        };
        let shifted = |one: &ServiceDeployment| {
            self.watch.goal.wait_until == WaitUntil::Traffic
                && one
                    .stage
                    .as_ref()
                    .is_some_and(LifecycleStage::is_after_traffic)
        };
        let ends = match deployment {
            Read::Got(one) => one.status.is_over() || shifted(one),
            Read::Missing | Read::Unavailable(_) => true,
            Read::NotRead => false,
        };
        ends || self.watch.doubts() || self.service_age().is_none_or(|age| age >= SERVICE_TOO_OLD)
    }

    /// Whether the service has something to tell.
    fn wants_service(&self, deployment: &Read<ServiceDeployment>) -> bool {
        let moved = deployment.got().is_some() && deployment.got() != self.deployment.as_ref();
        moved || self.service_age().is_none_or(|age| age >= SERVICE_OLD)
    }

    fn service_age(&self) -> Option<Duration> {
        let read = self.pacing.service_read?;
        Some(self.watch.now.saturating_sub(read))
    }

    /// Whether the list has to be asked: for ours, if the service does not name it, or for one that may have taken its place.
    fn wants_list(&self, deployment: &Read<ServiceDeployment>) -> bool {
        match &self.link {
            Link::Searching => {
                let waited = self
                    .pacing
                    .listed
                    .is_none_or(|at| self.watch.now.saturating_sub(at) >= LIST_AGAIN);
                deployment.got().is_none() && self.watch.now >= LIST_FROM && waited
            }
            Link::Found(_) => self.watch.doubts(),
            Link::None => false,
        }
    }

    pub(super) fn wanted_revision(
        &self,
        deployment: &Read<ServiceDeployment>,
    ) -> Option<crate::domain::service::RevisionArn> {
        match &self.revision {
            Read::NotRead | Read::Missing => {}
            Read::Unavailable(_) | Read::Got(_) => return None,
        }
        let Link::Found(_) = &self.link else {
            return None;
        };
        deployment
            .got()
            .or(self.deployment.as_ref())
            .and_then(|deployment| deployment.target.as_ref())
            .map(|target| target.revision.clone())
    }

    /// Tasks are read when their numbers moved since they were read.
    fn wants_tasks(&self) -> bool {
        match self.tasks_read {
            None => self.watch.service.is_some(),
            Some(counts) => counts != self.task_counts(),
        }
    }

    /// The numbers that move when a task does.
    pub(super) fn task_counts(&self) -> TaskCounts {
        let target = self
            .deployment
            .as_ref()
            .and_then(|deployment| deployment.target.as_ref());
        TaskCounts {
            pending: target.map_or(0, |target| target.pending),
            running: target.map_or(0, |target| target.running),
            breaker: self
                .deployment
                .as_ref()
                .map_or(0, |deployment| deployment.breaker_failures),
            entry: self.counts_of_entry(),
        }
    }
}

/// What has not ended yet although it could is the less likely to end the next moment, the longer it lasts.
fn pause_at_end(lasted: Duration) -> Duration {
    (lasted / 10).clamp(SHORT, LONGEST)
}

/// The numbers of tasks, of the service deployment and of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TaskCounts {
    pending: u32,
    running: u32,
    breaker: u32,
    entry: (Counts, u32),
}
