//! wharfie takes a container from a commit to a running Amazon ECS service, one small binary per stage.
//!
//! The layers, from the inside out; `docs/design.md` says why:
//!
//! | layer | what it is |
//! |---|---|
//! | [`domain`] | facts and decisions: documents, names, plans, rollouts; pure |
//! | [`ports`] | what the stages need from the world, as traits in domain types |
//! | [`world`] | where a stage runs; the world of files and clock |
//! | `aws` | the world of AWS: adapters that translate, nothing else (feature `aws`) |
//! | `sim` | an HTTP endpoint that behaves as ECS does (feature `sim`) |
//! | [`report`] | events in, renderings out |
//! | [`stage`] | the stages: arguments, outputs, run |
//! | [`shell`] | from the process to the stage and back: parse, report, run, exit |
#![expect(
    async_fn_in_trait,
    reason = "the traits are ours, used with static dispatch on one thread: no `Send` bound is wanted"
)]

#[cfg(feature = "aws")]
pub mod aws;
pub mod domain;
#[cfg(feature = "sim")]
pub mod embedded;
pub mod error;
pub mod exit;
pub mod outputs;
pub mod ports;
pub mod report;
pub mod shell;
#[cfg(feature = "sim")]
pub mod sim;
pub mod stage;
mod stages;
pub mod world;

/// The allocator of musl asks the kernel for a page and gives it back several times in every call to AWS.
#[cfg(all(feature = "aws", target_env = "musl"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use shell::main;
pub use stages::{Realm, StageInfo, stages};
