//! Calls in no sensible order: whatever is asked, time goes on, and every answer fits the API model.

use super::*;

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn act(world: &mut World, dice: &mut Dice) {
    const STORIES: [&str; 6] = [
        "steady",
        "crash-loop",
        "no-rollback",
        "bad-image",
        "hang",
        "superseded",
    ];
    let service = ["web", "web-native"][dice.below(2)];
    match dice.below(7) {
        0 | 1 => {
            world.deploy(service);
        }
        2 => ecs::set_desired_count(
            &mut world.cloud,
            "demo",
            service,
            i64::try_from(dice.below(5)).unwrap(),
        ),
        3 => {
            let story = json!(STORIES[dice.below(STORIES.len())]);
            ecs::set_story(&mut world.cloud, Some(service), &story).unwrap();
        }
        4 => {
            let arn = world.rollout(service)["serviceDeploymentArn"].clone();
            let stopped = world.try_call(
                Service::Ecs,
                "StopServiceDeployment",
                &json!({"serviceDeploymentArn": arn}),
            );
            assert!(stopped.is_ok() || stopped.unwrap_err().code == "ConflictException");
        }
        5 => {
            if let Some(task) = world.tasks(service, "RUNNING").first() {
                world.call(
                    "StopTask",
                    &json!({"cluster": "demo", "task": task["taskArn"]}),
                );
            }
        }
        _ => {
            let force = json!({"cluster": "demo", "service": service, "forceNewDeployment": true});
            world.call("UpdateService", &force);
        }
    }
}

#[test]
fn whatever_happened_before_a_good_deployment_makes_the_service_steady_again() {
    for seed in 0..12 {
        let (mut world, mut dice) = (World::new(), Dice(seed));
        for _ in 0..25 {
            act(&mut world, &mut dice);
            world.wait([0.0, 1.0, 7.0, 45.0, 300.0][dice.below(5)]);
            for service in ["web", "web-native"] {
                world.rollout(service);
                world.tasks(service, "STOPPED");
                let open = world
                    .rollouts(service)
                    .iter()
                    .filter(|rollout| rollout.get("finishedAt").is_none())
                    .count();
                assert!(open <= 1, "seed {seed}: {open} service deployments at once");
            }
        }
        for service in ["web", "web-native"] {
            ecs::set_story(&mut world.cloud, Some(service), &json!("steady")).unwrap();
            world.deploy(service);
            world.wait(1800.0);
            assert_eq!(world.status(service), "SUCCESSFUL", "seed {seed}");
            assert!(world.is_stable(service), "seed {seed}");
            assert_eq!(
                world.tasks(service, "RUNNING").len(),
                usize::try_from(world.service(service)["desiredCount"].as_u64().unwrap()).unwrap()
            );
        }
    }
}
