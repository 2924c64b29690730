//! `outdial keys`: make, list and revoke keys for clients, straight at the store.

use super::CommandError;
use crate::cli::{Configured, CreateKey, KeysCommand, RevokeKey, TenantKeys};
use crate::terminal::Terminal;
use crate::{Config, StartError, gateway};
use outdial_engine::{Actor, ApiKey, Deed, Engine, EngineError, KeyTerms, Page};
use outdial_model::{ExposeSecret, KeyId, TenantId};
use outdial_store::Store;
use std::process::ExitCode;
use std::sync::Arc;

/// Who did it, in the audit log.
const ACTOR: Actor = Actor::Command("outdial keys");
/// Keys that are listed.
const MOST_LISTED: u32 = 2_000;

pub(super) async fn run(command: KeysCommand) -> Result<ExitCode, CommandError> {
    let (KeysCommand::Create(CreateKey { configured, tenant, .. })
    | KeysCommand::List(TenantKeys { configured, tenant })
    | KeysCommand::Revoke(RevokeKey { configured, tenant, .. })) = &command;
    let tenant =
        TenantId::named(tenant).map_err(|error| CommandError::Other(format!("--tenant: {error}")))?;
    let (store, engine) = open(configured).await?;
    let lines = match command {
        KeysCommand::Create(wanted) => create(&engine, &tenant, wanted).await,
        KeysCommand::List(_) => list(&engine, &tenant).await,
        KeysCommand::Revoke(RevokeKey { id, .. }) => revoke(&engine, &tenant, &id).await,
    };
    store.close().await;
    for line in lines.map_err(|error| CommandError::Other(in_words(&error)))? {
        Terminal::Out.line(line);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn open(configured: &Configured) -> Result<(Arc<dyn Store>, Engine), CommandError> {
    let config = Config::load(configured.config.as_deref())?;
    let store = gateway::open_store(&config, "keys").await?;
    let engine = gateway::engine(&store, Vec::new(), &config).await.map_err(StartError::from)?;
    Ok((store, engine))
}

async fn create(engine: &Engine, tenant: &TenantId, wanted: CreateKey) -> Result<Vec<String>, EngineError> {
    let CreateKey { scopes, name, expires_at, test, require_idempotency_key, .. } = wanted;
    let terms = KeyTerms {
        scopes: scopes.into_iter().collect(),
        expires_at,
        requires_idempotency_key: require_idempotency_key,
        is_for_tests: test,
    };
    let made = engine.issue_key(tenant, &name, terms, None).await?;
    engine.audited(tenant, &ACTOR, Deed::by_command("create_api_key", Some(made.key.id.to_string()))).await;
    Ok(vec![made.token.expose_secret().to_owned()])
}

async fn revoke(engine: &Engine, tenant: &TenantId, id: &KeyId) -> Result<Vec<String>, EngineError> {
    let key = engine.revoke_key(tenant, id).await?;
    engine.audited(tenant, &ACTOR, Deed::by_command("revoke_api_key", Some(id.to_string()))).await;
    Ok(vec![line(&key)])
}

async fn list(engine: &Engine, tenant: &TenantId) -> Result<Vec<String>, EngineError> {
    let keys = engine.keys(tenant, &Page { after: None, limit: MOST_LISTED }).await?;
    Ok(keys.iter().map(line).collect())
}

fn line(key: &ApiKey) -> String {
    let mode = if key.tenant.is_for_tests() { "test" } else { "live" };
    let at = |what: &str, at: Option<outdial_model::Timestamp>| at.map(|at| format!("{what} {at}"));
    let state =
        [at("revoked", key.revoked_at), at("expires", key.expires_at), at("last used", key.last_used_at)];
    let state: Vec<_> = state.into_iter().flatten().collect();
    format!("{}  {mode}  {}  [{}]  {}", key.id, key.name, key.scopes, state.join(", "))
}

fn in_words(error: &EngineError) -> String {
    match error {
        EngineError::Invalid(problems) => {
            let lines = problems
                .iter()
                .map(|one| format!("{}: {}", one.pointer.trim_start_matches("#/"), one.detail));
            lines.collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
