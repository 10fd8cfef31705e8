//! What is due: tasks move on, services hear of it, the scheduler looks.

use super::Ecs;
use super::guard;
use super::scheduler::Scheduler;
use super::task::{Happening, Owner, live};
use crate::sim::cloud::Cloud;
use crate::sim::moment::Moment;

impl Ecs {
    /// The earliest moment at which something happens by itself.
    pub(super) fn next_due(&self) -> Option<Moment> {
        let tasks = self.tasks.values().filter_map(super::task::Task::next_due);
        let services = self
            .services
            .values()
            .filter_map(super::service::Service::next_due);
        tasks.chain(services).min()
    }

    /// Does everything that is due at `around.now`.
    pub(super) fn run_due(&mut self, around: &mut Cloud) {
        while self.next_due().is_some_and(|due| due <= around.now) {
            self.move_tasks(around);
            self.look_at_services(around);
        }
    }

    fn move_tasks(&mut self, around: &mut Cloud) {
        let due: Vec<String> = self
            .tasks
            .values()
            .filter(|task| task.next_due().is_some_and(|due| due <= around.now))
            .map(|task| task.id.clone())
            .collect();
        for id in due {
            let Some(task) = self.tasks.get_mut(&id) else {
                continue;
            };
            for happening in live(task, around) {
                if happening == Happening::Forgotten {
                    self.tasks.remove(&id);
                } else {
                    self.hear(&id, &happening, around);
                }
            }
        }
    }

    /// Tells a task's service what happened to it.
    fn hear(&mut self, id: &str, happening: &Happening, around: &mut Cloud) {
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        let (Some(key), Owner::Service { number, .. }) = (task.service_key(), &task.owner) else {
            return;
        };
        let (number, target) = (number.clone(), task.plan.target.clone());
        let Some(service) = self.services.get_mut(&key) else {
            return;
        };
        service.wake(around.now);
        let mut scheduler = Scheduler {
            service,
            tasks: &mut self.tasks,
            definitions: &mut self.definitions,
            around,
        };
        let group = target
            .as_ref()
            .map(|target| target.group.as_str())
            .unwrap_or_default();
        match happening {
            Happening::Registered => {
                scheduler.tell_of(
                    &number,
                    &format!("registered 1 targets in (target-group {group})"),
                );
            }
            Happening::Deregistered => {
                scheduler.tell_of(
                    &number,
                    &format!("deregistered 1 targets in (target-group {group})"),
                );
            }
            Happening::Healthy => guard::healthy(&mut scheduler, &number),
            Happening::NotStarted { reason } => {
                scheduler.service.steady = false;
                scheduler.tell_of(
                    &number,
                    &format!("was unable to place a task. Reason: {reason}."),
                );
                guard::failed(&mut scheduler, &number, 0.0);
            }
            Happening::Ended => {
                scheduler.service.steady = false;
                guard::failed(&mut scheduler, &number, 0.0);
            }
            Happening::Unhealthy { reason } => {
                scheduler.service.steady = false;
                match (reason, &target) {
                    (Some(reason), Some(target)) => scheduler.tell_of(&number, &format!(
                        "(task {id}) (port {}) is unhealthy in (target-group {group}) due to (reason {reason}).",
                        target.port
                    )),
                    _ => scheduler.tell_of(&number, &format!("(task {id}) failed container health checks.")),
                }
                scheduler.tell_of(
                    &number,
                    &format!("has stopped 1 running tasks: (task {id})."),
                );
                guard::failed(&mut scheduler, &number, 0.0);
            }
            Happening::Running | Happening::Gone | Happening::Forgotten => {}
        }
    }

    fn look_at_services(&mut self, around: &mut Cloud) {
        for service in self.services.values_mut() {
            if service.take_wakes(around.now) {
                Scheduler {
                    service,
                    tasks: &mut self.tasks,
                    definitions: &mut self.definitions,
                    around,
                }
                .look();
            }
        }
    }
}
