//! When a deployment is looked at, what is read of it, and how soon its end is noticed: in virtual time, over many deployments.

use super::course::{Chance, Course};
use super::*;
use crate::domain::service::GuardStatus;

/// The buckets of one account and Region, with AWS's own sizes: how many calls they hold, and how many come back in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    ServiceRead,
    ServiceDeployment,
    ServiceRevision,
    ClusterRead,
}

impl Bucket {
    fn size(self) -> (f64, f64) {
        match self {
            Self::ServiceRead | Self::ClusterRead => (100.0, 20.0),
            Self::ServiceDeployment | Self::ServiceRevision => (50.0, 20.0),
        }
    }
}

/// How a deployment was followed.
struct Followed {
    verdict: &'static str,
    /// When its end was known, in seconds after the update.
    noticed: f64,
    looks: usize,
    calls: Vec<(f64, Bucket)>,
}

/// What a call takes.
const CALL: f64 = 0.08;

/// Follows a deployment to its end, as the stage does: a look, then the pause that the rollout asks for.
fn follow(course: &Course) -> Followed {
    let mut rollout = Rollout::new(start(), goal());
    let mut calls = Vec::new();
    let mut looks = 0;
    // The answer to the update.
    let mut now = 0.1;
    loop {
        looks += 1;
        let mut call = |bucket| {
            calls.push((now, bucket));
            now += CALL;
            now
        };
        let deployment = match rollout.wanted_deployment() {
            None => Read::NotRead,
            Some(arn) => {
                let answered = call(Bucket::ServiceDeployment);
                let it = course.deployment(answered);
                if course.is_known(answered) && *arn == it.arn {
                    Read::Got(it)
                } else {
                    Read::Missing
                }
            }
        };
        let wanted = rollout.wanted(&deployment);
        let mut seen = Observation {
            deployment,
            ..Observation::default()
        };
        if wanted.service {
            seen.service = Read::Got(course.service(call(Bucket::ServiceRead)));
        }
        if wanted.revision.is_some() {
            call(Bucket::ServiceRevision);
            seen.revision = Read::Got(target_revision("sha256:aa"));
        }
        if wanted.list.is_some() {
            let answered = call(Bucket::ServiceDeployment);
            let it = course.deployment(answered);
            let known = course.is_known(answered);
            seen.listed = Read::Got(known.then(|| brief(&it)).into_iter().collect());
        }
        if wanted.tasks {
            for _ in 0..3 {
                call(Bucket::ClusterRead);
            }
            seen.tasks = Read::Got(Vec::new());
        }
        let (_, verdict) = rollout.observe(&seen, Duration::from_secs_f64(now));
        if verdict.is_final() {
            return Followed {
                verdict: verdict.name(),
                noticed: now,
                looks,
                calls,
            };
        }
        now += rollout.pause().as_secs_f64();
        assert!(now < 3600.0, "it never ends: {verdict:?}");
    }
}

#[test]
fn the_end_is_noticed_after_a_second_and_a_half_in_the_mean_and_five_at_most() {
    let mut delays = Vec::new();
    for seed in 0..200 {
        let course = Course::new(seed);
        let followed = follow(&course);
        assert_eq!(followed.verdict, course.verdict, "seed {seed}");
        let delay = followed.noticed - course.end;
        assert!((0.0..=5.0).contains(&delay), "seed {seed}: {delay}");
        delays.push(delay);
    }
    let mean = delays.iter().sum::<f64>() / 200.0;
    let latest = delays.into_iter().fold(0.0, f64::max);
    println!("noticed after {mean:.2} s in the mean, {latest:.2} s at most");
    assert!(mean <= 1.5, "{mean}");
}

#[test]
fn a_look_costs_two_calls_at_most_over_the_whole_of_a_deployment() {
    for seed in 0..200 {
        let followed = follow(&Course::new(seed));
        // The last look has to know, whatever was saved: the service, and the digests if they were not read before.
        let (calls, looks) = (followed.calls.len(), followed.looks);
        assert!(calls <= 2 * looks + 1, "seed {seed}: {calls} in {looks}");
    }
}

#[test]
fn twenty_pipelines_at_once_never_empty_a_bucket_of_the_account() {
    for round in 0..20 {
        let mut chance = Chance::new(round);
        let mut calls = Vec::new();
        for pipeline in 0..20 {
            let begins = chance.between(0.0, 5.0);
            // Before it is followed, a pipeline looks at the service twice and lists its deployments.
            calls.push((begins, Bucket::ServiceRead));
            calls.push((begins, Bucket::ServiceRead));
            calls.push((begins, Bucket::ServiceDeployment));
            let followed = follow(&Course::new(round * 20 + pipeline));
            calls.extend(
                followed
                    .calls
                    .iter()
                    .map(|(at, bucket)| (begins + at, *bucket)),
            );
        }
        calls.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        for bucket in [
            Bucket::ServiceRead,
            Bucket::ServiceDeployment,
            Bucket::ServiceRevision,
            Bucket::ClusterRead,
        ] {
            let (most, per_second) = bucket.size();
            let (mut left, mut filled) = (most, 0.0);
            for (at, _) in calls.iter().filter(|(_, other)| *other == bucket) {
                left = f64::min(left + (at - filled) * per_second, most) - 1.0;
                filled = *at;
                assert!(left >= 0.0, "round {round}: {bucket:?} at {at}");
            }
        }
    }
}

#[test]
fn twenty_pipelines_that_all_wait_for_the_last_word_stay_within_the_buckets() {
    // The worst there is: all of them at the shortest pauses, for as long as those are kept.
    let mut rollout = linked(goal());
    let mut seen = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    seen.service = Read::NotRead;
    let (mut now, mut looks) = (10.0, 0);
    while now < 130.0 {
        rollout.observe(&seen, Duration::from_secs_f64(now));
        now += rollout.pause().as_secs_f64();
        looks += 1;
    }
    // Ten at a second each, then ever further apart: in two minutes 50 + 20 * 120 calls are there, for 20 pipelines.
    assert!((35..=60).contains(&looks), "{looks}");
}

#[test]
fn looks_are_far_apart_on_the_way_and_close_when_one_more_failure_or_one_more_word_is_the_end() {
    let mut rollout = linked(goal());
    let mut seen = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    let mut pause_after = |at, change: fn(&mut ServiceDeployment)| {
        if let Read::Got(deployment) = &mut seen.deployment {
            change(deployment);
        }
        rollout.observe(&seen, seconds(at));
        rollout.pause()
    };
    let far = Duration::from_millis(4500);
    let starts = |deployment: &mut ServiceDeployment| {
        let target = deployment.target.as_mut().unwrap();
        (target.running, target.pending) = (0, 2);
    };
    assert_eq!(pause_after(2, starts), far);
    let begins = |deployment: &mut ServiceDeployment| {
        let target = deployment.target.as_mut().unwrap();
        (target.running, target.pending) = (1, 1);
    };
    assert_eq!(pause_after(6, begins), far);
    let nearly_trips = |deployment: &mut ServiceDeployment| {
        deployment.breaker = Some(GuardStatus::Monitoring);
        deployment.breaker_threshold = 3;
        deployment.breaker_failures = 2;
    };
    assert_eq!(pause_after(11, nearly_trips), seconds(2));
    let all_moved = |deployment: &mut ServiceDeployment| {
        deployment.breaker_failures = 0;
        let target = deployment.target.as_mut().unwrap();
        (target.running, target.pending) = (2, 0);
        deployment.sources.clear();
    };
    assert_eq!(pause_after(15, all_moved), seconds(1));
    // The longer it does not come, the less likely the next moment brings it.
    assert_eq!(pause_after(35, |_| ()), seconds(2));
    assert_eq!(pause_after(95, |_| ()), far);
}

#[test]
fn the_end_of_a_bake_time_is_awaited_at_a_distance_and_then_closely() {
    let mut rollout = linked(goal());
    let mut bakes = ours(ServiceDeploymentStatus::InProgress);
    bakes.stage = crate::domain::service::LifecycleStage::new("BAKE_TIME");
    let mut service = rolling();
    service.bake_time = Some(seconds(300));
    let seen = moment(service, bakes);
    let mut pauses = Vec::new();
    for at in [100, 104, 108, 112, 250, 380, 396, 399] {
        rollout.observe(&seen, seconds(at));
        pauses.push(rollout.pause().as_secs());
    }
    assert_eq!(pauses[4..], [4, 2, 2, 1], "{pauses:?}");
}

#[test]
fn the_service_is_read_when_its_deployment_moved_and_else_now_and_then() {
    let mut rollout = linked(goal());
    let running = ours(ServiceDeploymentStatus::InProgress);
    let mut seen = moment(rolling(), running.clone());
    seen.tasks = Read::Got(Vec::new());
    rollout.observe(&seen, seconds(4));
    let same = Read::Got(running.clone());
    let quiet = Observation {
        deployment: same.clone(),
        ..Observation::default()
    };
    rollout.observe(&quiet, seconds(6));
    assert!(!rollout.wanted(&same).service);
    rollout.observe(&quiet, seconds(15));
    assert!(!rollout.wanted(&same).service);
    rollout.observe(&quiet, seconds(16));
    assert!(rollout.wanted(&same).service);
    let mut moved = running;
    moved.breaker_failures = 1;
    assert!(rollout.wanted(&Read::Got(moved.clone())).service);
    moved.status = ServiceDeploymentStatus::Stopped;
    assert!(rollout.wanted(&Read::Got(moved)).service);
}

#[test]
fn tasks_are_read_when_their_numbers_move_and_once_enough_is_saved() {
    let mut rollout = linked(goal());
    let running = ours(ServiceDeploymentStatus::InProgress);
    let mut seen = moment(rolling(), running.clone());
    seen.tasks = Read::Got(Vec::new());
    rollout.observe(&seen, seconds(2));
    let quiet = Observation {
        deployment: Read::Got(running.clone()),
        ..Observation::default()
    };
    rollout.observe(&quiet, seconds(4));
    assert!(!rollout.wanted(&quiet.deployment).tasks);
    let mut failed = running;
    failed.breaker_failures = 1;
    let seen = Observation {
        deployment: Read::Got(failed),
        ..Observation::default()
    };
    for at in [6, 8, 10] {
        rollout.observe(&seen, seconds(at));
    }
    assert!(rollout.wanted(&seen.deployment).tasks);
}

#[test]
fn a_service_deployment_that_the_service_names_is_taken_only_if_it_is_ours() {
    let mut rollout = Rollout::new(start(), goal());
    let mut service = rolling();
    let theirs = service_deployment("d150", 150, ServiceDeploymentStatus::Successful);
    service.current_deployment = Some(theirs.arn.clone());
    let just = |service: &ServiceState, deployment| Observation {
        service: Read::Got(service.clone()),
        deployment,
        ..Observation::default()
    };
    rollout.observe(&just(&service, Read::NotRead), seconds(1));
    assert_eq!(rollout.wanted_deployment(), Some(&theirs.arn));
    rollout.observe(&just(&service, Read::Got(theirs)), seconds(2));
    assert_eq!(rollout.service_deployment(), None);
    assert_eq!(rollout.wanted_deployment(), None, "it is not asked again");
    let mine = ours(ServiceDeploymentStatus::InProgress);
    service.current_deployment = Some(mine.arn.clone());
    rollout.observe(&just(&service, Read::NotRead), seconds(3));
    let (events, _) = rollout.observe(&just(&service, Read::Got(mine.clone())), seconds(4));
    assert!(matches!(events[0], RolloutEvent::Linked { .. }));
    assert_eq!(rollout.service_deployment(), Some(&mine.arn));
}

#[test]
fn the_one_that_was_named_before_is_never_asked_for() {
    let mut before = steady();
    let old = service_deployment("d100", 100, ServiceDeploymentStatus::Successful);
    before.current_deployment = Some(old.arn.clone());
    let start = Start {
        before: Before::of(&before, &[]),
        ..start()
    };
    let mut rollout = Rollout::new(start, goal());
    let mut service = rolling();
    service.current_deployment = Some(old.arn);
    let seen = Observation {
        service: Read::Got(service),
        ..Observation::default()
    };
    rollout.observe(&seen, seconds(1));
    assert_eq!(rollout.wanted_deployment(), None);
    assert_eq!(rollout.wanted(&Read::NotRead).list, None);
    rollout.observe(&seen, seconds(5));
    assert!(rollout.wanted(&Read::NotRead).list.is_some());
}
