//! `outdial serve`: the gateway, until it is told to end.

use super::CommandError;
use crate::cli::Configured;
use crate::shutdown::{Asked, Signals};
use crate::telemetry::{self, Traces};
use crate::{Config, Gateway, open_files};
use std::process::ExitCode;

pub(super) async fn run(configured: &Configured) -> Result<ExitCode, CommandError> {
    // Before anything else: a signal nobody listens for yet would end the process.
    let signals = Signals::heard();
    let mut signals = signals.map_err(|error| CommandError::Io("signals cannot be waited for", error))?;
    let config = Config::load(configured.config.as_deref())?;
    let traces = traces(&config)?;
    telemetry::json(traces.clone());
    open_files::allow_all();
    let gateway = Gateway::start(config).await?;
    let metrics = gateway.watching_address().map(|address| format!("http://{address}/metrics"));
    tracing::info!(url = gateway.url(), metrics, "ready");
    let outcome = loop {
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::Reload => reload(&gateway, configured),
                Asked::End => break Ok(()),
            },
            () = gateway.ended() => {
                break Err(CommandError::Other("a part of the gateway ended by itself; the log tells which".into()));
            }
        }
    };
    tracing::info!("stopping; told again, it ends at once");
    let ended = tokio::select! {
        () = gateway.stop() => outcome.map(|()| ExitCode::SUCCESS),
        () = signals.end() => Err(CommandError::Other("told to end at once, with work in hand".into())),
    };
    flush(traces).await;
    ended
}

#[cfg(feature = "otlp")]
fn traces(config: &Config) -> Result<Option<Traces>, CommandError> {
    let traces = config.otlp_endpoint.as_deref().map(Traces::to).transpose();
    traces.map_err(|error| CommandError::Other(format!("telemetry.otlp_endpoint cannot be used: {error}")))
}

/// The configuration was refused if it asked for any.
#[cfg(not(feature = "otlp"))]
fn traces(_: &Config) -> Result<Option<Traces>, CommandError> {
    Ok(None)
}

#[cfg(feature = "otlp")]
async fn flush(traces: Option<Traces>) {
    if let Some(traces) = traces {
        traces.flush().await;
    }
}

#[cfg(not(feature = "otlp"))]
async fn flush(_: Option<Traces>) {}

/// Reads the configuration again. One that cannot be used is told in full, and nothing changes.
fn reload(gateway: &Gateway, configured: &Configured) {
    let reloaded = Config::load(configured.config.as_deref()).and_then(|config| gateway.reload(config));
    match reloaded {
        Ok(told) => tracing::info!(needs_restart = told.needs_restart.join(", "), "reloaded; {told}"),
        Err(problems) => tracing::error!(%problems, "not reloaded, everything is as it was"),
    }
}
