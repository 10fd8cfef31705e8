//! How time is waited for. The event loop keeps its timers in a wheel and comes by on the way to one that is seconds away: it wakes
//! two or three times for a single pause, each time on a processor that slept. A timer of the kernel wakes it once.

use std::time::Duration;

/// Waits so long.
#[cfg(target_os = "linux")]
pub(super) async fn sleep(time: Duration) {
    if kernel::sleep(time).await.is_err() {
        // No descriptor was left for a timer of its own.
        tokio::time::sleep(time).await;
    }
}

/// Waits so long.
#[cfg(not(target_os = "linux"))]
pub(super) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::io;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    pub(super) async fn sleep(time: Duration) -> io::Result<()> {
        // Zero would never ring.
        let time = time.max(Duration::from_nanos(1));
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let once = Itimerspec {
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(time).map_err(io::Error::other)?,
        };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &once)?;
        #[expect(
            deprecated,
            reason = "what came after it is unsafe, for the sake of descriptors that somebody else may close; this one is owned"
        )]
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        timer.readable().await?.retain_ready();
        Ok(())
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the clock, and what the kernel counts, are what it is held against"
)]
mod tests {
    use super::*;

    fn wait<T>(work: impl Future<Output = T>) -> T {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn it_waits_as_long_as_it_is_asked_to_and_several_wait_at_once() {
        let time = Duration::from_millis(30);
        let began = std::time::Instant::now();
        wait(async { tokio::join!(sleep(time), sleep(time), sleep(Duration::ZERO)) });
        assert!(began.elapsed() >= time);
    }

    #[test]
    fn what_is_given_up_rings_no_more() {
        wait(async {
            tokio::select! {
                () = sleep(Duration::from_hours(1)) => panic!("an hour went by"),
                () = sleep(Duration::from_millis(1)) => {}
            }
            sleep(Duration::from_millis(1)).await;
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_long_wait_wakes_the_process_once() {
        // The kernel tells how often the thread went to sleep: by the loop's own timers it would be twice at least.
        let switches = || {
            let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
            let line = status
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt"));
            let count = line.and_then(|line| line.split_whitespace().last());
            count.unwrap().parse::<u32>().unwrap()
        };
        let wakes = || {
            wait(async {
                sleep(Duration::from_millis(1)).await;
                let before = switches();
                sleep(Duration::from_millis(333)).await;
                switches() - before
            })
        };
        // A page that had to be read from disk would count as well.
        assert_eq!((0..3).map(|_| wakes()).min(), Some(1));
    }
}
