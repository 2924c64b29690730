//! Webhook endpoints: making and reading them, and what their owners change.

use super::event::News;
use super::{Connection, delivery, feed};
use crate::moves::NewEvent;
use crate::row::{EndpointRow, to_json};
use crate::{EndpointPatch, EndpointSettings, NewEndpoint, Page, SealedSecret, StoreError, WebhookEndpoint};
use outdial_model::{
    DisabledReason, EndpointId, EndpointStatus, EventId, EventType, TaskId, TenantId, Timestamp,
};
use serde_json::json;

pub(super) async fn create(
    conn: &mut Connection,
    tenant: &TenantId,
    endpoint: &NewEndpoint,
    most: u32,
    now: Timestamp,
) -> Result<WebhookEndpoint, StoreError> {
    hold_plan(conn, tenant).await?;
    // Others of the tenant are made one after the other from here on, so that they can be counted.
    if count(conn, tenant).await? >= i64::from(most) {
        return Err(StoreError::LimitReached { most });
    }
    let end = feed::end(conn, tenant).await?;
    let EndpointSettings { url, description, event_types, task, personal_data } = &endpoint.settings;
    sqlx::query(
        "INSERT INTO webhook_endpoints
             (id, tenant, url, description, event_types, task, personal_data, secret, status, begins_after,
              created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
    )
    .bind(endpoint.id.as_str())
    .bind(tenant.as_str())
    .bind(url)
    .bind(description)
    .bind(to_json(event_types)?)
    .bind(task.as_ref().map(TaskId::as_str))
    .bind(personal_data.as_str())
    .bind(&endpoint.secret.0)
    .bind(EndpointStatus::Enabled.as_str())
    .bind(end)
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    read(conn, tenant, &endpoint.id).await
}

/// Takes the lock of the tenant's plan, so that nobody plans until an endpoint that is made or enabled can be seen: the
/// planner leaves behind what nobody wants. For the first of its tenant planning begins here.
async fn hold_plan(conn: &mut Connection, tenant: &TenantId) -> Result<(), StoreError> {
    let end = feed::end(conn, tenant).await?;
    sqlx::query(
        "INSERT INTO webhook_plans (tenant, planned_position) VALUES ($1, $2)
         ON CONFLICT (tenant) DO UPDATE SET planned_position = webhook_plans.planned_position",
    )
    .bind(tenant.as_str())
    .bind(end)
    .execute(conn)
    .await?;
    Ok(())
}

async fn count(conn: &mut Connection, tenant: &TenantId) -> Result<i64, StoreError> {
    let count =
        sqlx::query_scalar("SELECT count(*) FROM webhook_endpoints WHERE tenant = $1 AND deleted_at IS NULL")
            .bind(tenant.as_str())
            .fetch_one(conn)
            .await?;
    Ok(count)
}

pub(super) async fn read(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
) -> Result<WebhookEndpoint, StoreError> {
    row(conn, ROW, tenant, id).await?.try_into()
}

const ROW: &str = "SELECT * FROM webhook_endpoints WHERE id = $1 AND tenant = $2 AND deleted_at IS NULL";
/// To change it: until the end of the transaction nobody else changes it or what is planned for it.
const LOCKED: &str = concat!(
    "SELECT * FROM webhook_endpoints WHERE id = $1 AND tenant = $2 AND deleted_at IS NULL",
    locked!(),
);

async fn row(
    conn: &mut Connection,
    statement: &'static str,
    tenant: &TenantId,
    id: &EndpointId,
) -> Result<EndpointRow, StoreError> {
    let row = sqlx::query_as(statement).bind(id.as_str()).bind(tenant.as_str()).fetch_optional(conn).await?;
    row.ok_or(StoreError::NotFound)
}

/// The endpoint to change.
pub(super) async fn locked(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
) -> Result<WebhookEndpoint, StoreError> {
    row(conn, LOCKED, tenant, id).await?.try_into()
}

/// Endpoints of a tenant, newest first.
pub(super) async fn list(
    conn: &mut Connection,
    tenant: &TenantId,
    page: &Page<EndpointId>,
) -> Result<Vec<WebhookEndpoint>, StoreError> {
    // Every id is before the tilde.
    let before = page.after.as_ref().map_or("~", EndpointId::as_str);
    let rows: Vec<EndpointRow> = sqlx::query_as(
        "SELECT * FROM webhook_endpoints
         WHERE tenant = $1 AND id < $2 AND deleted_at IS NULL ORDER BY id DESC LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(before)
    .bind(i64::from(page.limit))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(WebhookEndpoint::try_from).collect()
}

pub(super) async fn patch(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
    patch: &EndpointPatch,
    revision: Option<i64>,
    now: Timestamp,
) -> Result<WebhookEndpoint, StoreError> {
    if patch.status == Some(EndpointStatus::Enabled) {
        // Before the endpoint, as the planner does.
        hold_plan(conn, tenant).await?;
    }
    let before = locked(conn, tenant, id).await?;
    if revision.is_some_and(|known| known != before.revision) {
        return Err(StoreError::Stale);
    }
    let EndpointSettings { url, description, event_types, task, personal_data } = &patch.settings;
    sqlx::query(
        "UPDATE webhook_endpoints
         SET url = $2, description = $3, event_types = $4, task = $5, personal_data = $6,
             failing_since = CASE WHEN url = $2 THEN failing_since END,
             url_revision = CASE WHEN url = $2 THEN url_revision ELSE revision + 1 END,
             revision = revision + 1, updated_at = $7
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(url)
    .bind(description)
    .bind(to_json(event_types)?)
    .bind(task.as_ref().map(TaskId::as_str))
    .bind(personal_data.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    if *url != before.settings.url {
        // Attempts, pauses and wishes were of whoever was there before.
        delivery::forget_attempts(conn, id).await?;
        delivery::hasten(conn, id, u32::MAX, now).await?;
    }
    let mut news = News::default();
    match patch.status {
        Some(status) if status == before.status => {}
        Some(EndpointStatus::Enabled) => enable(conn, tenant, id).await?,
        Some(EndpointStatus::Disabled) => {
            turn_off(conn, id, DisabledReason::Requested, &mut news, now).await?;
        }
        None => {}
    }
    let patched = read(conn, tenant, id).await?;
    news.write(conn, tenant, None, now).await?;
    Ok(patched)
}

/// From now on it gets what happens. The lock of the plan is held.
async fn enable(conn: &mut Connection, tenant: &TenantId, id: &EndpointId) -> Result<(), StoreError> {
    let end = feed::end(conn, tenant).await?;
    sqlx::query(
        "UPDATE webhook_endpoints
         SET status = $2, disabled_reason = NULL, failing_since = NULL, begins_after = $3, behind_at = NULL
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(EndpointStatus::Enabled.as_str())
    .bind(end)
    .execute(conn)
    .await?;
    Ok(())
}

/// Disables an enabled endpoint whose lock is held, and tells it.
pub(super) async fn disable(
    conn: &mut Connection,
    id: &EndpointId,
    reason: DisabledReason,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE webhook_endpoints SET revision = revision + 1, updated_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(&mut *conn)
        .await?;
    turn_off(conn, id, reason, news, now).await
}

async fn turn_off(
    conn: &mut Connection,
    id: &EndpointId,
    reason: DisabledReason,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    drop_what_waits(conn, id, now).await?;
    sqlx::query(
        "UPDATE webhook_endpoints SET status = $2, disabled_reason = $3, behind_at = NULL WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(EndpointStatus::Disabled.as_str())
    .bind(reason.as_str())
    .execute(conn)
    .await?;
    news.tell(NewEvent {
        id: EventId::generate(now),
        contact: None,
        call: None,
        kind: EventType::EndpointDisabled,
        sequence: 0,
        data: json!({"webhook_endpoint_id": id, "reason": reason}),
    });
    Ok(())
}

/// Deliveries that wait are dropped; those under way are a courier's to settle.
async fn drop_what_waits(conn: &mut Connection, id: &EndpointId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE webhook_deliveries SET status = 'dropped', due_at = NULL, ended_at = $2
         WHERE endpoint = $1 AND ended_at IS NULL AND status <> 'sending'",
    )
    .bind(id.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM webhook_replays WHERE endpoint = $1")
        .bind(id.as_str())
        .execute(&mut *conn)
        .await?;
    sqlx::query("UPDATE webhook_endpoints SET pending = in_flight, due_at = NULL WHERE id = $1")
        .bind(id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn rotate(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
    fresh: &SealedSecret,
    overlap: Timestamp,
    now: Timestamp,
) -> Result<WebhookEndpoint, StoreError> {
    locked(conn, tenant, id).await?;
    sqlx::query(
        "UPDATE webhook_endpoints
         SET previous_secret = secret, previous_until = $3, secret = $2, revision = revision + 1, updated_at = $4
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(&fresh.0)
    .bind(overlap.as_millisecond())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    read(conn, tenant, id).await
}

/// Takes an endpoint away; its row stays until its deliveries are swept up.
pub(super) async fn delete(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
    now: Timestamp,
) -> Result<(), StoreError> {
    locked(conn, tenant, id).await?;
    drop_what_waits(conn, id, now).await?;
    sqlx::query(
        "UPDATE webhook_endpoints SET status = $2, behind_at = NULL, deleted_at = $3, secret = $4, previous_secret = NULL,
             previous_until = NULL
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(EndpointStatus::Disabled.as_str())
    .bind(now.as_millisecond())
    .bind(Vec::<u8>::new())
    .execute(conn)
    .await?;
    Ok(())
}
