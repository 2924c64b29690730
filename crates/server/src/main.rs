//! The command `outdial`.
//!
//! Exit code 0: done as asked. 1: it went wrong. 2: the command line or the configuration is wrong.

use std::process::ExitCode;

fn main() -> ExitCode {
    outdial_server::run(std::env::args_os())
}
