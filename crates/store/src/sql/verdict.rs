//! What the way attempts ended means for endpoints: well again, what waits is due; gone or hopeless, they are disabled.
//!
//! All of it happens in the transaction that settles the attempts, under the locks of their endpoints: nothing of it is
//! forgotten, and nothing is decided about an endpoint that has become another one meanwhile.

use super::delivery::{self, Outcome};
use super::event::News;
use super::{Connection, endpoint};
use crate::row::{time, word};
use crate::{DeliveryResult, Judgement, Recovered, Settled, StoreError};
use outdial_model::{DisabledReason, EndpointId, TenantId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// Writes how attempts ended, and what follows.
pub(super) async fn settle(
    conn: &mut Connection,
    results: &[DeliveryResult],
    judgement: &Judgement,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    let mut news: BTreeMap<TenantId, News> = BTreeMap::new();
    let outcomes = delivery::settle(conn, results, now).await?;
    for outcome in outcomes.iter().filter(|outcome| outcome.is_enabled) {
        let id: EndpointId = word(&outcome.endpoint, "webhook_endpoints.id")?;
        if let Some(reason) = hopeless(outcome, judgement, now) {
            let news = news.entry(word(&outcome.tenant, "webhook_endpoints.tenant")?).or_default();
            endpoint::disable(conn, &id, reason, news, now).await?;
            settled.disabled.push((id, reason));
        } else if let Some(since) = outcome.had_failed_since
            && outcome.took_something
            && is_past(since, judgement.illness, now)
        {
            delivery::hasten(conn, &id, judgement.few_attempts, now).await?;
            let failed_since = time(since, "webhook_endpoints.failing_since")?;
            settled.recovered.push(Recovered { endpoint: id, failed_since });
        }
    }
    // In one order, for each tenant's log is locked from here on.
    for (tenant, news) in news {
        news.write(conn, &tenant, None, now).await?;
    }
    Ok(settled)
}

/// Why an endpoint is to be disabled, if it is: by an attempt of now that failed, and by no other.
fn hopeless(outcome: &Outcome, judgement: &Judgement, now: Timestamp) -> Option<DisabledReason> {
    if outcome.is_gone {
        return Some(DisabledReason::Gone);
    }
    let since = outcome.fails_since(now).filter(|_| outcome.has_failed)?;
    is_past(since, judgement.patience, now).then_some(DisabledReason::Failing)
}

/// Whether so much time has passed.
fn is_past(since: i64, time: Duration, now: Timestamp) -> bool {
    now.as_millisecond().saturating_sub(since) >= i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
