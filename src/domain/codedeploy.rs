//! Deployments of services whose tasks CodeDeploy moves: what there is, what is planned, what is sent, and how it is followed.
//!
//! CodeDeploy makes a second task set (green) beside the one that serves (blue), moves the traffic, and ends the old tasks.
//! A rollback is a deployment of its own, with an id of its own; that it succeeded is not the success of ours.
//! Nothing here reads, sleeps or prints.

mod event;
mod facts;
mod group;
mod naming;
mod notice;
mod order;
mod plan;
mod refusal;
mod revision;
mod shift;
mod start;

pub use event::ShiftEvent;
pub use facts::{
    CodeDeployStatus, CodeDeployment, Creator, EventStatus, LifecycleState, SetLabel, ShiftTarget,
    Trouble, WeightedSet,
};
pub use group::{
    AutoRollback, DeploymentConfig, DeploymentGroup, GroupRef, LastDeployment, ReadyOption, Routing,
};
pub use naming::{default_application, default_group};
pub use notice::ShiftNotice;
pub use order::{ContinueWait, NewDeployment, ShiftOrder};
pub use plan::{GroupSeen, ShiftWish, plan_shift};
pub use refusal::ShiftRefusal;
pub use revision::{AppSpecSource, deployed_by, is_ours};
pub use shift::Shift;
pub use start::{ShiftSeen, ShiftStart, ShiftWanted};

#[cfg(test)]
pub(crate) mod samples;
