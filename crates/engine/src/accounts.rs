//! Accounts: who we are at a vendor, how it fares, and what it offers.

use crate::health::HealthRecord;
use crate::{Breaker, Engine, EngineError, Health};
use outdial_model::{AccountId, ProviderKind};
use outdial_provider::{Catalog, Checked, Factory, Operation, Provider, ProviderError};
use std::sync::Arc;
use std::time::Duration;

/// Numbers of one account that the engine keeps to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPolicy {
    /// Most contacts of one task the vendor may hold; `None` for max(50, 2 × concurrency).
    pub window: Option<u32>,
    /// Wait before a look-up counts as proof of absence; `None` for the provider's own.
    pub settle: Option<Duration>,
    /// Longest time between progress reads while dialing.
    pub poll_interval: Duration,
    /// How far ahead a vendor's task that begins by itself is set to begin.
    pub fuse: Duration,
    /// Requests per second per action.
    pub rate: u32,
}

/// A configured account.
#[derive(Debug)]
pub struct Account {
    /// Its name in the configuration.
    pub id: AccountId,
    /// Its vendor.
    pub kind: ProviderKind,
    /// Where the vendor is reached.
    pub base_url: String,
    /// What the vendor is told to push to, with a mask for the secret.
    pub ingress_url: String,
    /// The numbers it keeps to.
    pub policy: AccountPolicy,
    /// The adapter.
    pub provider: Arc<dyn Provider>,
    pub(crate) health: HealthRecord,
}

impl Account {
    /// An account that has not talked yet.
    pub fn new(
        id: AccountId,
        kind: ProviderKind,
        base_url: String,
        ingress_url: String,
        policy: AccountPolicy,
        provider: Arc<dyn Provider>,
    ) -> Self {
        Self { id, kind, base_url, ingress_url, policy, provider, health: HealthRecord::default() }
    }

    /// How it fares.
    pub fn health(&self) -> Health {
        self.health.snapshot()
    }

    /// Whether creating requests may leave now.
    pub fn breaker(&self, now: outdial_model::Timestamp) -> Breaker {
        self.health.breaker(now)
    }

    pub(crate) fn settle(&self) -> Duration {
        self.policy.settle.unwrap_or(self.provider.capabilities().settle)
    }
}

impl Engine {
    /// Every vendor of this binary.
    pub fn factories(&self) -> &'static [&'static Factory] {
        self.0.factories
    }

    /// One vendor.
    pub fn factory(&self, kind: &str) -> Result<&'static Factory, EngineError> {
        let found = self.0.factories.iter().find(|factory| factory.kind == kind).copied();
        found.ok_or(EngineError::NotFound("provider"))
    }

    /// The configured accounts, by name.
    pub fn accounts(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.0.accounts.values()
    }

    /// One account.
    pub fn account(&self, id: &AccountId) -> Result<Arc<Account>, EngineError> {
        self.0.accounts.get(id).cloned().ok_or(EngineError::NotFound("account"))
    }

    /// A signed, harmless live call.
    pub async fn check_account(&self, id: &AccountId) -> Result<Checked, EngineError> {
        let account = self.account(id)?;
        let result = account.provider.check().await;
        self.noted(&account, result)
    }

    /// What the account offers to choose from, live from the vendor.
    pub async fn catalog(&self, id: &AccountId) -> Result<Catalog, EngineError> {
        let account = self.account(id)?;
        supported(&account, Operation::Catalog)?;
        let result = account.provider.catalog().await;
        self.noted(&account, result)
    }

    /// Notes how the vendor fared and turns a failure into ours.
    pub(crate) fn noted<T>(
        &self,
        account: &Account,
        result: Result<T, ProviderError>,
    ) -> Result<T, EngineError> {
        self.observe(account, &result);
        result.map_err(|error| EngineError::Vendor { provider: account.kind.clone(), error })
    }

    pub(crate) fn observe<T>(&self, account: &Account, result: &Result<T, ProviderError>) {
        match result {
            Ok(_) => account.health.succeeded(self.now()),
            Err(error) => account.health.failed(error, self.now()),
        }
    }
}

/// Refuses what the account's provider says it cannot do, with the capability's own reason.
pub(crate) fn supported(account: &Account, operation: Operation) -> Result<(), EngineError> {
    match account.provider.capabilities().support(operation) {
        outdial_provider::Support::Unsupported(why) => Err(EngineError::Unsupported {
            detail: format!("account `{}` cannot do `{}`: {why}", account.id, operation.as_str()),
        }),
        _ => Ok(()),
    }
}
