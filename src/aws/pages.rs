//! Answers that come in pages, read to their end.
use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::refusal::port_error;
use crate::ports::PortError;

/// The items of all pages of an operation, or the first error.
pub(super) async fn all<T, E>(
    operation: &'static str,
    items: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
) -> Result<Vec<T>, PortError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let items = items.collect::<Result<Vec<T>, _>>().await;
    items.map_err(|error| port_error(operation, &error))
}
