//! The deployment of a pipeline with scaling held still around it, each as a stage of its own; scaling is given back in any
//! case.
use std::pin::pin;
use std::time::Duration;

use super::course::Course;
use super::{RunPipeline, go_on};
use crate::domain::revision::TaskDefinitionRef;
use crate::error::{Cause, Error};
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::{Clock, Interruption};
use crate::report::Report;
use crate::stage::Outputs;
use crate::stage::deploy_service::{
    Deploys, Held, Order, SuspendScaling, hold, keeping, preflight, release,
};
use crate::stage::race::{Raced, both, race};
use crate::stage::several::Log;

impl RunPipeline {
    /// Deploys a revision, with scaling held still around it if that was asked for.
    pub(super) async fn deploy_held<W: Deploys>(
        &self,
        world: &W,
        arn: TaskDefinitionRef,
        may_hold: bool,
        course: &mut Course,
        report: &mut dyn Report,
    ) -> Result<(), Error> {
        let mut deploy = self.deploy(None, Some(arn), course);
        let order = Order::of(&deploy)?;
        let mut held = Held::default();
        go_on(world)?;
        // Looked at again: the revision may turn out to be the one that runs.
        let services = if may_hold {
            preflight(world, &deploy, report).await?
        } else {
            Vec::new()
        };
        let suspends = !services.is_empty();
        if suspends {
            let about = "hold scaling still, keeping the state before with the target".to_owned();
            let began = Course::begin(world, report, "suspend-scaling", about);
            let result = hold(world, &order, &services, &mut held, report).await;
            let result = course.end(world, report, &began, result.map(|()| Outputs::new()));
            if let Err(error) = result {
                return give_back(world, &held, None, course, report, Err(error)).await;
            }
        }
        // Scaling is held here, around it.
        deploy.deployment.suspend_scaling = SuspendScaling::Never;
        deploy.held_around = held.services();
        let about = self.deploying("roll out");
        let work = course.follow(world, report, "deploy-service", about, deploy);
        let (deployed, released) = Released::around(world, &order, &held, work).await;
        if suspends {
            give_back(world, &held, released, course, report, deployed).await
        } else {
            deployed
        }
    }
}

/// Scaling that was given back before its turn, because a signal left little time: what was told of it waits for that turn.
struct Released {
    told: Log,
    took: Duration,
    result: Result<(), Error>,
}

impl Released {
    /// Does what scaling is held still for, and gives it back as soon as a signal comes, while the work is still being left.
    async fn around<W: ReadScaling + WriteScaling + Clock + Interruption, T>(
        world: &W,
        order: &Order,
        held: &Held,
        work: impl Future<Output = T>,
    ) -> (T, Option<Self>) {
        let mut work = pin!(work);
        let unless_signalled = race(world.interrupted(), work.as_mut());
        match keeping(world, order, held, unless_signalled).await {
            Raced::Second(done) => (done, None),
            Raced::First(_) => {
                let (done, released) = both(work, Self::now(world, held)).await;
                (done, Some(released))
            }
        }
    }

    async fn now<W: ReadScaling + WriteScaling + Clock>(world: &W, held: &Held) -> Self {
        let (told, began) = (Log::default(), world.elapsed());
        let result = release(world, held, &mut told.writer()).await;
        Self {
            told,
            took: world.elapsed().saturating_sub(began),
            result,
        }
    }
}

/// Gives scaling back, unless that was done before; a failure to do so is the error only if there is no other.
async fn give_back<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    held: &Held,
    before: Option<Released>,
    course: &mut Course,
    report: &mut dyn Report,
    ended: Result<(), Error>,
) -> Result<(), Error> {
    let about = "give scaling back as it was".to_owned();
    let mut began = Course::begin(world, report, "resume-scaling", about);
    let released = match before {
        None => release(world, held, report).await,
        Some(Released { told, took, result }) => {
            told.tell(report);
            began.was_over_after(took);
            result
        }
    };
    let released = course.end(world, report, &began, released.map(|()| Outputs::new()));
    match (ended, released) {
        (Ok(()), Err(error)) => Err(Error::new(
            Cause::NotCleanedUp,
            format!(
                "deployed, but scaling could not be given back: {}",
                error.text
            ),
        )
        .hint(error.hint.unwrap_or_default())),
        (ended, _) => ended,
    }
}
