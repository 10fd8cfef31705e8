//! Starting the simulator and stopping it. Settings come from elsewhere: nothing here reads arguments or the
//! environment, or prints.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use crate::sim::cloud::REGION;
use crate::sim::endpoint;
use crate::sim::world::World;

/// How the simulator is to run. It cannot be written for debugging: a seed may carry environment values.
#[derive(Clone)]
pub struct Settings {
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// Virtual seconds that pass in a real one; 0 stands still but for `/_sim/advance`.
    pub speed: f64,
    /// What happens to deployments: a story's name, or a story as a JSON document.
    pub story: Option<String>,
    /// What exists when it starts; without one the default world. The format is in `docs/simulator.md`.
    pub seed: Option<Value>,
    /// A file to write every call to, one JSON object a line; it is made anew.
    pub journal: Option<PathBuf>,
    /// Refuse members that the API model does not know. `false` lets them through in `RegisterTaskDefinition`, stores
    /// them and gives them back, as the next release of ECS would.
    pub strict: bool,
    /// Whether every image of the account's registry exists as soon as it is named.
    pub images_on_demand: bool,
    /// A cluster and a service that are to exist besides those of the seed.
    pub clusters_on_demand: Option<(String, String)>,
}

impl Default for Settings {
    /// A free port, real time, the default world, no story, no file, strict.
    fn default() -> Self {
        Self {
            port: 0,
            speed: 1.0,
            story: None,
            seed: None,
            journal: None,
            strict: true,
            images_on_demand: false,
            clusters_on_demand: None,
        }
    }
}

/// A simulated account behind an HTTP endpoint on loopback. It stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    findings: UnboundedReceiver<String>,
    server: JoinHandle<std::convert::Infallible>,
}

impl Simulator {
    /// Starts it, as tasks on the runtime of the caller.
    ///
    /// # Errors
    /// The port is taken, the journal's file cannot be made, or the settings, the seed or the story are wrong
    /// (`InvalidInput`, whose text says where).
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let (sender, findings) = unbounded_channel();
        let mut world = World::begin(&settings, sender)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
        let address = listener.local_addr()?;
        world.serve_at(address);
        let server = tokio::spawn(endpoint::serve(listener, Arc::new(Mutex::new(world))));
        Ok(Self {
            address,
            findings,
            server,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The variables that lead an AWS client here. The credentials are made up and open nothing; `AWS_DEFAULT_REGION`
    /// is there for clients that do not read `AWS_REGION`.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "AKIASIMULATED0000000"),
            ("AWS_SECRET_ACCESS_KEY", "simulated"),
        ];
        variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    /// Waits for the next thing the simulator finds wrong with itself: an answer that does not fit the API model, a
    /// journal that cannot be written. There should be none.
    pub async fn next_finding(&mut self) -> Option<String> {
        self.findings.recv().await
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}
