//! What a deployment may do in the world: the complete list of its ports, in one place. A port that is added here is there for
//! every step that needs it, and for the pipeline that deploys.
//!
//! Each is a name for a list and nothing else: what has the ports has the licence.

use crate::ports::alarms::ReadAlarms;
use crate::ports::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};
use crate::ports::logs::ReadLogs;
use crate::ports::one_off::RunTasks;
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::services::{ReadServices, ReadTasks, WriteServices};
use crate::ports::target_health::ReadTargetHealth;
use crate::ports::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions};
use crate::ports::{Clock, Files, Interruption, Randomness, Surroundings};

/// To find out what is there, to plan, and to register what is deployed.
pub(in crate::stage) trait Prepares:
    ReadServices
    + ReadAlarms
    + ReadCodeDeploy
    + ReadTaskDefinitions
    + RegisterTaskDefinitions
    + Files
    + Clock
    + Randomness
{
}

impl<W> Prepares for W where
    W: ReadServices
        + ReadAlarms
        + ReadCodeDeploy
        + ReadTaskDefinitions
        + RegisterTaskDefinitions
        + Files
        + Clock
        + Randomness
{
}

/// To look at deployments and to say how they stand or ended: it changes nothing.
pub(in crate::stage) trait Looks:
    ReadServices + ReadCodeDeploy + ReadTasks + ReadLogs + ReadTargetHealth + ReadAlarms + Files + Clock
{
}

impl<W> Looks for W where
    W: ReadServices
        + ReadCodeDeploy
        + ReadTasks
        + ReadLogs
        + ReadTargetHealth
        + ReadAlarms
        + Files
        + Clock
{
}

/// To start deployments, to follow or stop them, and to say how they ended.
pub(in crate::stage) trait Follows:
    Looks + WriteServices + WriteCodeDeploy
{
}

impl<W> Follows for W where W: Looks + WriteServices + WriteCodeDeploy {}

/// All of it, with a task before it and scaling held still around it.
pub(in crate::stage) trait Deploys:
    Prepares + Follows + RunTasks + ReadScaling + WriteScaling + Surroundings + Interruption
{
}

impl<W> Deploys for W where
    W: Prepares + Follows + RunTasks + ReadScaling + WriteScaling + Surroundings + Interruption
{
}
