//! What the tests share: the repository's files, and the shipped binaries.
#[cfg(feature = "sim")]
pub(crate) mod deploying;
pub(crate) mod files;
pub(crate) mod policy;
pub(crate) mod run;
#[cfg(feature = "sim")]
pub(crate) mod simulator;
