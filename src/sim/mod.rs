//! The embedded simulator: an HTTP endpoint on loopback that behaves as Amazon ECS and its neighbours do.
//!
//! It is for trying the stages without an account, and for testing the shipped binaries over a real wire. It is not a
//! world the stages run in (they reach it through the ordinary AWS world) and it judges nothing by the domain's
//! decisions: a tool checked by its own logic proves nothing. The parts:
//!
//! - `door`: what a call and its answer must be, by the API `model`
//! - `cloud`: everything that exists, on one virtual clock; the services hang off it
//! - `ecs`, `scaling`, `groups`, `ecr`, `logs`, `sts`: the services
//! - `refusal`: how a service says no
//! - `ids`, `moment`, `members`, `paging`: what the services share

mod base64;
mod cloud;
mod door;
mod ecr;
mod ecs;
mod groups;
mod ids;
mod logs;
mod members;
mod model;
mod moment;
mod paging;
mod refusal;
mod scaling;
mod seed;
mod service;
mod sts;
mod tags;
