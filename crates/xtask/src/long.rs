//! `cargo xtask long`: the tests that have a long form, in it.

use crate::Failure;
use std::path::Path;
use std::process::Command;

/// Packages with a feature `long`, and the test in each that it makes long.
const LONG: [(&str, &str); 2] = [("outdial-engine", "engine"), ("outdial-e2e", "e2e")];

/// Runs them one after the other, each with the same arguments: a filter that fits none of a test's names
/// leaves it out. All are run, whatever the first comes to.
pub fn run(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let mut failed = Vec::new();
    for (package, test) in LONG {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(root).args(["test", "--package", package, "--features", "long", "--test", test]);
        if !command.arg("--").args(arguments).status()?.success() {
            failed.push(package);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("not told to a good end: {}", failed.join(", ")).into())
    }
}
