//! `cargo xtask bench`: builds what is measured and what measures, as released, and runs it.

use crate::Failure;
use std::path::Path;
use std::process::Command;

/// Runs the benchmarks with the arguments of crates/bench.
pub fn run(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let cargo = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(root).args(words);
        command
    };
    // Together and first: the benchmarks look for `outdial` beside themselves.
    let packages = ["--package", "outdial-server", "--package", "outdial-bench"];
    succeed(cargo(&["build", "--release"]).args(packages))?;
    succeed(cargo(&["run", "--release", "--quiet", "--package", "outdial-bench", "--"]).args(arguments))
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    if command.status()?.success() { Ok(()) } else { Err("the benchmarks did not come to their end".into()) }
}
