//! `outdial keys create`: a key for a client, printed this once.

use super::CommandError;
use crate::cli::{CreateKey, KeysCommand};
use crate::terminal::Terminal;
use crate::{Config, StartError, gateway};
use outdial_engine::KeyTerms;
use outdial_model::ExposeSecret;
use std::process::ExitCode;

pub(super) async fn run(command: KeysCommand) -> Result<ExitCode, CommandError> {
    let KeysCommand::Create(CreateKey { configured, tenant, scopes, require_idempotency_key }) = command;
    let config = Config::load(configured.config.as_deref())?;
    let tenant = tenant.parse().map_err(|error| CommandError::Other(format!("--tenant: {error}")))?;
    let store = gateway::open_store(&config.store_url, "keys").await?;
    let engine = gateway::engine(&store, Vec::new(), &config).await.map_err(StartError::from)?;
    let terms = KeyTerms { scopes, requires_idempotency_key: require_idempotency_key, ..KeyTerms::default() };
    let key = engine.issue_key(&tenant, "outdial keys create", terms).await;
    let key = key.map_err(|error| CommandError::Other(format!("the key could not be made: {error}")))?;
    store.close().await;
    Terminal::Out.line(key.token.expose_secret());
    Ok(ExitCode::SUCCESS)
}
