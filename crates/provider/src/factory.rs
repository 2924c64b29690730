//! How a provider is made from an account's settings.

use crate::{Callbacks, Capabilities, Provider, Transport};
use outdial_model::{AccountId, Clock};
use serde_json::Value;
use std::sync::Arc;

/// What an adapter may use of the world.
#[derive(Debug, Clone)]
pub struct Deps {
    /// The account it is made for.
    pub account: AccountId,
    /// The one way to the network.
    pub transport: Transport,
    /// The one way to know the time.
    pub clock: Arc<dyn Clock>,
    /// Where the vendor is told to push to.
    pub callbacks: Callbacks,
}

/// The account's own keys of the configuration file, without those every account has
/// (`provider`, `base_url`, `timeout_seconds`, `rate`, …). Secrets are in it: it has no `Debug`.
#[derive(Clone)]
pub struct AccountSettings {
    /// Where the vendor is reached; `None` means the vendor's production host.
    pub base_url: Option<String>,
    /// Everything else, as parsed from TOML, `x_file` already read into `x`.
    pub table: Table,
}

/// The keys an account has beyond the common ones, as parsed from TOML.
pub type Table = serde_json::Map<String, Value>;

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {detail}")]
pub struct ConfigProblem {
    /// The key within the account.
    pub key: String,
    /// What is wrong and what would be right. Never the value of a secret.
    pub detail: String,
}

impl ConfigProblem {
    /// A problem with `key`.
    pub fn new(key: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: key.into(), detail: detail.into() }
    }
}

/// A vendor, before any account: one line of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Factory {
    /// The word for `provider` in configuration and API.
    pub kind: &'static str,
    /// The vendor's product, for people.
    pub title: &'static str,
    /// The vendor's production host, for an account with these keys of its own.
    pub default_base_url: fn(&Table) -> &'static str,
    /// Keys an account may have beyond the common ones; every secret key also as `<key>_file`.
    pub setting_keys: &'static [SettingKey],
    /// Requests per second per action when `rate` is not set.
    pub default_rate: u32,
    /// What an account with nothing optional configured can do.
    pub capabilities: fn() -> Capabilities,
    /// JSON schema of `provider_options.<kind>`.
    pub options_schema: fn() -> Value,
    /// A task for this vendor that works against the simulator, for documents and Swagger UI.
    pub example_task: fn() -> Value,
    /// The settings of an account at the simulator (`outdial simulate`), as an account's own keys:
    /// its published test credentials, and every operation the simulator offers switched on
    /// (paths of assumed operations included). Without `base_url`.
    pub simulated: fn() -> Value,
    /// Makes the provider, or says which setting is wrong.
    pub build: fn(AccountSettings, Deps) -> Result<Arc<dyn Provider>, ConfigProblem>,
}

/// A key an account of some vendor may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingKey {
    /// Its name.
    pub name: &'static str,
    /// It must be there.
    pub required: bool,
    /// It is masked wherever it is shown, and may come from `<name>_file`.
    pub secret: bool,
    /// One sentence for the configuration reference.
    pub about: &'static str,
}
