//! What can be said on the command line.

use clap::{Args, Parser, Subcommand};
use outdial_model::{KeyId, Scope, Timestamp};
use std::net::SocketAddr;
use std::path::PathBuf;

/// One REST API for outbound calls.
#[derive(Debug, Parser)]
#[command(
    name = "outdial",
    version,
    about = "One REST API for outbound calls",
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show everything at once: the gateway against simulated vendors, with nothing to configure
    Demo(Demo),
    /// Run the gateway
    Serve(Configured),
    /// Run the simulated vendors alone
    Simulate(Simulate),
    /// Look at a configuration without starting anything
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Ask a gateway whether it can take requests; exit code 0 when it says so
    Probe {
        /// What is asked
        #[arg(value_name = "URL", default_value = "http://127.0.0.1:8080/readyz")]
        url: String,
    },
    /// Print the OpenAPI document
    Openapi,
    /// Stop everything, at every vendor: at once nobody new is dialed
    EmergencyStop(EmergencyStopArgs),
    /// Make, list and revoke keys of clients
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look after the encryption of what is personal
    #[command(subcommand)]
    Encryption(EncryptionCommand),
}

/// Where the configuration is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Configured {
    /// Configuration file; without it, defaults and OUTDIAL__… variables alone
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// How to run the demo.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Keep the database here instead of in a temporary folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// End after the report instead of serving on
    #[arg(long)]
    pub(crate) exit: bool,
    /// Simulated seconds per real second
    #[arg(long, value_name = "N", default_value_t = 60.0, value_parser = speed)]
    pub(crate) speed: f64,
    /// Address of the gateway; a free port is taken when this one is not
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
}

/// How to run the simulator.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Address all three vendors listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9700")]
    pub(crate) listen: SocketAddr,
    /// Simulated seconds per real second
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub(crate) speed: f64,
    /// File every ring is appended to, on disk before anyone can learn of the call
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Decides how calls end whose number leaves it open
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}

/// What to do with a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Tell every problem, or that there is none
    Check(Configured),
    /// Show every value and where it came from, secrets masked
    Print(Configured),
    /// Print every key there is, as a page of Markdown
    Reference,
}

/// Whose tasks to stop.
#[derive(Debug, Args)]
pub(crate) struct EmergencyStopArgs {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// This tenant's alone; every tenant's by default
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<String>,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it, once
    Create(CreateKey),
    /// List a tenant's keys
    List(TenantKeys),
    /// Take a key back
    Revoke(RevokeKey),
}

/// What to do about encryption.
#[derive(Debug, Subcommand)]
pub(crate) enum EncryptionCommand {
    /// Seal the store's key with the active key, and encrypt what was written before there was one
    Rotate(Configured),
}

/// The key to make.
#[derive(Debug, Args)]
pub(crate) struct CreateKey {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Whose data the key sees
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: String,
    /// What it may do, comma-separated; `admin` may do everything
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', required = true)]
    pub(crate) scopes: Vec<Scope>,
    /// Who has it, or what for
    #[arg(long, value_name = "TEXT", default_value = "outdial keys create")]
    pub(crate) name: String,
    /// When it stops working, such as 2027-01-31T00:00:00Z; never by default
    #[arg(long, value_name = "TIME")]
    pub(crate) expires_at: Option<Timestamp>,
    /// A test key: data of its own, and only accounts at the simulator
    #[arg(long)]
    pub(crate) test: bool,
    /// Refuse every POST with it that names no `Idempotency-Key`
    #[arg(long)]
    pub(crate) require_idempotency_key: bool,
}

/// Whose keys to list.
#[derive(Debug, Args)]
pub(crate) struct TenantKeys {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Whose keys
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: String,
}

/// The key to take back.
#[derive(Debug, Args)]
pub(crate) struct RevokeKey {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Whose key it is
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: String,
    /// Its id, as `outdial keys list` shows it
    #[arg(value_name = "KEY_ID")]
    pub(crate) id: KeyId,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err("expected a number above 0".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_speed_that_stands_still_is_refused() {
        assert!(Cli::try_parse_from(["outdial", "simulate", "--speed", "0"]).is_err());
        assert!(Cli::try_parse_from(["outdial", "simulate", "--speed", "0.5"]).is_ok());
    }
}
