//! `outdial emergency-stop`: stops everything, straight at the store; the running gateways see it at once.

use super::{CommandError, keys};
use crate::cli::EmergencyStopArgs;
use crate::terminal::Terminal;
use outdial_engine::{Actor, Deed};
use outdial_model::TenantId;
use std::process::ExitCode;

/// Who asked for it, in the API and in the logs.
const ACTOR: Actor = Actor::Command("outdial emergency-stop");

pub(super) async fn run(wanted: EmergencyStopArgs) -> Result<ExitCode, CommandError> {
    let tenant = wanted.tenant.as_deref().map(TenantId::named).transpose();
    let tenant = tenant.map_err(|error| CommandError::Other(format!("--tenant: {error}")))?;
    let (store, engine) = keys::open(&wanted.configured).await?;
    let stops = match tenant {
        Some(tenant) => {
            let stop = engine.halt(&tenant, &ACTOR).await;
            Ok(vec![(tenant, stop)])
        }
        None => engine.halt_all(&ACTOR).await,
    };
    let stops = stops.map_err(|error| CommandError::Other(format!("nothing is stopped: {error}")))?;
    let mut failed = Vec::new();
    for (tenant, stop) in stops {
        match stop {
            Ok(stop) => {
                engine.audited(&tenant, &ACTOR, Deed::by_command("stop_everything", None)).await;
                Terminal::Out.line(format_args!("{tenant}: {} tasks are being stopped", stop.tasks));
            }
            Err(error) => failed.push(format!("{tenant} is NOT stopped: {error}")),
        }
    }
    store.close().await;
    if !failed.is_empty() {
        return Err(CommandError::Other(format!("{}\nRun the command again.", failed.join("\n"))));
    }
    Terminal::Out.line("Nobody new is dialed. GET /v1/emergency_stop tells what the vendors have confirmed.");
    Ok(ExitCode::SUCCESS)
}
