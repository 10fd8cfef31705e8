//! The one test target: the shipped binaries against the simulator, and the repository against itself.
mod architecture;
mod docs;
mod drift;
#[cfg(all(feature = "aws", feature = "sim"))]
mod register_taskdef;
mod render_taskdef;
mod report;
#[cfg(all(feature = "aws", feature = "sim"))]
mod resume_scaling;
mod shell;
mod support;
#[cfg(all(feature = "aws", feature = "sim"))]
mod suspend_scaling;
mod write_appspec;
mod write_imagedefs;
