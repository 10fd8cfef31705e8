//! Two things at once: the first to end may end the other, which is how a stage notices a signal while it waits.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::ports::Clock;

/// Which of two ended first.
pub(crate) enum Raced<A, B> {
    /// The first, which is also asked first.
    First(A),
    /// The second.
    Second(B),
}

/// Runs both until one is over; the other is dropped where it stands.
pub(crate) async fn race<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> Raced<A, B> {
    let mut first = pin!(first);
    let mut second = pin!(second);
    poll_fn(|context| {
        if let Poll::Ready(ended) = first.as_mut().poll(context) {
            return Poll::Ready(Raced::First(ended));
        }
        second.as_mut().poll(context).map(Raced::Second)
    })
    .await
}

/// Runs both to their ends.
pub(crate) async fn both<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    match race(first.as_mut(), second.as_mut()).await {
        Raced::First(ended) => (ended, second.await),
        Raced::Second(ended) => (first.await, ended),
    }
}

/// What the work gives, if it gives it before that time of the clock. Nothing is begun after it.
pub(crate) async fn until<T>(
    clock: &impl Clock,
    end: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let left = end.saturating_sub(clock.elapsed());
    if left.is_zero() {
        return None;
    }
    match race(work, clock.sleep(left)).await {
        Raced::First(done) => Some(done),
        Raced::Second(()) => None,
    }
}
