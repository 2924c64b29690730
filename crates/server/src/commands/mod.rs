//! One module for each command.

mod config;
mod emergency_stop;
mod encryption;
mod keys;
mod probe;
mod serve;
mod simulate;

use crate::cli::{Cli, Command};
use crate::terminal::Terminal;
use crate::{ConfigProblems, StartError, demo, panics};
use clap::Parser;
use outdial_providers::registry;
use std::ffi::OsString;
use std::process::ExitCode;

/// Why a command did not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// Nothing was started.
    #[error(transparent)]
    Config(#[from] ConfigProblems),
    /// Nothing is running any more.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something of the machine's.
    #[error("{0}: {1}")]
    Io(&'static str, #[source] std::io::Error),
    /// In words.
    #[error("{0}")]
    Other(String),
}

impl CommandError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Start(StartError::Config(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Runs the command line `arguments` and answers the process's exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    panics::tell_without_values();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, with code 0.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    perform(cli.command).unwrap_or_else(|error| {
        Terminal::Err.line(format_args!("outdial: {error}"));
        error.exit_code()
    })
}

fn perform(command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Demo(options) => runtime()?.block_on(demo::run(options)),
        Command::Serve(configured) => runtime()?.block_on(serve::run(&configured)),
        Command::Simulate(options) => runtime()?.block_on(simulate::run(options)),
        Command::Config(command) => config::run(&command),
        Command::Probe { url } => runtime()?.block_on(probe::run(&url)),
        Command::Openapi => openapi(),
        Command::EmergencyStop(wanted) => runtime()?.block_on(emergency_stop::run(wanted)),
        Command::Keys(command) => runtime()?.block_on(keys::run(command)),
        Command::Encryption(command) => runtime()?.block_on(encryption::run(command)),
    }
}

fn openapi() -> Result<ExitCode, CommandError> {
    Terminal::Out.line(outdial_api::openapi_json(registry::FACTORIES).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Two threads carry the engine and the store's connections; the API brings its own.
fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CommandError::Io("the runtime could not be started", error))
}
