//! Facts and decisions: no input or output, no clock, no environment, no AWS.
pub mod appspec;
pub mod arn;
pub mod assignment;
pub mod check;
pub mod commit;
pub mod diagnosis;
pub mod digest;
pub mod document;
pub mod image;
pub mod imagedefs;
#[cfg(test)]
mod laws;
pub mod malformed;
pub mod names;
pub mod place;
pub mod plan;
pub mod registrable;
pub mod resolve;
pub mod rollout;
pub mod scaling;
pub mod secrecy;
pub mod service;
pub mod tag;
pub mod taskdef;
pub mod taskdef_diff;
pub mod taskdef_normal;
mod text_enum;
pub mod words;
