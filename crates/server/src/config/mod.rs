//! Configuration: one TOML file under the environment, over the defaults built into the binary.
//!
//! [`layers`] merges the three and remembers where each value came from; [`reader`] takes values out
//! one by one and collects every complaint; [`read`] knows the keys. A start with a wrong
//! configuration names all of its problems at once, the nearest valid key for each unknown one, and
//! the value of no secret.
//!
//! Not for: settings of one vendor. A provider declares and reads its own.

mod account;
mod auth;
mod encryption;
mod layers;
mod policy;
mod problem;
mod read;
mod reader;
mod reference;
mod retention;
mod routes;
mod shown;
mod store_url;

pub use account::AccountConfig;
pub use problem::{ConfigProblems, Problem};
pub(crate) use reference::reference;
pub use shown::{Origin, ShownValue};
pub use store_url::StoreUrl;

use ipnet::IpNet;
use layers::Layers;
use outdial_api::Quotas;
use outdial_engine::{Recordings, Retention, Route, TokenIssuer};
use outdial_model::{Policy, Secret};
use outdial_provider::Factory;
use outdial_providers::registry;
use outdial_store::Keyring;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Every key with its default and one comment.
pub const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// A configuration that can be started.
#[derive(Debug)]
pub struct Config {
    /// Where the gateway listens.
    pub listen: SocketAddr,
    /// What vendors are told to push to, without a slash at the end; derived from the address when absent.
    pub public_url: Option<String>,
    /// How long it still takes requests once it is told to end.
    pub drain: Duration,
    /// Where those who only watch are answered without a key; nowhere when absent.
    pub metrics_listen: Option<SocketAddr>,
    /// Where traces are sent; nowhere when absent.
    pub otlp_endpoint: Option<String>,
    /// Where everything is kept.
    pub store_url: StoreUrl,
    /// The keys what is personal is encrypted with; nothing is where there are none.
    pub encryption: Option<Keyring>,
    /// Where events may be delivered to.
    pub webhooks: Webhooks,
    /// How recordings are fetched from where vendors keep them.
    pub recordings: Recordings,
    /// How long people are known after their task has ended.
    pub retention: Retention,
    /// What the operator allows, whatever a task asks for.
    pub policy: Policy,
    /// Whose tokens are believed beside our own keys.
    pub issuers: Vec<TokenIssuer>,
    /// How many requests are answered.
    pub limits: Limited,
    /// The accounts, by name.
    pub accounts: Vec<AccountConfig>,
    /// Rules that choose among them, by name.
    pub routes: Vec<Route>,
    /// Every value and where it came from, in the order of the keys.
    pub values: Vec<ShownValue>,
    /// Secrets and what was read from files, by their keys.
    pub(crate) secrets: BTreeMap<String, Secret>,
}

/// Limits on receivers of events.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Plain http is allowed too.
    pub allow_http: bool,
    /// Private networks receivers may be in.
    pub allowed_networks: Vec<IpNet>,
}

/// How many requests are answered.
#[derive(Debug, Clone, Copy)]
pub struct Limited {
    /// Of a client, and of a tenant.
    pub quotas: Quotas,
    /// At a time.
    pub requests_at_once: usize,
}

impl Config {
    /// Reads `file` (none: the defaults alone) under this process's environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigProblems> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let text = file.map(layers::read_file).transpose()?;
        Self::parse(file.zip(text.as_deref()), environment, registry::FACTORIES)
    }

    /// Reads `text` as if it were the configuration file, without any environment.
    pub fn from_toml(text: &str) -> Result<Self, ConfigProblems> {
        Self::parse(Some((Path::new("outdial.toml"), text)), [], registry::FACTORIES)
    }

    fn parse(
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        factories: &'static [&'static Factory],
    ) -> Result<Self, ConfigProblems> {
        let layers = Layers::merge(file, environment)?;
        let (config, mut problems) = read::config(layers, factories);
        if problems.is_empty() {
            return Ok(config);
        }
        // What only the adapters can tell is told in the same breath.
        for objection in config.accounts.iter().filter_map(AccountConfig::objection) {
            if problems.iter().all(|problem| problem.key != objection.key) {
                problems.push(objection);
            }
        }
        Err(ConfigProblems::new(problems))
    }

    /// Whether every account could be set up: what [`Gateway::start`](crate::Gateway::start) would
    /// complain of, without starting anything.
    pub fn check(&self) -> Result<(), ConfigProblems> {
        let problems: Vec<_> = self.accounts.iter().filter_map(AccountConfig::objection).collect();
        if problems.is_empty() { Ok(()) } else { Err(ConfigProblems::new(problems)) }
    }
}
