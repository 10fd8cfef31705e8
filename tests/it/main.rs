//! The one test target: the shipped binaries against the simulator, and the repository against itself.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tests fail by panicking, read files and run programs, and know the names they look for"
)]
mod architecture;
mod check_pipeline;
#[cfg(all(feature = "aws", feature = "sim"))]
mod continue_deployment;
#[cfg(all(feature = "aws", feature = "sim"))]
mod deploy_codedeploy;
#[cfg(all(feature = "aws", feature = "sim"))]
mod deploy_service;
#[cfg(all(feature = "aws", feature = "sim"))]
mod diagnose_service;
mod docs;
mod drift;
#[cfg(all(feature = "aws", feature = "sim"))]
mod fetch_taskdef;
#[cfg(all(feature = "aws", feature = "sim"))]
mod hostile;
#[cfg(all(feature = "aws", feature = "sim", unix))]
mod killed;
mod permissions;
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
#[cfg(all(feature = "aws", feature = "sim"))]
mod run_task;
mod shell;
#[cfg(feature = "sim")]
mod simulate_ecs;
mod support;
#[cfg(all(feature = "aws", feature = "sim"))]
mod suspend_scaling;
mod write_appspec;
mod write_imagedefs;
