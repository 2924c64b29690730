//! `openapi/outdial.json`, as the running binary tells it.

use crate::Failure;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes the document, or compares the file with it.
pub fn run(root: &Path, check: bool) -> Result<(), Failure> {
    written(root, &["openapi"], "openapi/outdial.json", "openapi", check)
}

/// Writes what the binary says to a command to a file, or compares the two; `chore` is what refreshes it.
pub fn written(root: &Path, command: &[&str], file: &str, chore: &str, check: bool) -> Result<(), Failure> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "outdial-server", "--"])
        .args(command)
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let path = root.join(file);
    if !check {
        return Ok(fs::write(path, output.stdout)?);
    }
    if fs::read(&path).unwrap_or_default() == output.stdout {
        Ok(())
    } else {
        Err(format!("{file} is out of date; refresh it with `cargo xtask {chore}`").into())
    }
}
