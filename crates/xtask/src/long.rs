//! `cargo xtask long`: the tests that have a long form, in it.

use crate::Failure;
use std::path::Path;
use std::process::Command;

/// Packages with a feature `long`, and the test in each that it makes long.
const LONG: [(&str, &str); 2] = [("outdial-engine", "engine"), ("outdial-e2e", "e2e")];

/// Runs all of them, whatever the first comes to, each with the same arguments: a filter that fits none of a
/// test's names leaves it out.
pub fn run(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root).args(["test", "--no-fail-fast"]);
    for (package, test) in LONG {
        command.args(["--package", package, "--test", test, "--features", &format!("{package}/long")]);
    }
    if command.arg("--").args(arguments).status()?.success() {
        Ok(())
    } else {
        Err("not every long story came to a good end".into())
    }
}
