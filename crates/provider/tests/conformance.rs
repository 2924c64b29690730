//! The suite with the in-memory provider alone; the vendors' run is in the crate that has them.

use std::process::ExitCode;

fn main() -> ExitCode {
    outdial_provider::conformance::run(Vec::new(), &["memory"])
}
