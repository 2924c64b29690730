//! `openapi/outdial.json`, as the running binary tells it.

use crate::Failure;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes the document, or compares the file with it.
pub fn run(root: &Path, check: bool) -> Result<(), Failure> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "outdial-server", "--", "openapi"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let file = root.join("openapi/outdial.json");
    if !check {
        return Ok(fs::write(file, output.stdout)?);
    }
    if fs::read(&file).unwrap_or_default() == output.stdout {
        Ok(())
    } else {
        Err("openapi/outdial.json is out of date; refresh it with `cargo xtask openapi`".into())
    }
}
