//! `docs/configuration.md`, as the running binary tells it.

use crate::{Failure, openapi};
use std::path::Path;

/// Writes the page, or compares the file with it.
pub fn run(root: &Path, check: bool) -> Result<(), Failure> {
    openapi::written(root, &["config", "reference"], "docs/configuration.md", "config", check)
}
