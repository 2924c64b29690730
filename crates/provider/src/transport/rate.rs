//! An account's request budget: so many per second for each action.

use super::TransportError;
use async_trait::async_trait;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// A budget shared by everything that talks for one account.
#[derive(Debug, Clone)]
pub struct RateLimits {
    per_second: NonZeroU32,
    limiter: Arc<DefaultKeyedRateLimiter<&'static str>>,
}

impl RateLimits {
    /// `per_second` requests for each action (at least one). Spread evenly: a burst of a full
    /// second's worth right after another would break a vendor's sliding window.
    pub fn per_action(per_second: u32) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(per_second).allow_burst(NonZeroU32::MIN);
        Self { per_second, limiter: Arc::new(RateLimiter::keyed(quota)) }
    }

    /// Requests per second for each action.
    pub fn per_second(&self) -> u32 {
        self.per_second.get()
    }

    /// Waits for a place, at most `patience`.
    pub(super) async fn permit(
        &self,
        action: &'static str,
        patience: Duration,
    ) -> Result<(), TransportError> {
        tokio::time::timeout(patience, self.limiter.until_key_ready(&action))
            .await
            .map_err(|_| TransportError::Throttled)
    }
}

/// A request budget that several processes keep to together.
#[async_trait]
pub trait Slots: Debug + Send + Sync {
    /// Takes the next `count` places of `action`, `spacing` apart; answers how long it is until the first.
    /// `None` when the budget cannot be asked: nothing may be sent.
    async fn reserve(&self, action: &'static str, spacing: Duration, count: u32) -> Option<Duration>;
}
