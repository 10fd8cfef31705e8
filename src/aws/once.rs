//! Calls that are not sent twice behind our back. The SDK repeats a call whose answer was lost, although it may have taken effect;
//! a forced deployment would then be made twice. Such a call is repeated only where AWS says that it did nothing: when it was
//! throttled. What became of a lost answer is for the stage to find out.

use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::refusal::THROTTLED;

/// Forbids to repeat a call that failed with anything but throttling. `E` is the error of the operation.
pub(super) struct OnceUnlessThrottled<E>(PhantomData<fn() -> E>);

impl<E> OnceUnlessThrottled<E> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> fmt::Debug for OnceUnlessThrottled<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceUnlessThrottled")
    }
}

impl<E> ClassifyRetry for OnceUnlessThrottled<E>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let code = OrchestratorError::as_operation_error(error)
            .and_then(|error| error.downcast_ref::<E>())
            .and_then(ProvideErrorMetadata::code);
        if code.is_some_and(|code| THROTTLED.contains(&code)) {
            // The SDK's own classifiers know how to wait for this.
            return RetryAction::NoActionIndicated;
        }
        RetryAction::RetryForbidden
    }

    fn name(&self) -> &'static str {
        "once unless throttled"
    }

    /// Before all others: what is forbidden first stays forbidden.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_before(RetryClassifierPriority::http_status_code_classifier())
    }
}
