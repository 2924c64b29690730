//! The command `outdial` again, so that stories about processes always have a binary of their own build.

use std::process::ExitCode;

fn main() -> ExitCode {
    outdial_server::run(std::env::args_os())
}
