//! A task that is stopped from outside in the middle of a deployment: its Spot capacity is taken back, its host is retired, a
//! person stops it. It is no failure of the deployment: the scheduler starts another one, and no guard counts it.

use super::scheduler::Scheduler;
use super::task::{Task, condemn};

/// Seconds for which it is put off while no task runs.
const RETRY: f64 = 5.0;

/// Stops one running task of the PRIMARY deployment when the moment of the story has come, once.
pub(super) fn strike(s: &mut Scheduler<'_>) {
    let now = s.around.now;
    let due = s.service.loss.as_ref().is_some_and(|(at, _)| *at <= now);
    let Some((_, loss)) = s.service.loss.take_if(|_| due) else {
        return;
    };
    let primary = s.primary().unwrap_or_default();
    let running = |task: &&Task| task.is_running();
    let found = s
        .own(Some(&primary))
        .find(running)
        .map(|task| task.id.clone());
    if let Some(task) = found.and_then(|id| s.tasks.get_mut(&id)) {
        condemn(task, s.around, loss.end());
        s.service.steady = false;
    } else {
        let again = now.plus(RETRY);
        s.service.loss = Some((again, loss));
        s.service.wake(again);
    }
}
