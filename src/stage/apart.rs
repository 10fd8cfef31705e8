//! Large work made apart from who waits for it, and kept on the heap.
//!
//! A future holds all that it may wait for, and one that calls AWS is large. Without optimisation each one that waits also has it
//! in its frame, so that stages within a stage fill the stack of the process. Work that is apart costs its waiter a pointer.

use std::pin::Pin;

/// Makes the work in a frame of its own, which is gone before the work is waited for.
pub(crate) fn apart<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}
