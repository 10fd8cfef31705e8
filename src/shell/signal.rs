//! Signals, panics and the event loop.
use std::io::{self, Write};
use std::panic;

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;
use crate::exit::Exit;
use crate::stage::Outputs;
use crate::world::Interruptions;

/// The event loop of this process: one thread. File stages need no timers and no sockets.
pub(super) fn runtime(listens: bool) -> io::Result<Runtime> {
    let mut builder = Builder::new_current_thread();
    if listens {
        builder.enable_all();
    }
    builder.build()
}

/// A panic is a bug in this tool: it is said so, and the exit code is 1 whatever the profile does about panics.
pub(super) fn report_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // The message of a panic may hold values from documents: it is not printed.
        let _: io::Result<()> = writeln!(
            io::stderr(),
            "error: a bug in wharfie {} at {place}\nhint: please report it, with the command you ran",
            env!("CARGO_PKG_VERSION")
        );
        #[expect(
            clippy::exit,
            reason = "the promised exit code for a bug; nothing after a panic can be trusted"
        )]
        std::process::exit(i32::from(Exit::Bug.code()));
    }));
}

/// Runs the stage until it is over. The first SIGINT or SIGTERM is told to it; it has 6.5 seconds from then. The second ends
/// it at once.
#[cfg(any(feature = "aws", feature = "sim"))]
pub(super) async fn until_stopped(
    work: impl Future<Output = Result<Outputs, Error>>,
    interruptions: &Interruptions,
) -> Result<Outputs, Error> {
    use std::time::Duration;

    use tokio::signal::unix::{SignalKind, signal};

    use crate::error::Cause;
    use crate::ports::Signal;

    /// The runner kills ten seconds after SIGINT; we end within seven.
    const GRACE: Duration = Duration::from_millis(6500);

    let (mut interrupt, mut terminate) = match (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) {
        (Ok(interrupt), Ok(terminate)) => (interrupt, terminate),
        (Err(error), _) | (_, Err(error)) => {
            return Err(Error::new(
                Cause::Bug,
                format!("the system gave no signals: {error}"),
            ));
        }
    };
    let mut next = async || {
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
        }
    };
    let mut work = std::pin::pin!(work);
    let first = tokio::select! {
        ended = &mut work => return ended,
        signal = next() => signal,
    };
    interruptions.raise(first);
    tokio::select! {
        ended = &mut work => ended,
        second = next() => Err(Error::new(Cause::Interrupted(second), "ended at once by a second signal; what was going on goes on")),
        () = tokio::time::sleep(GRACE) => {
            Err(Error::new(Cause::Interrupted(first), "ended by a signal before cleaning up was done")
                .hint("run `wharfie-resume-scaling` if scaling was suspended"))
        }
    }
}

/// Without a stage that waits there is nothing to clean up: signals do what they do by default.
#[cfg(not(any(feature = "aws", feature = "sim")))]
pub(super) async fn until_stopped(
    work: impl Future<Output = Result<Outputs, Error>>,
    _: &Interruptions,
) -> Result<Outputs, Error> {
    work.await
}
