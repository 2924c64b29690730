//! Whether accounts' vendors answer: told to everybody who has something to lose there.

use super::Connection;
use super::event::News;
use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::word;
use outdial_model::{AccountId, EventId, EventType, ProviderKind, TenantId, Timestamp};
use serde_json::json;

const DEGRADED: &str =
    "INSERT INTO account_conditions (account, is_degraded, changed_at) VALUES ($1, TRUE, $2)
     ON CONFLICT (account) DO UPDATE SET is_degraded = TRUE, changed_at = excluded.changed_at
     WHERE account_conditions.is_degraded = FALSE";
const RECOVERED: &str = "UPDATE account_conditions SET is_degraded = FALSE, changed_at = $2 WHERE account = $1 AND is_degraded = TRUE";

/// Writes whether the account's vendor answers; tells whether that was news.
pub(super) async fn tell(
    conn: &mut Connection,
    account: &AccountId,
    provider: &ProviderKind,
    is_degraded: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(if is_degraded { DEGRADED } else { RECOVERED })
        .bind(account.as_str())
        .bind(now.as_millisecond())
        .execute(&mut *conn)
        .await?;
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
