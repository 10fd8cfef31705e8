//! The same for several things at once, a few at a time: so that what takes a second for each does not take a minute for all,
//! and the rates of AWS are kept.
//!
//! Not for things that need each other.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use crate::report::{Event, Report};
use crate::stage::race::both;

/// How many are under way at most. Application Auto Scaling publishes no rates; each of these makes one call after the other.
const AT_ONCE: usize = 8;

/// Does the work for each thing, and gives what came of each, in their order. The next is begun when one is done.
pub(crate) async fn each<'a, T, R>(things: &'a [T], work: impl AsyncFn(&'a T) -> R) -> Vec<R> {
    run(things, work, |_| {}).await
}

/// The same for work that tells: what is told of a thing stands together, in the order of the things, whichever is done
/// first. The first that is not done is heard at once, the others after it.
pub(crate) async fn each_telling<'a, T, R>(
    things: &'a [T],
    report: &mut dyn Report,
    work: impl AsyncFn(&'a T, &mut dyn Report) -> R,
) -> Vec<R> {
    let logs: Vec<(&T, Log)> = things.iter().map(|thing| (thing, Log::default())).collect();
    let mut told = 0;
    run(
        &logs,
        async |(thing, log)| work(thing, &mut log.writer()).await,
        |done| {
            while let Some((_, log)) = logs.get(told) {
                log.tell(report);
                if !done(told) {
                    break;
                }
                told += 1;
            }
        },
    )
    .await
}

/// Does two things that tell. The first is heard at once, the second after it.
pub(crate) async fn both_telling<A, B>(
    report: &mut dyn Report,
    first: impl AsyncFnOnce(&mut dyn Report) -> A,
    second: impl AsyncFnOnce(&mut dyn Report) -> B,
) -> (A, B) {
    let log = Log::default();
    let second = async { second(&mut log.writer()).await };
    let ended = both(first(&mut *report), second).await;
    log.tell(report);
    ended
}

/// What was told and nobody heard so far.
#[derive(Debug, Default)]
pub(crate) struct Log(RefCell<Vec<Event>>);

impl Log {
    /// What writes into it.
    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer(self)
    }

    /// Lets it be heard.
    pub(crate) fn tell(&self, report: &mut dyn Report) {
        for event in self.0.take() {
            report.tell(event);
        }
    }
}

/// See [`Log::writer`].
pub(crate) struct Writer<'log>(&'log Log);

impl Report for Writer<'_> {
    fn tell(&mut self, event: Event) {
        self.0.0.borrow_mut().push(event);
    }
}

/// The work for one thing, by its place among them.
type Going<'work, R> = (usize, Pin<Box<dyn Future<Output = R> + 'work>>);

/// Whatever was done, it is said which are by now.
async fn run<'a, T, R>(
    things: &'a [T],
    work: impl AsyncFn(&'a T) -> R,
    mut went_on: impl FnMut(&dyn Fn(usize) -> bool),
) -> Vec<R> {
    let mut done: Vec<Option<R>> = things.iter().map(|_| None).collect();
    let mut waiting = things.iter().enumerate();
    let mut going: Vec<Going<'_, R>> = Vec::new();
    poll_fn(|context| {
        let mut poll = |(place, work): &mut Going<'_, R>| match work.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(result) => {
                done[*place] = Some(result);
                false
            }
        };
        going.retain_mut(&mut poll);
        while going.len() < AT_ONCE
            && let Some((place, thing)) = waiting.next()
        {
            let mut begun = (place, Box::pin(work(thing)) as _);
            if poll(&mut begun) {
                going.push(begun);
            }
        }
        went_on(&|place| done[place].is_some());
        if going.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::task::{Context, Waker};

    use super::*;
    use crate::ports::fake::settled;
    use crate::report::Recorder;

    /// Lets the others go on, so many times.
    async fn others(mut times: usize) {
        poll_fn(|_| {
            times = times.saturating_sub(1);
            if times == 0 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    fn texts(report: &Recorder) -> Vec<&str> {
        let texts = report.0.iter().map(|event| match event {
            Event::Noted(remark) => remark.text.as_str(),
            other => panic!("not a note: {other:?}"),
        });
        texts.collect()
    }

    #[test]
    fn never_more_than_a_few_are_under_way_and_results_keep_their_order() {
        let things: Vec<usize> = (0..40).collect();
        let (now, most) = (Cell::new(0), Cell::new(0));
        let results = settled(each(&things, async |thing| {
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            others(40 - thing).await;
            now.set(now.get() - 1);
            thing * 2
        }));
        assert_eq!(most.get(), AT_ONCE);
        assert_eq!(results, (0..40).map(|thing| thing * 2).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_told_keeps_the_order_of_the_things_whichever_is_done_first() {
        let mut report = Recorder::default();
        settled(each_telling(
            &[3, 1, 2],
            &mut report,
            async |thing, report| {
                report.tell(Event::note(format!("{thing} begins")));
                others(*thing).await;
                report.tell(Event::note(format!("{thing} ends")));
            },
        ));
        let expected = [
            "3 begins", "3 ends", "1 begins", "1 ends", "2 begins", "2 ends",
        ];
        assert_eq!(texts(&report), expected);
    }

    #[test]
    fn of_two_things_the_first_is_heard_at_once_and_the_second_after_it_whichever_is_done_first() {
        for (first, second) in [(1, 3), (3, 1)] {
            let mut report = Recorder::default();
            let work = |name: &'static str, turns| {
                async move |report: &mut dyn Report| {
                    report.tell(Event::note(format!("{name} begins")));
                    others(turns).await;
                    report.tell(Event::note(format!("{name} ends")));
                    turns
                }
            };
            let ended = settled(both_telling(
                &mut report,
                work("one", first),
                work("two", second),
            ));
            assert_eq!(ended, (first, second));
            let expected = ["one begins", "one ends", "two begins", "two ends"];
            assert_eq!(texts(&report), expected);
        }
    }

    #[test]
    fn the_first_that_is_not_done_is_heard_at_once() {
        let mut report = Recorder::default();
        {
            let work = each_telling(&[0, 1], &mut report, async |thing, report| {
                report.tell(Event::note(format!("{thing} begins")));
                others(10 * thing).await;
            });
            let mut work = std::pin::pin!(work);
            let context = &mut Context::from_waker(Waker::noop());
            assert!(work.as_mut().poll(context).is_pending());
        }
        assert_eq!(texts(&report), ["0 begins", "1 begins"]);
    }
}
