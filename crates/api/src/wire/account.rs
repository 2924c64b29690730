//! An account: who we are at a vendor, how it fares, what it offers.

use super::instant;
use super::provider::Abilities;
use outdial_engine::provider::{Catalog, CatalogItem, Checked, PushKind};
use outdial_engine::{Account, Breaker, Health, TOKEN_KIND};
use outdial_model::{AccountId, ExposeSecret, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// One set of credentials and settings at a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountView {
    /// Its name in the configuration.
    #[schema(example = "example-account")]
    id: String,
    /// Its provider.
    #[schema(example = "example-provider")]
    provider: String,
    /// Where the vendor is reached.
    base_url: String,
    /// What the vendor is told to push to, with `/{kind}` after it. Whoever knows it can push: lists mask
    /// its secret part, a single account shows it, to be pasted into the vendor's console.
    ingress_url: String,
    /// The same for each kind of push, with what is to be done with it; in lists it is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    ingress_urls: Vec<IngressView>,
    health: HealthView,
    breaker: BreakerView,
    rate: RateView,
    /// Most contacts of one task the vendor may hold; `null` for max(50, 2 × concurrency).
    window: Option<u32>,
    /// Longest time between progress reads while dialing.
    poll_interval_seconds: u64,
    /// How far ahead a vendor-side task that begins by itself is set to begin.
    fuse_seconds: u64,
    /// `on` or `off`: whether what is created there is looked at before it may ring, for tasks that do not
    /// say (`staging`).
    #[schema(value_type = String, example = "on")]
    staging_default: &'static str,
    #[serde(flatten)]
    abilities: Abilities,
}

/// Where the vendor sends one kind of push.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ingress)]
pub(crate) struct IngressView {
    /// The kind, last part of the URL.
    #[schema(value_type = String, example = "order")]
    kind: &'static str,
    /// The URL. Whoever knows it can push.
    url: String,
    /// What is pushed there, and what is to be done in the vendor's console.
    #[schema(value_type = String)]
    about: &'static str,
}

/// How the account has fared since the process started.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthView {
    /// Last answer of the vendor that was understood.
    #[schema(format = DateTime)]
    last_success_at: Option<String>,
    /// Last failure of network, vendor or credentials.
    #[schema(format = DateTime)]
    last_failure_at: Option<String>,
    /// What it was.
    last_failure: Option<String>,
    /// Failures since the last success.
    failures_in_a_row: u32,
    /// Creating requests that may or may not have happened.
    unknown_outcomes: u64,
}

/// Keeps new people from being sent into a vendor that does not answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Breaker)]
pub(crate) struct BreakerView {
    /// `closed` (requests may leave), `open` (they may not) or `half_open` (one may try).
    #[schema(value_type = String, example = "closed")]
    state: &'static str,
    /// Until when it is open.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// How many requests may leave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rate)]
pub(crate) struct RateView {
    /// For each of the vendor's actions.
    requests_per_second: u32,
}

impl AccountView {
    /// The account as it is at `now`.
    pub(crate) fn new(account: &Account, now: Timestamp) -> Self {
        let policy = &account.policy;
        Self {
            id: account.id.to_string(),
            provider: account.kind.to_string(),
            base_url: account.base_url.clone(),
            ingress_url: account.ingress.masked(),
            ingress_urls: Vec::new(),
            health: account.health().into(),
            breaker: account.breaker(now).into(),
            rate: RateView { requests_per_second: policy.rate },
            window: policy.window,
            poll_interval_seconds: policy.poll_interval.as_secs(),
            fuse_seconds: policy.fuse.as_secs(),
            staging_default: policy.staging.as_str(),
            abilities: account.provider.capabilities().into(),
        }
    }

    /// With the secret part of the ingress URLs.
    pub(crate) fn with_ingress_urls(self, account: &Account) -> Self {
        let url = account.ingress.url();
        let url = url.expose_secret();
        let of_kind = |push: &PushKind| IngressView {
            kind: push.kind,
            url: format!("{url}/{}", push.kind),
            about: push.about,
        };
        let token = account.provider.push_client().map(|_| PushKind {
            kind: TOKEN_KIND,
            about: "Where the vendor asks for the tokens it presents with its pushes (OAuth 2.0, client credentials).",
        });
        let kinds = account.provider.push_kinds().iter().chain(&token);
        let ingress_urls = kinds.map(of_kind).collect();
        Self { ingress_url: url.to_owned(), ingress_urls, ..self }
    }
}

impl From<Health> for HealthView {
    fn from(health: Health) -> Self {
        Self {
            last_success_at: health.last_success_at.map(instant),
            last_failure_at: health.last_failure_at.map(instant),
            last_failure: health.last_failure,
            failures_in_a_row: health.failures_in_a_row,
            unknown_outcomes: health.unknown_outcomes,
        }
    }
}

impl From<Breaker> for BreakerView {
    fn from(breaker: Breaker) -> Self {
        let until = match breaker {
            Breaker::Open { until } => Some(instant(until)),
            Breaker::Closed | Breaker::HalfOpen => None,
        };
        Self { state: breaker.as_str(), until }
    }
}

/// A signed, harmless live call worked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountCheck)]
pub(crate) struct CheckView {
    /// The account.
    account: String,
    /// Always true; a check that fails is a problem.
    ok: bool,
    /// Which call was made, as whom.
    detail: String,
    /// When.
    #[schema(format = DateTime)]
    checked_at: String,
}

impl CheckView {
    pub(crate) fn new(account: &AccountId, checked: Checked, now: Timestamp) -> Self {
        Self { account: account.to_string(), ok: true, detail: checked.detail, checked_at: instant(now) }
    }
}

/// What an account offers to choose from, live from the vendor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Catalog)]
pub(crate) struct CatalogView {
    /// Values for `script.template_id`; `null` when the vendor does not list them.
    templates: Option<Vec<CatalogItemView>>,
    /// Values for `callers`; `null` when the vendor does not list them.
    callers: Option<Vec<CatalogItemView>>,
}

/// Something to choose from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogItem)]
pub(crate) struct CatalogItemView {
    /// What to write into the task.
    id: String,
    /// The vendor's name for it.
    name: Option<String>,
    /// Variables the script wants, where the vendor tells.
    variables: Vec<String>,
}

impl From<Catalog> for CatalogView {
    fn from(catalog: Catalog) -> Self {
        let views = |items: Vec<CatalogItem>| items.into_iter().map(CatalogItemView::from).collect();
        Self { templates: catalog.templates.map(views), callers: catalog.callers.map(views) }
    }
}

impl From<CatalogItem> for CatalogItemView {
    fn from(item: CatalogItem) -> Self {
        Self { id: item.id, name: item.name, variables: item.variables }
    }
}
