//! The embedded simulator: an HTTP endpoint on loopback that behaves as Amazon ECS and its neighbours do.
//!
//! It is for trying the stages without an account, and for testing the shipped binaries over a real wire. It is not a
//! world the stages run in (they reach it through the ordinary AWS world) and it judges nothing by the domain's
//! decisions: a tool checked by its own logic proves nothing. From the outside in:
//!
//! - `simulator`: starting and stopping; `endpoint`: sockets and control paths; `wire`: the protocols
//! - `world`: one call in, one reply out; with it `clock`, `faults`, `throttle`, `journal`, `redact`
//! - `door`: what a call and its answer must be, by the API `model`
//! - `cloud`: everything that exists, on one virtual clock; `seed` makes it
//! - `ecs`, `codedeploy`, `scaling`, `groups`, `ecr`, `logs`, `elb`, `alarms`, `sts`: the services
//! - `refusal`, `ids`, `moment`, `members`, `paging`, `tags`, `base64`: what the services share

mod alarms;
mod base64;
mod clock;
mod cloud;
mod codedeploy;
mod cron;
mod door;
mod ecr;
mod ecs;
mod elb;
mod endpoint;
mod faults;
mod groups;
mod ids;
mod journal;
mod logs;
mod members;
mod model;
mod moment;
mod paging;
mod redact;
mod refusal;
#[cfg(test)]
mod rehearsal;
mod scaling;
mod seed;
mod service;
mod simulator;
mod sts;
mod tags;
mod throttle;
mod wire;
mod world;

pub use simulator::{Settings, Simulator};
