//! What the tests share: the repository's files, and the shipped binaries.
pub(crate) mod files;
