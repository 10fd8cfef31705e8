//! The one test target: the shipped binaries against the simulator, and the repository against itself.
mod architecture;
mod docs;
mod drift;
mod render_taskdef;
mod report;
mod shell;
mod support;
mod write_appspec;
mod write_imagedefs;
