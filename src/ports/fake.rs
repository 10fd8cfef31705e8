//! A clock whose sleep takes no time, files in memory, and the decorator that fails the n-th call: for workflow tests.
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use super::{Clock, FileError, Files, Interruption, PortError, Signal};

/// Runs a future of fakes, which never wait for anything outside.
pub(crate) fn settled<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    for _ in 0..100_000 {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
    panic!("it never ends");
}

/// Lets others have their turn, so that a signal is noticed while time passes at once.
pub(crate) async fn yielded() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Time that moves only when somebody sleeps, and a signal that comes at a set time.
#[derive(Debug, Default)]
pub(crate) struct FakeClock {
    pub(crate) elapsed: Cell<Duration>,
    /// How wrong the wall clock is, in seconds.
    pub(crate) wrong_by: Cell<i64>,
    pub(crate) signal_at: Cell<Option<(Duration, Signal)>>,
    /// Before every sleep, and whatever else asks for a turn, work stands still once: a test decides who goes on.
    pub(crate) by_turns: Cell<bool>,
}

impl FakeClock {
    /// Stands still once, if work goes by turns.
    pub(crate) async fn turn(&self) {
        if self.by_turns.get() {
            yielded().await;
        }
    }
}

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        let right =
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000) + self.elapsed.get();
        let wrong_by = Duration::from_secs(self.wrong_by.get().unsigned_abs());
        if self.wrong_by.get() < 0 {
            right - wrong_by
        } else {
            right + wrong_by
        }
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }

    /// Time passes at once; if there is a signal to notice, others get their turn.
    async fn sleep(&self, time: Duration) {
        self.turn().await;
        self.elapsed.set(self.elapsed.get() + time);
        if self.signal_at.get().is_some() {
            yielded().await;
        }
    }
}

impl Interruption for FakeClock {
    async fn interrupted(&self) -> Signal {
        poll_fn(|_| self.signal().map_or(Poll::Pending, Poll::Ready)).await
    }

    fn signal(&self) -> Option<Signal> {
        self.signal_at
            .get()
            .filter(|(at, _)| *at <= self.elapsed.get())
            .map(|(_, signal)| signal)
    }
}

/// Files in memory.
#[derive(Debug, Default)]
pub(crate) struct FakeFiles(pub(crate) RefCell<BTreeMap<PathBuf, String>>);

impl Files for FakeFiles {
    fn read(&self, path: &Path) -> Result<String, FileError> {
        self.0.borrow().get(path).cloned().ok_or_else(|| FileError {
            path: path.to_owned(),
            reason: FileError::MISSING.to_owned(),
        })
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        self.0.borrow_mut().insert(path.to_owned(), text.to_owned());
        Ok(())
    }

    fn make_folder(&self, _: &Path) -> Result<(), FileError> {
        Ok(())
    }

    fn temporary(&self, name: &str) -> PathBuf {
        Path::new("temporary").join(name)
    }
}

/// Counts calls, keeps their names, and fails the one it is told to.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) made: RefCell<Vec<String>>,
    pub(crate) fail_at: Cell<Option<usize>>,
    /// The first of those that all fail.
    pub(crate) fail_from: Cell<Option<usize>>,
}

impl Calls {
    /// Notes a call, or fails it without letting it through.
    pub(crate) fn make(&self, operation: &'static str, detail: &str) -> Result<(), PortError> {
        let mut made = self.made.borrow_mut();
        made.push(if detail.is_empty() {
            operation.to_owned()
        } else {
            format!("{operation} {detail}")
        });
        let is_from = self.fail_from.get().is_some_and(|from| made.len() >= from);
        if is_from || self.fail_at.get() == Some(made.len()) {
            return Err(PortError::Unreachable {
                operation,
                reason: "failed on purpose".to_owned(),
                throttled: false,
            });
        }
        Ok(())
    }
}

/// The time of a fake, and its signals, are those of its field `clock`.
macro_rules! lives_by_its_clock {
    ($fake:ty) => {
        impl $crate::ports::Clock for $fake {
            fn now(&self) -> std::time::SystemTime {
                self.clock.now()
            }

            fn elapsed(&self) -> std::time::Duration {
                self.clock.elapsed()
            }

            async fn sleep(&self, time: std::time::Duration) {
                self.clock.sleep(time).await;
            }
        }

        impl $crate::ports::Interruption for $fake {
            async fn interrupted(&self) -> $crate::ports::Signal {
                self.clock.interrupted().await
            }

            fn signal(&self) -> Option<$crate::ports::Signal> {
                self.clock.signal()
            }
        }
    };
}

/// The files of a fake are those of its field `files`.
macro_rules! keeps_its_files {
    ($fake:ty) => {
        impl $crate::ports::Files for $fake {
            fn read(&self, path: &std::path::Path) -> Result<String, $crate::ports::FileError> {
                self.files.read(path)
            }

            fn write(
                &self,
                path: &std::path::Path,
                text: &str,
            ) -> Result<(), $crate::ports::FileError> {
                self.files.write(path, text)
            }

            fn make_folder(&self, path: &std::path::Path) -> Result<(), $crate::ports::FileError> {
                self.files.make_folder(path)
            }

            fn temporary(&self, name: &str) -> std::path::PathBuf {
                self.files.temporary(name)
            }
        }
    };
}

pub(crate) use {keeps_its_files, lives_by_its_clock};
