//! Deployments as ECS takes them, made up by chance from a seed: every moment of one can be looked at, in virtual time.

use super::*;
use crate::domain::service::{Hook, HookStatus, LifecycleStage, RevisionCounts, RollbackFact};

/// Numbers by chance, the same for the same seed.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// A number from 0 up to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / 4_294_967_296.0
    }

    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + self.next() * (most - least)
    }

    fn tasks(&mut self) -> u32 {
        [1, 2, 3, 4, 6, 8, 10][usize::try_from(self.0 % 7).unwrap()]
    }
}

/// Something that is so from a time on.
type Since<T> = (f64, T);

/// A deployment: what each number is from when on, in seconds after the update.
pub(super) struct Course {
    tasks: u32,
    running: Vec<Since<u32>>,
    pending: Vec<Since<u32>>,
    old: Vec<Since<u32>>,
    failures: Vec<Since<u32>>,
    stages: Vec<Since<&'static str>>,
    status: Vec<Since<ServiceDeploymentStatus>>,
    /// When a hook begins to wait for a person.
    pause: Option<f64>,
    bake: Option<f64>,
    /// When it is over.
    pub(super) end: f64,
    /// How it has to be judged.
    pub(super) verdict: &'static str,
    /// How long ECS takes to name the service deployment.
    lag: f64,
}

fn at_time<T: Clone>(list: &[Since<T>], now: f64) -> Option<T> {
    let value = list.iter().rfind(|(since, _)| *since <= now);
    value.map(|(_, value)| value.clone())
}

impl Course {
    /// One of many kinds, by its seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed + 1);
        for _ in 0..8 {
            chance.next();
        }
        match seed % 20 {
            0..=6 => Self::rolls(&mut chance, 20.0),
            // Deployment alarms watch for a while when all tasks are moved.
            7..=8 => Self::rolls(&mut chance, 300.0),
            9..=11 => Self::rolls_back(&mut chance),
            12..=13 => Self::ends_at_once(&mut chance),
            14..=17 => Self::moves_traffic(&mut chance, false),
            18 => Self::moves_traffic(&mut chance, true),
            _ => Self::pauses(&mut chance),
        }
    }

    fn begin(chance: &mut Chance) -> Self {
        let tasks = chance.tasks();
        let lag = chance.between(0.5, 3.0);
        Self {
            tasks,
            running: vec![(0.0, 0)],
            pending: vec![(0.0, 0), (lag + 1.0, tasks)],
            old: vec![(0.0, tasks)],
            failures: vec![(0.0, 0)],
            stages: Vec::new(),
            status: vec![
                (0.0, ServiceDeploymentStatus::Pending),
                (lag, ServiceDeploymentStatus::InProgress),
            ],
            pause: None,
            bake: None,
            end: 0.0,
            verdict: "deployed",
            lag,
        }
    }

    /// New tasks start after `from`, each at its own time; gives when all of them run.
    fn starts(&mut self, chance: &mut Chance, from: f64) -> f64 {
        let mut times: Vec<f64> = (0..self.tasks)
            .map(|_| from + chance.between(15.0, 90.0))
            .collect();
        times.sort_by(f64::total_cmp);
        for (time, running) in times.iter().zip(1..) {
            self.running.push((*time, running));
            self.pending.push((*time, self.tasks - running));
        }
        times[times.len() - 1]
    }

    fn rolls(chance: &mut Chance, settles: f64) -> Self {
        let mut course = Self::begin(chance);
        let from = course.lag;
        course.starts(chance, from);
        let mut gone: Vec<f64> = course.running[1..]
            .iter()
            .map(|(time, _)| time + chance.between(35.0, 70.0))
            .collect();
        gone.sort_by(f64::total_cmp);
        for (time, stopped) in gone.iter().zip(1..) {
            course.old.push((*time, course.tasks - stopped));
        }
        let settled = gone[gone.len() - 1] + chance.between(1.0, settles);
        course.ends(settled, ServiceDeploymentStatus::Successful, "deployed")
    }

    fn ends(mut self, at: f64, status: ServiceDeploymentStatus, verdict: &'static str) -> Self {
        self.status.push((at, status));
        self.end = at;
        self.verdict = verdict;
        self
    }

    /// Tasks fail until the circuit breaker has counted three.
    fn fails(&mut self, chance: &mut Chance) -> f64 {
        let mut time = self.lag + 1.0;
        for failures in 1..=3 {
            time += chance.between(10.0, 60.0);
            self.running.push((time, 1));
            time += chance.between(3.0, 30.0);
            self.running.push((time, 0));
            self.failures.push((time, failures));
        }
        time
    }

    fn rolls_back(chance: &mut Chance) -> Self {
        let mut course = Self::begin(chance);
        let tripped = course.fails(chance) + chance.between(0.5, 5.0);
        let back = ServiceDeploymentStatus::RollbackInProgress;
        course.status.push((tripped, back));
        let end = tripped + chance.between(3.0, 90.0);
        course.ends(
            end,
            ServiceDeploymentStatus::RollbackSuccessful,
            "rolled-back",
        )
    }

    /// A guard without rollback, or a person, ends it at any moment.
    fn ends_at_once(chance: &mut Chance) -> Self {
        let mut course = Self::begin(chance);
        let end = course.fails(chance) + chance.between(0.5, 60.0);
        course.ends(end, ServiceDeploymentStatus::Stopped, "failed")
    }

    fn moves_traffic(chance: &mut Chance, fires: bool) -> Self {
        let mut course = Self::begin(chance);
        let mut time = course.lag;
        course.stages.push((time, "PRE_SCALE_UP"));
        time += chance.between(1.0, 10.0);
        course.stages.push((time, "SCALE_UP"));
        time = course.starts(chance, time) + chance.between(20.0, 60.0);
        for stage in [
            "POST_SCALE_UP",
            "TEST_TRAFFIC_SHIFT",
            "POST_TEST_TRAFFIC_SHIFT",
            "PRODUCTION_TRAFFIC_SHIFT",
            "POST_PRODUCTION_TRAFFIC_SHIFT",
        ] {
            course.stages.push((time, stage));
            time += chance.between(1.0, 40.0);
        }
        course.stages.push((time, "BAKE_TIME"));
        let bake = 60.0 * chance.between(1.0, 10.0).floor();
        course.bake = Some(bake);
        if fires {
            time += chance.between(0.0, bake);
            let back = ServiceDeploymentStatus::RollbackInProgress;
            course.status.push((time, back));
            let end = time + chance.between(10.0, 90.0);
            return course.ends(
                end,
                ServiceDeploymentStatus::RollbackSuccessful,
                "rolled-back",
            );
        }
        time += bake + chance.between(0.0, 5.0);
        course.stages.push((time, "CLEAN_UP"));
        time += chance.between(2.0, 45.0);
        course.old.push((time - 1.0, 0));
        course.ends(time, ServiceDeploymentStatus::Successful, "deployed")
    }

    fn pauses(chance: &mut Chance) -> Self {
        let mut course = Self::moves_traffic(chance, false);
        let (time, _) = course.stages[chance_index(chance, course.stages.len() - 2)];
        course.pause = Some(time);
        course.end = time;
        course.verdict = "paused";
        course
    }

    /// The service deployment at a time.
    pub(super) fn deployment(&self, now: f64) -> ServiceDeployment {
        let mut it = ours(at_time(&self.status, now).unwrap());
        let counts = |number, requested, pending, running| RevisionCounts {
            revision: revision(number),
            requested,
            pending,
            running,
            production_weight: None,
            test_weight: None,
        };
        let old = at_time(&self.old, now).unwrap();
        let back = matches!(
            it.status,
            ServiceDeploymentStatus::RollbackInProgress
                | ServiceDeploymentStatus::RollbackSuccessful
        );
        let running = at_time(&self.running, now).unwrap();
        it.target = Some(counts(
            OURS,
            self.tasks,
            at_time(&self.pending, now).unwrap(),
            if back { 0 } else { running },
        ));
        it.sources = vec![counts(100, self.tasks, 0, old)];
        it.breaker_failures = at_time(&self.failures, now).unwrap();
        if it.status == ServiceDeploymentStatus::Stopped {
            it.breaker = Some(crate::domain::service::GuardStatus::Triggered);
        }
        if back {
            it.rollback = Some(RollbackFact {
                reason: "tripped".to_owned(),
                revision: Some(revision(100)),
            });
        }
        it.stage = at_time(&self.stages, now).and_then(LifecycleStage::new);
        if self.pause.is_some_and(|pause| pause <= now) {
            it.hooks = vec![Hook {
                id: "hook-1".to_owned(),
                status: HookStatus::AwaitingAction,
                target: None,
                expires_at: None,
                at_expiry: None,
            }];
        }
        it
    }

    /// The service at a time.
    pub(super) fn service(&self, now: f64) -> ServiceState {
        let deployment = self.deployment(now);
        let mut service = match deployment.status {
            ServiceDeploymentStatus::Successful => done(),
            ServiceDeploymentStatus::RollbackSuccessful => steady(),
            _ => rolling(),
        };
        if let Some(entry) = service
            .deployments
            .iter_mut()
            .find(|entry| entry.id == id(OURS))
        {
            let target = deployment.target.as_ref().unwrap();
            entry.counts.pending = target.pending;
            entry.counts.running = target.running;
            entry.counts.desired = self.tasks;
        }
        if now >= self.lag {
            service.current_deployment = Some(deployment.arn);
        }
        service.bake_time = self.bake.map(Duration::from_secs_f64);
        service
    }

    /// Whether ECS knows the service deployment.
    pub(super) fn is_known(&self, now: f64) -> bool {
        now >= self.lag
    }
}

fn chance_index(chance: &mut Chance, length: usize) -> usize {
    let number = chance.between(0.0, 1000.0);
    (0..length)
        .rfind(|index| {
            number
                >= 1000.0 * f64::from(u32::try_from(*index).unwrap())
                    / f64::from(u32::try_from(length).unwrap())
        })
        .unwrap_or(0)
}
