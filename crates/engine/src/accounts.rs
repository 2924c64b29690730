//! Accounts: who we are at a vendor, how it fares, and what it offers.

use crate::health::HealthRecord;
use crate::metrics::{PushTally, ShortageTally, Tally};
use crate::{Breaker, Engine, EngineError, Health};
use outdial_model::{AccountId, ExposeSecret, Priority, ProviderKind, Secret, Staged, TenantId};
use outdial_outward::{HostRule, IpNet};
use outdial_provider::{Catalog, Checked, Factory, Operation, Provider, ProviderError};
use outdial_store::LinesWanted;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Most tasks of an account that are worked on at a time while its breaker is not closed.
const PLACES_WHILE_ILL: usize = 4;

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
    /// Whether what is created there is looked at before it may ring, unless a task says otherwise.
    pub staging: Staged,
    /// Requests per second per action.
    pub rate: u32,
    /// What its lines can do; `None` where there are enough for everybody.
    pub lines: Option<Lines>,
    /// Most dials with it in a day; any number when absent.
    pub dials_per_day: Option<u32>,
    /// Hosts the vendor's recordings may be on, beside that of the account's `base_url`.
    pub recording_hosts: Vec<HostRule>,
    /// Who may dial with it.
    pub clients: Clients,
}

/// Lines of an account, which its tasks share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// How many people may be out at its vendor.
    pub most: u32,
    /// How many of them are kept free for calls that somebody waits for.
    pub reserve: u32,
}

impl Lines {
    /// What a task of that priority wants of them.
    pub(crate) fn wanted_by(self, account: &AccountId, priority: Priority) -> LinesWanted {
        let before_all = priority == Priority::Immediate;
        let most = if before_all { self.most } else { self.most.saturating_sub(self.reserve) };
        LinesWanted { account: account.clone(), most: most.into(), weight: priority.weight(), before_all }
    }
}

/// Who may dial with an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clients {
    /// Tenants it is for; every tenant when empty.
    pub tenants: Vec<TenantId>,
    /// Whether it is at the simulator, so that it is for tests too.
    pub is_simulated: bool,
}

impl Clients {
    /// Whether it is there for somebody of that tenant; for others it does not exist.
    pub(crate) fn include(&self, tenant: &TenantId) -> bool {
        let is_theirs =
            self.tenants.is_empty() || self.tenants.iter().any(|one| one.itself() == tenant.itself());
        is_theirs && (self.is_simulated || !tenant.is_for_tests())
    }
}

/// Where an account's vendor pushes to.
#[derive(Debug, Clone)]
pub struct Ingress {
    base: String,
    secret: Secret,
    /// One that is taken as well, until the vendor has the new one.
    previous: Option<Secret>,
    /// Where pushes may come from; anywhere when empty.
    networks: Vec<IpNet>,
}

impl Ingress {
    /// `base` is `https://host/ingress/{account}`, without a slash at the end.
    pub fn new(base: impl Into<String>, secret: Secret) -> Self {
        Self { base: base.into(), secret, previous: None, networks: Vec::new() }
    }

    /// The same, for a vendor that pushes from these networks only; from anywhere when there are none.
    pub fn only_from(self, networks: Vec<IpNet>) -> Self {
        Self { networks, ..self }
    }

    /// The same, for a vendor that may still push with the secret it was told before.
    pub fn taking(self, previous: Option<Secret>) -> Self {
        Self { previous, ..self }
    }

    /// What the vendor is to be told, `/{kind}` after it; for whoever tells it.
    pub fn url(&self) -> Secret {
        Secret::from(format!("{}/{}", self.base, self.secret.expose_secret()))
    }

    /// The same for everybody's eyes.
    pub fn masked(&self) -> String {
        format!("{}/****", self.base)
    }

    /// Whether somebody knows the secret, or the one before; takes as long for a near miss as for a far one.
    pub(crate) fn admits(&self, secret: &str) -> bool {
        let is = |known: &Secret| bool::from(known.expose_secret().as_bytes().ct_eq(secret.as_bytes()));
        is(&self.secret) | self.previous.as_ref().is_some_and(is)
    }

    /// Whether somebody at that address may push.
    pub(crate) fn is_from(&self, address: Option<IpAddr>) -> bool {
        let within =
            |address: IpAddr| self.networks.iter().any(|network| network.contains(&address.to_canonical()));
        self.networks.is_empty() || address.is_some_and(within)
    }
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
    /// Whether the operator chose that; else it is the vendor's production host.
    base_is_chosen: bool,
    /// Where the vendor pushes to.
    pub ingress: Ingress,
    /// The numbers it keeps to.
    pub policy: AccountPolicy,
    /// The adapter.
    pub provider: Arc<dyn Provider>,
    pub(crate) health: HealthRecord,
    pub(crate) tally: Tally,
    pub(crate) shortages: ShortageTally,
    pub(crate) pushes: PushTally,
    /// Its tasks that are being worked on.
    at_work: AtomicUsize,
}

impl Account {
    /// An account that has not talked yet.
    pub fn new(
        id: AccountId,
        kind: ProviderKind,
        base_url: String,
        ingress: Ingress,
        policy: AccountPolicy,
        provider: Arc<dyn Provider>,
    ) -> Self {
        Self {
            id,
            kind,
            base_url,
            base_is_chosen: true,
            ingress,
            policy,
            provider,
            health: HealthRecord::default(),
            tally: Tally::default(),
            shortages: ShortageTally::default(),
            pushes: PushTally::default(),
            at_work: AtomicUsize::new(0),
        }
    }

    /// The same, where nobody chose `base_url`: it is the vendor's production host.
    #[must_use]
    pub fn at_the_vendors_own(self) -> Self {
        Self { base_is_chosen: false, ..self }
    }

    pub(crate) fn base_is_chosen(&self) -> bool {
        self.base_is_chosen
    }

    /// How it fares.
    pub fn health(&self) -> Health {
        self.health.snapshot()
    }

    /// Since when creating requests may not leave as usual.
    pub(crate) fn ill_since(&self, now: outdial_model::Timestamp) -> Option<outdial_model::Timestamp> {
        self.health.ill_since(now)
    }

    /// Whether creating requests may leave now.
    pub fn breaker(&self, now: outdial_model::Timestamp) -> Breaker {
        self.health.breaker(now)
    }

    pub(crate) fn settle(&self) -> Duration {
        self.policy.settle.unwrap_or(self.provider.capabilities().settle)
    }
}

/// A place at work of one of an account's tasks, until it is dropped.
///
/// Tasks of a vendor that does not answer wait most of their time. They may have only a few places, so that
/// they do not take those of the others.
#[derive(Debug)]
pub(crate) struct Place(Arc<Account>);

impl Place {
    pub(crate) fn at(account: &Arc<Account>) -> Self {
        account.at_work.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(account))
    }

    /// Whether it is one of that account's, as it is now.
    pub(crate) fn is_at(&self, account: &Arc<Account>) -> bool {
        Arc::ptr_eq(&self.0, account)
    }

    /// Whether the task may keep its place.
    pub(crate) fn may_stay(&self, now: outdial_model::Timestamp) -> bool {
        self.0.breaker(now) == Breaker::Closed || self.0.at_work.load(Ordering::SeqCst) <= PLACES_WHILE_ILL
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::SeqCst);
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
    pub fn accounts(&self) -> impl Iterator<Item = Arc<Account>> {
        self.0.accounts.all()
    }

    /// From now on these are the configured accounts. Whatever is under way at one that is not among them any more
    /// comes to its end; a task's next step finds the account of that name as it is now, or none.
    pub fn replace_accounts(&self, accounts: impl IntoIterator<Item = Arc<Account>>) {
        self.0.accounts.replace(accounts);
        self.ring();
    }

    /// Those a tenant may dial with, by name.
    pub fn accounts_for(&self, tenant: &TenantId) -> impl Iterator<Item = Arc<Account>> {
        self.accounts().filter(|account| account.policy.clients.include(tenant))
    }

    /// One account a tenant may dial with.
    pub fn account_for(&self, tenant: &TenantId, id: &AccountId) -> Result<Arc<Account>, EngineError> {
        let account = self.account(id)?;
        let is_theirs = account.policy.clients.include(tenant);
        is_theirs.then_some(account).ok_or(EngineError::NotFound("account"))
    }

    /// The vendor of an account, whoever that is for.
    pub fn kind_of(&self, id: &AccountId) -> Option<ProviderKind> {
        self.0.accounts.get(id).map(|account| account.kind.clone())
    }

    /// One account, whoever it is for.
    pub fn account(&self, id: &AccountId) -> Result<Arc<Account>, EngineError> {
        self.0.accounts.get(id).ok_or(EngineError::NotFound("account"))
    }

    /// A signed, harmless live call.
    pub async fn check_account(&self, tenant: &TenantId, id: &AccountId) -> Result<Checked, EngineError> {
        let account = self.account_for(tenant, id)?;
        let result = account.provider.check().await;
        self.noted(&account, result)
    }

    /// What the account offers to choose from, live from the vendor.
    pub async fn catalog(&self, tenant: &TenantId, id: &AccountId) -> Result<Catalog, EngineError> {
        let account = self.account_for(tenant, id)?;
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
        account.health.answered(result.as_ref().map(drop), self.now());
    }
}

/// Refuses what the account's vendor does not do itself.
pub(crate) fn natively(account: &Account, operation: Operation) -> Result<(), EngineError> {
    match account.provider.capabilities().support(operation).note() {
        None => Ok(()),
        Some(why) => Err(EngineError::Unsupported {
            detail: format!("account `{}` cannot do `{}` here: {why}", account.id, operation.as_str()),
        }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_there_for_its_tenants_and_for_tests_only_at_the_simulator() {
        let tenant = |name: &str| TenantId::named(name).unwrap();
        let (acme, globex) = (tenant("acme"), tenant("globex"));
        for (tenants, is_simulated, who, may) in [
            (vec![], false, acme.clone(), true),
            (vec![], false, acme.for_tests(), false),
            (vec![], true, acme.for_tests(), true),
            (vec![acme.clone()], false, acme.clone(), true),
            (vec![acme.clone()], true, globex.clone(), false),
            (vec![acme.clone()], true, globex.for_tests(), false),
            (vec![acme.clone()], true, acme.for_tests(), true),
        ] {
            let clients = Clients { tenants, is_simulated };
            assert_eq!(clients.include(&who), may, "{who} at {clients:?}");
        }
    }

    #[test]
    fn a_secret_that_was_replaced_is_taken_for_as_long_as_it_is_configured() {
        let secret = |text: &str| Secret::from(text.to_owned());
        let ingress = Ingress::new("https://gw.example/ingress/a", secret("new"));
        assert!(ingress.admits("new") && !ingress.admits("old"));
        let ingress = ingress.taking(Some(secret("old")));
        assert!(ingress.admits("new") && ingress.admits("old") && !ingress.admits("older"));
        assert!(ingress.url().expose_secret().ends_with("/new"), "vendors are told the new one");
    }

    #[test]
    fn a_vendor_may_be_held_to_where_it_pushes_from() {
        let ingress = || Ingress::new("https://gw.example/ingress/a", Secret::from("hush".to_owned()));
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert!(ingress().is_from(None), "from anywhere, when nothing is configured");
        let ingress = ingress().only_from(vec!["203.0.113.0/24".parse().unwrap()]);
        for (from, may) in [
            (address("203.0.113.9"), true),
            (address("::ffff:203.0.113.9"), true),
            (address("203.0.114.9"), false),
            (address("2001:db8::1"), false),
            (None, false),
        ] {
            assert_eq!(ingress.is_from(from), may, "{from:?}");
        }
    }
}
