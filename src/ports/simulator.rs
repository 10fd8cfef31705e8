//! A simulated AWS that a stage can open for others.
use std::path::PathBuf;

/// What the simulator is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SimulatorSettings {
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// Virtual seconds per second.
    pub speed: f64,
    /// The story that every service's next deployments follow.
    pub story: Option<String>,
    /// The world to begin with, as text of a seed file and the name of that file; else the default world.
    pub seed: Option<(String, String)>,
    /// A file that gets a JSON line per call.
    pub journal: Option<PathBuf>,
    /// Whether members the API model does not know are refused everywhere.
    pub strict: bool,
}

/// Why the simulator did not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SimulatorError {
    /// The seed, or the name of a story, is wrong.
    Input(String),
    /// The port is taken, or the journal cannot be written.
    System(String),
}

/// Opens a simulated AWS that lives as long as the world does.
pub trait ServesEcs {
    /// Starts serving and gives the environment that points a client at it: name and value, in order.
    async fn serve(
        &self,
        settings: SimulatorSettings,
    ) -> Result<Vec<(String, String)>, SimulatorError>;

    /// Completes when the simulator finds something wrong with itself, such as an answer that does not fit the API model.
    async fn finding(&self) -> String;
}
