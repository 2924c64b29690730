//! One account: the keys every account has, and the table of its provider's own.

use super::Problem;
use super::read::NETWORKS;
use super::reader::{Book, Section};
use outdial_engine::outward::{HostRule, IpNet};
use outdial_engine::{AccountPolicy, Clients, Lines};
use outdial_model::{AccountId, ExposeSecret, ProviderKind, Secret, Staged, SystemClock, TenantId};
use outdial_provider::{
    AccountSettings, Callbacks, ConfigProblem, Deps, Factory, Provider, RateLimits, SettingKey, Table,
    Transport, TransportSettings,
};
use outdial_providers::nearest;
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;

/// Keys every account has, besides those of its provider.
pub(super) const TIMEOUT_SECONDS: u64 = 15;
pub(super) const POLL_INTERVAL_SECONDS: u64 = 30;
pub(super) const FUSE_SECONDS: u64 = 90;

/// An account as configured.
pub struct AccountConfig {
    /// Its name.
    pub id: AccountId,
    /// Its vendor.
    pub kind: ProviderKind,
    factory: &'static Factory,
    /// Where the vendor is reached, when that is not for the provider to say.
    base_url: Option<String>,
    /// Deadline of one request.
    pub timeout: Duration,
    /// The numbers the engine keeps to.
    pub policy: AccountPolicy,
    /// Last part of the ingress URL; derived from the installation's secret when absent.
    pub ingress_secret: Option<Secret>,
    /// One that is taken beside it.
    pub previous_ingress_secret: Option<Secret>,
    /// Where the vendor pushes from; anywhere when empty.
    pub ingress_networks: Vec<IpNet>,
    /// The provider's own keys, secrets among them.
    table: Table,
}

impl std::fmt::Debug for AccountConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountConfig")
            .field("id", &self.id)
            .field("provider", &self.kind)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl AccountConfig {
    /// Where the vendor is reached.
    pub fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or_else(|| (self.factory.default_base_url)(&self.table))
    }

    /// Whether that was said in the configuration.
    pub fn base_url_is_set(&self) -> bool {
        self.base_url.is_some()
    }

    /// The adapter, told where its vendor may push to and which request budget it keeps to.
    pub fn provider(&self, callbacks: Callbacks, rate: RateLimits) -> Result<Arc<dyn Provider>, Problem> {
        let transport = Transport::new(TransportSettings { timeout: self.timeout, rate })
            .map_err(|error| self.problem(ConfigProblem::new("provider", error.to_string())))?;
        let deps = Deps { account: self.id.clone(), transport, clock: Arc::new(SystemClock), callbacks };
        let settings = AccountSettings { base_url: self.base_url.clone(), table: self.table.clone() };
        (self.factory.build)(settings, deps).map_err(|problem| self.problem(problem))
    }

    /// Whether an account made of either would be the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        // Taken apart, so that a setting that comes to be is not forgotten here.
        let Self {
            id,
            kind,
            factory: _,
            base_url,
            timeout,
            policy,
            ingress_secret,
            previous_ingress_secret,
            ingress_networks,
            table,
        } = other;
        let exposed =
            |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        self.id == *id
            && self.kind == *kind
            && self.base_url == *base_url
            && self.timeout == *timeout
            && self.policy == *policy
            && exposed(&self.ingress_secret) == exposed(ingress_secret)
            && exposed(&self.previous_ingress_secret) == exposed(previous_ingress_secret)
            && self.ingress_networks == *ingress_networks
            && self.table == *table
    }

    /// What the provider does not like about the account, if anything.
    pub(super) fn objection(&self) -> Option<Problem> {
        let rate = RateLimits::per_action(self.policy.rate);
        self.provider(Callbacks::new("http://localhost/ingress"), rate).err()
    }

    fn problem(&self, problem: ConfigProblem) -> Problem {
        Problem { key: format!("accounts.{}.{}", self.id, problem.key), origin: None, detail: problem.detail }
    }
}

pub(super) const SECONDS: &str = "a whole number of seconds, at least 1";

/// Reads the account `name`; `None` when it is not even known which provider it is for. Whatever is
/// wrong is in the book, and a fallback stands in its place.
pub(super) fn read(
    accounts: &mut Section,
    book: &mut Book,
    name: &str,
    factories: &'static [&'static Factory],
) -> Option<AccountConfig> {
    let mut section = accounts.section(book, name);
    let id = match name.parse::<AccountId>() {
        Ok(id) => id,
        Err(error) => {
            accounts.complain(book, name, error.to_string());
            return None;
        }
    };
    let (kind, factory) = provider_of(&mut section, book, factories)?;
    let base_url =
        section.checked(book, "base_url", "a URL that begins with https://", |url: &String| is_url(url));
    let clients = clients(&mut section, book);
    if clients.is_simulated && base_url.is_none() {
        let detail =
            "a simulated account needs the simulator's `base_url`; without it, it would be the vendor's own";
        section.complain(book, "simulated", detail.to_owned());
    }
    let config = AccountConfig {
        id,
        kind,
        factory,
        base_url,
        timeout: seconds(&mut section, book, "timeout_seconds", TIMEOUT_SECONDS),
        policy: AccountPolicy {
            settle: section
                .checked(book, "settle_seconds", SECONDS, |seconds| *seconds > 0)
                .map(Duration::from_secs),
            poll_interval: seconds(&mut section, book, "poll_interval_seconds", POLL_INTERVAL_SECONDS),
            window: section.checked(book, "window", "a number of contacts, at least 1", |count| *count > 0),
            rate: section
                .or(book, "rate", "requests per second, at least 1", factory.default_rate, |rate| *rate > 0),
            fuse: seconds(&mut section, book, "fuse_seconds", FUSE_SECONDS),
            staging: section.or(book, "staging", "`on` or `off`", Staged::On, |_| true),
            lines: lines(&mut section, book),
            dials_per_day: section
                .checked(book, "dials_per_day", "a number of dials, at least 1", |most| *most > 0),
            recording_hosts: recording_hosts(&mut section, book),
            clients,
        },
        ingress_secret: section.secret(book, "ingress_secret"),
        previous_ingress_secret: section.secret(book, "previous_ingress_secret"),
        ingress_networks: section.optional(book, "ingress_networks", NETWORKS).unwrap_or_default(),
        table: own_keys(&mut section, book, factory),
    };
    section.finish(book);
    Some(config)
}

fn lines(section: &mut Section, book: &mut Book) -> Option<Lines> {
    let calls = "a number of calls, at least 1";
    let most = section.checked(book, "max_concurrent_calls", calls, |most| *most > 0);
    let reserve = section.or(book, "reserve", "a number of calls", 0, |_| true);
    if most.map_or(reserve > 0, |most| reserve >= most) {
        let detail = "keeps calls free of `max_concurrent_calls`, which has to be more";
        section.complain(book, "reserve", detail.to_owned());
    }
    most.map(|most| Lines { most, reserve })
}

fn clients(section: &mut Section, book: &mut Book) -> Clients {
    let are_names = |names: &Vec<String>| names.iter().all(|name| TenantId::named(name).is_ok());
    let tenants = section.checked(book, "tenants", "a list of tenants such as [\"acme\"]", are_names);
    let tenants = tenants.unwrap_or_default().iter().filter_map(|name| TenantId::named(name).ok()).collect();
    let is_simulated = section.optional(book, "simulated", "true or false").unwrap_or_default();
    Clients { tenants, is_simulated }
}

fn provider_of(
    section: &mut Section,
    book: &mut Book,
    factories: &'static [&'static Factory],
) -> Option<(ProviderKind, &'static Factory)> {
    let kinds: Vec<_> = factories.iter().map(|factory| factory.kind).collect();
    let all = kinds.join(", ");
    let Some(kind) = section.peek::<String>("provider") else {
        section.complain(book, "provider", format!("must be set to one of {all}"));
        return None;
    };
    let Some(factory) = factories.iter().find(|factory| factory.kind == kind) else {
        let hint = nearest(&kind, kinds.iter().copied()).map(|meant| format!("; did you mean `{meant}`?"));
        let detail = format!("no such provider{}; there are {all}", hint.unwrap_or_default());
        section.complain(book, "provider", detail);
        return None;
    };
    let kind = section.optional(book, "provider", "the name of a provider")?;
    Some((kind, factory))
}

/// The keys the provider declares, `x_file` read into `x`.
fn own_keys(section: &mut Section, book: &mut Book, factory: &Factory) -> Table {
    let mut table = Table::new();
    for key in factory.setting_keys {
        let complaints = book.problems.len();
        let value = if key.secret {
            section.secret(book, key.name).map(|secret| secret.expose_secret().into())
        } else {
            section.opaque(book, key.name)
        };
        match value {
            Some(value) => {
                table.insert(key.name.to_owned(), value);
            }
            None if key.required && book.problems.len() == complaints => {
                section.complain(book, key.name, missing(key));
            }
            None => {}
        }
    }
    table
}

fn missing(key: &SettingKey) -> String {
    let file = if key.secret { format!(" (or `{}_file`)", key.name) } else { String::new() };
    format!("must be set{file}: {}", key.about)
}

fn seconds(section: &mut Section, book: &mut Book, key: &str, fallback: u64) -> Duration {
    Duration::from_secs(section.or(book, key, SECONDS, fallback, |seconds| *seconds > 0))
}

/// A host that is none spoils the list: what was meant is not to be guessed.
fn recording_hosts(section: &mut Section, book: &mut Book) -> Vec<HostRule> {
    const HOSTS: &str =
        "a list of hosts such as [\"media.example.com\", \"*.example.com\", \"media.example.com:8443\"]";
    let rules = |texts: &Vec<String>| texts.iter().map(|text| text.parse()).collect::<Result<Vec<_>, _>>();
    let texts = section.checked(book, "recording_hosts", HOSTS, |texts| rules(texts).is_ok());
    texts.and_then(|texts| rules(&texts).ok()).unwrap_or_default()
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
