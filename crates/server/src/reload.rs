//! A configuration that is read again while the gateway runs.
//!
//! Accounts are replaced as a whole: added, changed, removed. One whose settings are what they were keeps its
//! object, and with it its health, its breaker and what it has counted. So are the routes that choose among them (tasks stay
//! where they are), and the operator's rules (`[policy]`). A configuration with a problem changes nothing. Everything else is
//! read at the start only; what has changed there is told.

use crate::{AccountConfig, Config, ConfigProblems, Problem, StoreUrl, gateway};
use outdial_engine::{Account, Engine, Pepper};
use outdial_model::{AccountId, ExposeSecret, Secret};
use outdial_store::Store;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What is in force, and what it takes to make accounts.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) public_url: String,
    pub(crate) pepper: Pepper,
    store_url: StoreUrl,
    /// Values outside `[accounts]`, `[routes]` and `[policy]`, as shown; secrets as they are.
    fixed: BTreeMap<String, Secret>,
    accounts: Mutex<Vec<AccountConfig>>,
}

/// What a reload has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Accounts that were not there.
    pub added: Vec<AccountId>,
    /// Accounts that have other settings now.
    pub changed: Vec<AccountId>,
    /// Accounts that are not there any more.
    pub removed: Vec<AccountId>,
    /// The routes are others.
    pub routes_changed: bool,
    /// The operator's rules are others.
    pub policy_changed: bool,
    /// Keys that have changed and are not in force before the next start.
    pub needs_restart: Vec<String>,
}

impl fmt::Display for Reloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |ids: &[AccountId]| match ids {
            [] => "none".to_owned(),
            ids => ids.iter().map(AccountId::as_str).collect::<Vec<_>>().join(", "),
        };
        let Self { added, changed, removed, routes_changed, policy_changed, needs_restart } = self;
        write!(f, "accounts added: {}", list(added))?;
        write!(f, "; changed: {}; removed: {}", list(changed), list(removed))?;
        if *routes_changed {
            write!(f, "; the routes have changed")?;
        }
        if *policy_changed {
            write!(f, "; the policy has changed")?;
        }
        if !needs_restart.is_empty() {
            write!(f, "; not in force before a restart: {}", needs_restart.join(", "))?;
        }
        Ok(())
    }
}

impl InForce {
    /// `config`, which the gateway was just started with.
    pub(crate) fn new(config: Config, store: Arc<dyn Store>, public_url: String, pepper: Pepper) -> Self {
        let fixed = fixed(&config);
        let Config { store_url, accounts, .. } = config;
        Self { store, public_url, pepper, store_url, fixed, accounts: Mutex::new(accounts) }
    }

    /// Puts the accounts of `config` in force.
    pub(crate) fn replace(&self, engine: &Engine, config: Config) -> Result<Reloaded, ConfigProblems> {
        // Held to the end: two reloads at once would each compare with what the other replaces.
        let mut before = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = Reloaded { needs_restart: self.needs_restart(&config), ..Reloaded::default() };
        let (mut accounts, mut problems) = (Vec::new(), Vec::new());
        for wanted in &config.accounts {
            let known = before.iter().find(|known| known.id == wanted.id);
            match self.account(engine, known, wanted, &mut told) {
                Ok(account) => accounts.push(account),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(ConfigProblems::new(problems));
        }
        let is_gone = |id: &AccountId| accounts.iter().all(|account| account.id != *id);
        told.removed = before.iter().map(|known| known.id.clone()).filter(is_gone).collect();
        engine.replace_accounts(accounts);
        told.policy_changed = *engine.policy() != config.policy;
        engine.replace_policy(config.policy);
        told.routes_changed = !engine.has_routes(&config.routes);
        engine.replace_routes(config.routes);
        *before = config.accounts;
        Ok(told)
    }

    /// The account as it is when nothing about it has changed, else a new one.
    fn account(
        &self,
        engine: &Engine,
        known: Option<&AccountConfig>,
        wanted: &AccountConfig,
        told: &mut Reloaded,
    ) -> Result<Arc<Account>, Problem> {
        match known {
            Some(known) if known.is_same(wanted) => {
                if let Ok(account) = engine.account(&wanted.id) {
                    return Ok(account);
                }
            }
            Some(known) if known.kind != wanted.kind => {
                let detail = format!(
                    "the account is one at {}, and its tasks are there; give one at another vendor another name",
                    known.kind
                );
                let key = format!("accounts.{}.provider", wanted.id);
                return Err(Problem { key, origin: None, detail });
            }
            Some(_) => told.changed.push(wanted.id.clone()),
            None => told.added.push(wanted.id.clone()),
        }
        gateway::account(wanted, &self.store, &self.public_url, &self.pepper).map(Arc::new)
    }

    /// Keys outside `[accounts]`, `[routes]` and `[policy]` that differ from what is in force.
    fn needs_restart(&self, config: &Config) -> Vec<String> {
        let wanted = fixed(config);
        let keys: std::collections::BTreeSet<_> = self.fixed.keys().chain(wanted.keys()).collect();
        let of = |values: &BTreeMap<_, Secret>, key: &String| {
            values.get(key).map(|value| value.expose_secret().to_owned())
        };
        let differs = |key: &&&String| of(&self.fixed, key) != of(&wanted, key);
        let mut changed: Vec<_> = keys.iter().filter(differs).map(|key| (*key).clone()).collect();
        // What is shown of it hides its password.
        let is_elsewhere = self.store_url.expose() != config.store_url.expose();
        if is_elsewhere && !changed.iter().any(|key| key.starts_with("store.")) {
            changed.push("store.url".to_owned());
        }
        changed
    }
}

fn fixed(config: &Config) -> BTreeMap<String, Secret> {
    let shown = config.values.iter().map(|shown| (shown.key.clone(), shown.value.clone().into()));
    let secrets = config.secrets.iter().map(|(key, secret)| (key.clone(), secret.clone()));
    let is_fixed =
        |key: &str| !["accounts.", "routes.", "policy."].iter().any(|begin| key.starts_with(begin));
    shown.chain(secrets).filter(|(key, _)| is_fixed(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_has_changed_is_told_though_it_is_shown_as_it_was() {
        let with = |secret: &str| {
            let text = format!(
                "[[auth.jwt]]\nissuer = \"https://login.example.com/\"\naudience = \"outdial\"\nsecret = \"{secret}\""
            );
            fixed(&Config::from_toml(&text).unwrap())
        };
        let exposed =
            |values: BTreeMap<String, Secret>| values["auth.jwt.0.secret"].expose_secret().to_owned();
        assert_ne!(exposed(with(&"a".repeat(32))), exposed(with(&"b".repeat(32))));
        assert!(!format!("{:?}", with(&"a".repeat(32))).contains("aaaa"));
    }
}
