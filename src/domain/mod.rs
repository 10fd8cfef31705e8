//! Facts and decisions: no input or output, no clock, no environment, no AWS.
pub mod arn;
pub mod assignment;
pub mod commit;
pub mod diagnosis;
pub mod document;
pub mod image;
pub mod malformed;
pub mod names;
pub mod place;
pub mod plan;
pub mod rollout;
pub mod scaling;
pub mod service;
pub mod taskdef;
mod text_enum;
