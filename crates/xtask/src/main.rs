//! Chores of this repository: `cargo xtask check-deps`, `cargo xtask openapi`, `cargo xtask config`, `cargo xtask new-provider`,
//! `cargo xtask bench`, `cargo xtask long`.

mod bench;
mod check_deps;
mod config;
mod long;
mod new_provider;
mod openapi;
mod vendor_names;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Chores of this repository.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Fail when a crate imports what it must not, or a vendor's name is outside its rooms.
    CheckDeps,
    /// Write `openapi/outdial.json` from the routes, or compare with `--check`.
    Openapi {
        /// Compare only; fail when the file is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Write `docs/configuration.md` from the keys there are, or compare with `--check`.
    Config {
        /// Compare only; fail when the file is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Make the folder of a new provider, ready to compile and to be filled in.
    NewProvider {
        /// Its word in configuration and API: lower-case letters, digits and `_`.
        kind: String,
    },
    /// Measure what Outdial costs, beside doing it bare (docs/benchmarks.md).
    #[command(disable_help_flag = true)]
    Bench {
        /// What to measure (`import`, `pages`, `dispatch`, `read`; everything when nothing is said) and `--small`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Tell the long stories: the model check's ten thousand histories, and the end-to-end stories in full.
    #[command(disable_help_flag = true)]
    Long {
        /// Which ones (`histories`, `sqlite::storm`; all when nothing is said) and the test runners' own arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// What went wrong, ready to be shown.
type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stderr, reason = "a command-line tool tells what went wrong")]
fn main() -> ExitCode {
    let root = root();
    let result = match Arguments::parse().chore {
        Chore::CheckDeps => check_deps::run(&root).and_then(|()| vendor_names::run(&root)),
        Chore::Openapi { check } => openapi::run(&root, check),
        Chore::Config { check } => config::run(&root, check),
        Chore::NewProvider { kind } => new_provider::run(&root, &kind),
        Chore::Bench { arguments } => bench::run(&root, &arguments),
        Chore::Long { arguments } => long::run(&root, &arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
