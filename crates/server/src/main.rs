//! The command `outdial`.
//!
//! Exit code 0: done as asked. 1: it went wrong. 2: the command line or the configuration is wrong.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Requests are many small allocations on several threads; `docs/benchmarks.md` tells what this is worth.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    outdial_server::run(std::env::args_os())
}
