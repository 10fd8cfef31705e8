//! The SDK's errors as the ports see them: the service said no, or we could not ask.
use std::error::Error as _;
use std::fmt::Write as _;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::ports::{PortError, Refused};

/// Codes that say that the call was not looked at (common errors of the AWS API).
pub(super) const THROTTLED: [&str; 4] = [
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
];

/// Other codes that mean "not now" or "not with these credentials": trying again helps (common errors of the AWS API).
const TRY_AGAIN: [&str; 6] = [
    "ConcurrentUpdateException",
    "ServerException",
    "InternalFailure",
    "ServiceUnavailable",
    "ExpiredTokenException",
    "ExpiredToken",
];

/// Translates an error of an operation.
pub(super) fn port_error<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let SdkError::ServiceError(answer) = error {
        let status = answer.raw().status().as_u16();
        let meta = answer.err().meta();
        let code = meta.code().unwrap_or("unknown error").to_owned();
        let message = meta.message().unwrap_or("no message").to_owned();
        let throttled = THROTTLED.contains(&code.as_str());
        if throttled || status >= 500 || TRY_AGAIN.contains(&code.as_str()) {
            return PortError::Unreachable {
                operation,
                reason: format!("{code}: {message}"),
                throttled,
            };
        }
        let request_id = meta.extra("aws_request_id").map(str::to_owned);
        return PortError::Refused(Refused {
            operation,
            code,
            message,
            request_id,
        });
    }
    PortError::Unreachable {
        operation,
        reason: unreadable(error).unwrap_or_else(|| chain(error)),
        throttled: false,
    }
}

/// What can be said of an answer that is none of AWS's: a proxy's page, another server's.
fn unreadable<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let SdkError::ResponseError(answer) = error else {
        return None;
    };
    let answer = answer.raw();
    let kind = answer.headers().get("content-type").unwrap_or("no type");
    Some(format!(
        "HTTP status {} with an answer that is not one of AWS, of the type `{kind}`",
        answer.status().as_u16()
    ))
}

/// An error and what caused it, on one line; causes that repeat the text before them are left out.
fn chain<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: std::error::Error + 'static,
{
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}
