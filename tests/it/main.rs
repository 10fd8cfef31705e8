//! The one test target: the shipped binaries against the simulator, and the repository against itself.
mod architecture;
mod check_pipeline;
#[cfg(all(feature = "aws", feature = "sim"))]
mod deploy_service;
mod docs;
mod drift;
mod hostile;
#[cfg(all(feature = "aws", feature = "sim"))]
mod register_taskdef;
mod render_taskdef;
mod report;
#[cfg(all(feature = "aws", feature = "sim"))]
mod resolve_image;
#[cfg(all(feature = "aws", feature = "sim"))]
mod resume_scaling;
mod rules;
#[cfg(all(feature = "aws", feature = "sim"))]
mod run_pipeline;
mod shell;
#[cfg(feature = "sim")]
mod simulate_ecs;
mod support;
#[cfg(all(feature = "aws", feature = "sim"))]
mod suspend_scaling;
mod write_appspec;
mod write_imagedefs;
