//! `outdial serve`: the gateway, until it is told to end.

use super::CommandError;
use crate::cli::Configured;
use crate::{Config, Gateway, open_files, shutdown, telemetry};
use std::process::ExitCode;

pub(super) async fn run(configured: &Configured) -> Result<ExitCode, CommandError> {
    telemetry::json();
    open_files::allow_all();
    let config = Config::load(configured.config.as_deref())?;
    let gateway = Gateway::start(config).await?;
    tracing::info!(url = gateway.url(), "ready");
    let outcome = tokio::select! {
        asked = shutdown::requested() => {
            asked.map_err(|error| CommandError::Io("signals cannot be waited for", error))
        }
        () = gateway.ended() => {
            Err(CommandError::Other("a part of the gateway ended by itself; the log tells which".into()))
        }
    };
    tracing::info!("stopping");
    gateway.stop().await;
    outcome.map(|()| ExitCode::SUCCESS)
}
