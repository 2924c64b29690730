//! One request budget for all replicas: an account's places are reserved in the store they share.

use async_trait::async_trait;
use outdial_model::AccountId;
use outdial_provider::{RateLimits, Reserved, Slots};
use outdial_store::{ReservedSlots, Store};
use std::sync::Arc;
use std::time::Duration;

/// The budget of one account.
#[derive(Debug)]
struct StoreSlots {
    store: Arc<dyn Store>,
    account: AccountId,
}

/// `per_second` requests of `account` for each action, by everybody on `store` together.
pub(crate) fn shared(store: &Arc<dyn Store>, account: &AccountId, per_second: u32) -> RateLimits {
    let slots = StoreSlots { store: Arc::clone(store), account: account.clone() };
    RateLimits::over(per_second, Arc::new(slots))
}

#[async_trait]
impl Slots for StoreSlots {
    async fn reserve(&self, action: &'static str, spacing: Duration, count: u32) -> Option<Reserved> {
        let reserved = self.store.reserve_slots(&self.account, action, spacing, count).await;
        let ReservedSlots { wait, asked, answered } = reserved
            .inspect_err(|error| tracing::warn!(account = %self.account, action, %error, "no request budget"))
            .ok()?;
        Some(Reserved { wait, asked: asked.into(), answered: answered.into() })
    }
}
