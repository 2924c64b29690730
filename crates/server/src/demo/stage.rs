//! What the demo plays on: simulated vendors, a gateway in front of them, a folder, a key.

use super::client::Client;
use super::report::Rings;
use super::style::{bold, dim};
use crate::cli::Demo;
use crate::commands::CommandError;
use crate::terminal::Terminal;
use crate::{Gateway, Rehearsal, StartError};
use outdial_model::{ExposeSecret, Scope, Secret};
use outdial_simulator::{Options, Simulator};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Everything that runs during the demo.
pub(super) struct Stage {
    simulator: Simulator,
    gateway: Gateway,
    key: Secret,
    database: PathBuf,
    /// Says that the address asked for was taken.
    moved: bool,
    speed: f64,
    /// Removed with everything in it when the demo ends.
    _folder: Option<TempDir>,
}

impl Stage {
    pub(super) async fn set(options: &Demo) -> Result<Self, CommandError> {
        let (folder, path) = folder(options.data.as_deref())?;
        let simulator = Simulator::start(Options { speed: options.speed, ..Options::default() })
            .await
            .map_err(|error| CommandError::Io("the simulator could not be started", error))?;
        let database = path.join("outdial.db");
        let mut rehearsal = Rehearsal {
            simulator_url: simulator.url(),
            listen: options.listen,
            store_url: format!("sqlite://{}", database.display()),
            account_keys: toml::Table::new(),
            vendor_keys: toml::Table::new(),
            doubled: Vec::new(),
            recordings: toml::Table::new(),
            encryption: toml::Table::new(),
        };
        let mut moved = false;
        let gateway = match Gateway::start(rehearsal.config()?).await {
            Err(StartError::Listen { source, .. }) if source.kind() == ErrorKind::AddrInUse => {
                moved = true;
                rehearsal.listen.set_port(0);
                Gateway::start(rehearsal.config()?).await?
            }
            started => started?,
        };
        let key = issue_key(&gateway).await?;
        Ok(Self { simulator, gateway, key, database, moved, speed: options.speed, _folder: folder })
    }

    /// A client of the gateway's, with the key.
    pub(super) fn client(&self) -> Result<Client, CommandError> {
        Client::new(self.gateway.url(), self.key.clone())
    }

    /// What the simulated vendors' own ledger says.
    pub(super) async fn rings(&self) -> Result<Rings, CommandError> {
        Rings::read(&self.simulator.url()).await
    }

    /// Says what is running.
    pub(super) fn introduce(&self) {
        let out = Terminal::Out;
        out.line(format_args!("\n{}\n", bold("  Outdial: one REST API for outbound calls")));
        if self.moved {
            out.line(format_args!("  {}", dim("The usual address is taken; a free port serves instead.")));
        }
        out.line(format_args!("  gateway    {}", self.gateway.url()));
        let pace = format!("three vendors, time runs {} times as fast", self.speed);
        out.line(format_args!("  simulator  {}  {}", self.simulator.url(), dim(pace)));
        out.line(format_args!("  database   {}\n", self.database.display()));
    }

    /// Says what can be tried now.
    pub(super) fn invite(&self) {
        let out = Terminal::Out;
        let (url, key) = (self.gateway.url(), self.key.expose_secret());
        out.line(format_args!("\n  {}  {url}/docs", bold("Swagger UI")));
        out.line(format_args!("  {}         {key}   {}", bold("Key"), dim("paste it under Authorize")));
        out.line(format_args!(
            "  {}         curl -H 'Authorization: Bearer {key}' {url}/v1/tasks",
            bold("Try")
        ));
        out.line(format_args!("\n  {}\n", dim("The gateway serves on; Ctrl-C ends it.")));
    }

    /// Ends everything, the gateway first.
    pub(super) async fn strike(self) {
        self.gateway.stop().await;
        self.simulator.stop().await;
    }
}

fn folder(data: Option<&Path>) -> Result<(Option<TempDir>, PathBuf), CommandError> {
    let failed = |error| CommandError::Io("the folder for the database could not be made", error);
    match data {
        Some(path) => {
            std::fs::create_dir_all(path).map_err(failed)?;
            Ok((None, path.to_owned()))
        }
        None => {
            let folder = tempfile::tempdir().map_err(failed)?;
            let path = folder.path().to_owned();
            Ok((Some(folder), path))
        }
    }
}

async fn issue_key(gateway: &Gateway) -> Result<Secret, CommandError> {
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::Other(format!("the demo's key could not be made: {error}"))
    };
    let tenant = "demo".parse().map_err(|error: outdial_model::NameError| failed(&error))?;
    let key = gateway
        .issue_key(&tenant, "demo", Scope::ALL.iter().copied().collect())
        .await
        .map_err(|error| failed(&error))?;
    Ok(key.token)
}
