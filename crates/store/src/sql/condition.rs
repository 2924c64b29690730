//! Whether accounts' vendors answer: told to everybody who has something to lose there.

use super::Connection;
use super::event::News;
use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::word;
use outdial_model::{AccountId, EventId, EventType, ProviderKind, TenantId, Timestamp};
use serde_json::json;
use std::time::Duration;

// While it is degraded, `changed_at` is when that was told last.
const AGAIN: &str = "UPDATE account_conditions SET changed_at = $2 WHERE account = $1 AND is_degraded = TRUE AND changed_at < $2";
const DEGRADED: &str =
    "INSERT INTO account_conditions (account, is_degraded, changed_at) VALUES ($1, TRUE, $2)
     ON CONFLICT (account) DO UPDATE SET is_degraded = TRUE, changed_at = excluded.changed_at
     WHERE account_conditions.is_degraded = FALSE";
const RECOVERED: &str = "UPDATE account_conditions SET is_degraded = FALSE, changed_at = $2
     WHERE account = $1 AND is_degraded = TRUE AND changed_at <= $3";

/// Writes whether the account's vendor answers; tells whether that was news.
pub(super) async fn tell(
    conn: &mut Connection,
    account: &AccountId,
    provider: &ProviderKind,
    is_degraded: bool,
    stands: Duration,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (account_id, at) = (account.as_str(), now.as_millisecond());
    let changed = if is_degraded {
        sqlx::query(AGAIN).bind(account_id).bind(at).execute(&mut *conn).await?;
        sqlx::query(DEGRADED).bind(account_id).bind(at).execute(&mut *conn).await?
    } else {
        let until = at.saturating_sub(i64::try_from(stands.as_millis()).unwrap_or(i64::MAX));
        sqlx::query(RECOVERED).bind(account_id).bind(at).bind(until).execute(&mut *conn).await?
    };
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    let kind = if is_degraded { EventType::ProviderDegraded } else { EventType::ProviderRecovered };
    // In one order, for each tenant's log is locked from here on.
    let tenants: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT tenant FROM tasks
         WHERE account = $1 AND status NOT IN ('completed', 'stopped', 'failed') ORDER BY tenant",
    )
    .bind(account.as_str())
    .fetch_all(&mut *conn)
    .await?;
    for tenant in &tenants {
        let tenant: TenantId = word(tenant, "tasks.tenant")?;
        let mut news = News::default();
        news.tell(NewEvent {
            id: EventId::generate(now),
            contact: None,
            call: None,
            kind,
            sequence: 0,
            data: json!({"account": account, "provider": provider}),
        });
        news.write(conn, &tenant, None, now).await?;
    }
    Ok(true)
}
