//! `outdial emergency-stop`: stops everything, straight at the store; the running gateways see it at once.

use super::{CommandError, keys};
use crate::cli::EmergencyStopArgs;
use crate::terminal::Terminal;
use outdial_model::TenantId;
use std::process::ExitCode;

/// Who asked for it, in the API and in the log.
const ACTOR: &str = "outdial emergency-stop";

pub(super) async fn run(wanted: EmergencyStopArgs) -> Result<ExitCode, CommandError> {
    let tenant = wanted.tenant.as_deref().map(TenantId::named).transpose();
    let tenant = tenant.map_err(|error| CommandError::Other(format!("--tenant: {error}")))?;
    let (store, engine) = keys::open(&wanted.configured).await?;
    let stops = match tenant {
        Some(tenant) => engine.halt(&tenant, ACTOR, None).await.map(|stop| vec![(tenant, stop)]),
        None => engine.halt_all(ACTOR).await,
    };
    store.close().await;
    let stops = stops.map_err(|error| CommandError::Other(format!("not everything is stopped: {error}")))?;
    for (tenant, stop) in &stops {
        Terminal::Out.line(format_args!("{tenant}: {} tasks are being stopped", stop.tasks));
    }
    Terminal::Out.line("Nobody new is dialed. GET /v1/emergency_stop tells what the vendors have confirmed.");
    Ok(ExitCode::SUCCESS)
}
