//! wharfie takes a container from a commit to a running Amazon ECS service, one small binary per stage.
pub mod domain;
#[cfg(feature = "sim")]
pub mod sim;
