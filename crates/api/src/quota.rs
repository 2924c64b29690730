//! How many requests a client, and a tenant, may send: counted here, told on every answer.
//!
//! Each has a bucket that holds a minute's worth and fills steadily (GCRA), so a burst is fine and a flood is not. Headers
//! as in draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` says what there is, `RateLimit` what is left. What is
//! counted is counted by this process; replicas count each for itself.

use crate::problem::{Problem, table};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use outdial_engine::{Actor, Principal};
use outdial_model::TenantId;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Seconds a quota is for.
const WINDOW: u64 = 60;
/// After so many requests those who have not come for a while are forgotten.
const SWEEP: u32 = 10_000;

/// Requests per minute; `None` is any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Of one key, or of one subject of an issuer.
    pub client: Option<NonZeroU32>,
    /// Of a tenant, all its clients together.
    pub tenant: Option<NonZeroU32>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { client: NonZeroU32::new(6_000), tenant: NonZeroU32::new(30_000) }
    }
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Buckets {
    client: Option<Bucket<Actor>>,
    tenant: Option<Bucket<TenantId>>,
    since_sweep: AtomicU32,
}

/// What is left of each quota after a request, and which of them it was too much for.
#[derive(Debug, Default)]
pub(crate) struct Allowance(Vec<Left>);

#[derive(Debug)]
struct Left {
    policy: &'static str,
    quota: u32,
    remaining: u32,
    /// Until the bucket is full, or until the next request can come.
    reset: Duration,
    is_violated: bool,
}

impl Buckets {
    pub(crate) fn new(quotas: Quotas) -> Self {
        Self {
            client: quotas.client.map(|quota| Bucket::new("default", quota)),
            tenant: quotas.tenant.map(|quota| Bucket::new("tenant", quota)),
            since_sweep: AtomicU32::new(0),
        }
    }

    /// Counts a request.
    pub(crate) fn take(&self, by: &Principal) -> Allowance {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) == SWEEP {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.client.iter().for_each(Bucket::sweep);
            self.tenant.iter().for_each(Bucket::sweep);
        }
        let client = self.client.as_ref().map(|bucket| bucket.take(&by.actor));
        // What is too much for a client does not count against its tenant.
        let is_too_much = client.as_ref().is_some_and(|left| left.is_violated);
        let tenant = self.tenant.as_ref().filter(|_| !is_too_much).map(|bucket| bucket.take(&by.tenant));
        Allowance(client.into_iter().chain(tenant).collect())
    }
}

#[derive(Debug)]
struct Bucket<K: Hash + Eq + Clone> {
    policy: &'static str,
    quota: NonZeroU32,
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
}

impl<K: Hash + Eq + Clone> Bucket<K> {
    fn new(policy: &'static str, quota: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(quota)).with_middleware();
        Self { policy, quota, limiter }
    }

    fn take(&self, key: &K) -> Left {
        let (policy, quota) = (self.policy, self.quota.get());
        match self.limiter.check_key(key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let missing = quota.saturating_sub(remaining);
                let reset = Duration::from_secs(WINDOW) * missing / quota;
                Left { policy, quota, remaining, reset, is_violated: false }
            }
            Err(refused) => {
                let reset = refused.wait_time_from(self.limiter.clock().now());
                Left { policy, quota, remaining: 0, reset, is_violated: true }
            }
        }
    }

    fn sweep(&self) {
        self.limiter.retain_recent();
    }
}

impl Allowance {
    /// Why the request cannot be answered, if one quota is used up.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let violated: Vec<_> = self.0.iter().filter(|left| left.is_violated).collect();
        let pause = violated.iter().map(|left| left.reset).max()?;
        let policies: Vec<_> = violated.iter().map(|left| left.policy).collect();
        let quota = violated.first().map(|left| left.quota).unwrap_or_default();
        let whose = if policies.contains(&"tenant") { "tenant" } else { "key or token" };
        let detail = format!("your {whose} may send {quota} requests a minute");
        Some(Problem::new(&table::QUOTA_EXCEEDED, detail).violating(policies).with_retry_after(whole(pause)))
    }

    /// Tells it.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let policies = self.list(|left| format!("\"{}\";q={};w={WINDOW}", left.policy, left.quota));
        let left = self.list(|left| {
            format!("\"{}\";r={};t={}", left.policy, left.remaining, whole(left.reset).as_secs())
        });
        for (name, value) in [(POLICY, policies), (RATE_LIMIT, left)] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }

    fn list(&self, item: impl Fn(&Left) -> String) -> Option<HeaderValue> {
        let items: Vec<_> = self.0.iter().map(item).collect();
        (!items.is_empty()).then(|| HeaderValue::from_str(&items.join(", ")).ok())?
    }
}

/// Whole seconds, the last one begun.
fn whole(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs() + u64::from(time.subsec_nanos() > 0))
}
