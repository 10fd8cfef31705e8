//! The last lines of a log stream, through `aws-sdk-cloudwatchlogs`. Translates; decides nothing.

use aws_sdk_cloudwatchlogs::config::{Config, Region};

use super::Aws;
use super::refusal::port_error;
use crate::ports::PortError;
use crate::ports::logs::ReadLogs;

/// How many empty pages are skipped on the way back: an answer may be empty while older lines exist.
const EMPTY_PAGES: usize = 5;

impl ReadLogs for Aws {
    async fn log_tail(
        &self,
        region: Option<&str>,
        group: &str,
        stream: &str,
        lines: u32,
    ) -> Result<Vec<String>, PortError> {
        let mut token: Option<String> = None;
        for _ in 0..EMPTY_PAGES {
            let mut call = self
                .logs
                .get_log_events()
                .log_group_name(group)
                .log_stream_name(stream)
                .limit(i32::try_from(lines).unwrap_or(i32::MAX))
                .start_from_head(false)
                .set_next_token(token.clone())
                .customize();
            if let Some(region) = region {
                call =
                    call.config_override(Config::builder().region(Region::new(region.to_owned())));
            }
            let answer = match call.send().await {
                Ok(answer) => answer,
                Err(error) => {
                    let error = port_error("GetLogEvents", &error);
                    return match error.code() {
                        Some("ResourceNotFoundException") => Ok(Vec::new()),
                        Some(_) | None => Err(error),
                    };
                }
            };
            let found: Vec<String> = answer
                .events()
                .iter()
                .filter_map(|event| event.message().map(str::to_owned))
                .collect();
            let next = answer.next_backward_token;
            if !found.is_empty() || next.is_none() || next == token {
                return Ok(found);
            }
            token = next;
        }
        Ok(Vec::new())
    }
}
