//! Two things at once, the first of which ends it: how a stage notices a signal while it waits.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

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
