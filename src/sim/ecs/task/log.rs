//! What the containers of a task write, by the `awslogs` driver. Other drivers write elsewhere.

use super::Task;
use crate::sim::cloud::Cloud;
use crate::sim::logs;

/// The log group a container needs and nobody made, after making those the driver may make.
pub(super) fn missing_group(task: &Task, around: &mut Cloud) -> Option<String> {
    for container in &task.containers {
        let Some(log) = &container.log else { continue };
        if logs::has_group(around, &log.group) {
            continue;
        }
        if !log.create_group {
            return Some(log.group.clone());
        }
        logs::create_group(around, &log.group);
    }
    None
}

/// The first log line of each container. The serving container's story is told at its end, if it has one.
pub(super) fn greet(task: &Task, around: &mut Cloud) {
    for container in &task.containers {
        let silent = container.name == task.plan.serving && !task.plan.log.is_empty();
        if let Some(log) = container.log.as_ref().filter(|_| !silent) {
            let line = match container.ports.first() {
                Some(port) => format!("INFO  {} listening on port {port}", container.name),
                None => format!("INFO  {} started", container.name),
            };
            logs::put(around, &log.group, &log.stream, around.now, &line);
        }
    }
}

/// Writes the story's lines; the last one now, the others a little earlier.
pub(super) fn tell(task: &Task, around: &mut Cloud) {
    let outlet = task
        .containers
        .iter()
        .find(|container| container.name == task.plan.serving)
        .and_then(|container| container.log.as_ref());
    let Some(log) = outlet else { return };
    let mut before = 0.25 * task.plan.log.iter().map(|_| 1.0).sum::<f64>();
    for line in &task.plan.log {
        before -= 0.25;
        logs::put(
            around,
            &log.group,
            &log.stream,
            around.now.plus(-before),
            line,
        );
    }
}
