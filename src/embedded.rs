//! The composition root's library part: the simulator as something a stage can open, and the way into AWS that may start it
//! first. The only module outside `sim` that names the simulator; stages and adapters never know.
use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::ports::simulator::{ServesEcs, SimulatorError, SimulatorSettings};
use crate::ports::{FileError, Files, Interruption, Signal};
use crate::sim::{Settings, Simulator};
use crate::world::{Context, Entrance, Local, NoOptions};

/// The world of `simulate-ecs`: this machine, and a simulator that lives as long as it does.
#[derive(Debug)]
pub struct Loopback {
    local: Local,
    running: RefCell<Option<Simulator>>,
}

impl Entrance for Loopback {
    type Options = NoOptions;
    type World = Self;
    const LISTENS: bool = true;

    async fn enter(NoOptions {}: NoOptions, context: Context) -> Result<Self, Error> {
        Ok(Self { local: Local::new(1.0, context.interruptions), running: RefCell::new(None) })
    }
}
