//! Several things, a few at a time: all are suspended, or an error says which was not; and all are given back.
//!
//! Not for what is done to one of them.
use std::cell::Cell;

use super::{Contest, Resumed, Suspended};
use crate::error::{Cause, Error};
use crate::report::{Event, Remark, Report};
use crate::stage::several::each_telling;

/// Suspends all of these. What another run holds is waited for when the others are held still, one after the other: then the
/// rest may be free as well. What was suspended is noted as soon as it is known, also when something else fails.
///
/// # Errors
/// The first failure, in the order of the things; nothing is begun after it. The others are told.
pub(crate) async fn suspend_all<T: Clone>(
    things: Vec<T>,
    contest: Contest,
    report: &mut dyn Report,
    suspend: impl AsyncFn(&T, Contest, &mut dyn Report) -> Result<Option<Suspended>, Error>,
    mut note: impl FnMut(&T, Suspended),
) -> Result<(), Error> {
    let is_waited_for = |error: &Error| contest.waits() && error.cause == Cause::Superseded;
    let mut left = things;
    loop {
        let failed = Cell::new(false);
        let tried = each_telling(&left, report, async |thing, report| {
            if failed.get() {
                return Ok(None);
            }
            let result = suspend(thing, contest.at_once(), report).await;
            if result.as_ref().is_err_and(|error| !is_waited_for(error)) {
                failed.set(true);
            }
            result
        })
        .await;
        let (mut held, mut first) = (Vec::new(), Ok(()));
        for (thing, result) in left.into_iter().zip(tried) {
            match result {
                Ok(Some(one)) => note(&thing, one),
                Ok(None) => {}
                Err(error) if is_waited_for(&error) => held.push(thing),
                Err(error) if first.is_ok() => first = Err(error),
                Err(error) => report.tell(Event::warning(error.to_string())),
            }
        }
        first?;
        if held.is_empty() {
            return Ok(());
        }
        left = held.split_off(1);
        for thing in held {
            if let Some(one) = suspend(&thing, contest, report).await? {
                note(&thing, one);
            }
        }
    }
}

/// Gives all of these back, also when one fails; each failure is told with the command that repairs it.
///
/// # Errors
/// The first failure, in the order of the things.
pub(crate) async fn give_back_all<T>(
    things: &[T],
    report: &mut dyn Report,
    resume: impl AsyncFn(&T, &mut dyn Report) -> Result<Resumed, Error>,
) -> Result<(), Error> {
    let given = each_telling(things, report, async |thing, report| {
        let error = match resume(thing, report).await {
            // What came of it was told, also that another run holds it.
            Ok(Resumed::Done { .. } | Resumed::Held { .. } | Resumed::Gone) => return Ok(()),
            Err(error) => error,
        };
        report.tell(Event::Warned(Remark {
            text: error.text.clone(),
            hint: error.hint.clone(),
            place: None,
        }));
        Err(error)
    });
    given.await.into_iter().collect()
}
