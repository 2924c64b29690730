//! Replays: stretches of the past that an endpoint gets again, done bit by bit by whoever plans.

use super::{Connection, endpoint, feed};
use crate::row::{word, word_if};
use crate::{FeedFilter, Replay, StoreError, WebhookEndpoint};
use outdial_model::{ContactId, EndpointId, EndpointStatus, EventType, TaskId, TenantId};
use std::time::Duration;

/// Replays of one endpoint that are under way at most.
const AT_ONCE: u32 = 16;
/// By how much the clocks of those who write events may differ.
const CLOCKS: Duration = Duration::from_secs(60);

#[derive(sqlx::FromRow)]
pub(super) struct ReplayRow {
    id: i64,
    pub(super) endpoint: String,
    task: Option<String>,
    contact: Option<String>,
    kind: Option<String>,
    since: Option<i64>,
    pub(super) after_position: i64,
    pub(super) last_position: i64,
}

impl ReplayRow {
    pub(super) fn filter(&self) -> Result<FeedFilter, StoreError> {
        let kind = self.kind.as_deref().map(|kind| word(kind, "webhook_replays.kind"));
        Ok(FeedFilter {
            kinds: kind.transpose()?.into_iter().collect(),
            task: word_if(self.task.as_deref(), "webhook_replays.task")?,
            contact: word_if(self.contact.as_deref(), "webhook_replays.contact")?,
        })
    }

    /// Whether what happened at that instant belongs to it.
    pub(super) fn reaches(&self, at: i64) -> bool {
        self.since.is_none_or(|since| at >= since)
    }
}

/// Asks for a replay up to where the endpoint stands. What is beyond comes anyway; if the replay brought it, later
/// events of a contact would come before those that the endpoint is still to catch up with.
pub(super) async fn begin(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
    which: &Replay,
) -> Result<WebhookEndpoint, StoreError> {
    let endpoint = endpoint::locked(conn, tenant, id).await?;
    if endpoint.status == EndpointStatus::Disabled {
        return Err(StoreError::WrongState { status: EndpointStatus::Disabled.as_str() });
    }
    let under_way: i64 = sqlx::query_scalar("SELECT count(*) FROM webhook_replays WHERE endpoint = $1")
        .bind(id.as_str())
        .fetch_one(&mut *conn)
        .await?;
    if under_way >= i64::from(AT_ONCE) {
        return Err(StoreError::LimitReached { most: AT_ONCE });
    }
    let after = match which {
        Replay::Since(since) => feed::place_of(conn, tenant, *since - CLOCKS).await?,
        _ => 0,
    };
    let (mut task, mut contact, mut kind, mut since) = (None, None, None, None);
    match which {
        Replay::Task(id) => task = Some(id),
        Replay::Contact(id) => contact = Some(id),
        Replay::Kind(it) => kind = Some(*it),
        Replay::Since(at) => since = Some(at.as_millisecond()),
    }
    sqlx::query(
        "INSERT INTO webhook_replays (tenant, endpoint, task, contact, kind, since, after_position, last_position)
         SELECT $1, $2, $3, $4, $5, $6, $7,
             CASE WHEN behind_at IS NOT NULL THEN behind_at
                  WHEN begins_after > planned_position THEN begins_after
                  ELSE planned_position END
         FROM webhook_plans AS plans CROSS JOIN webhook_endpoints
         WHERE plans.tenant = $1 AND webhook_endpoints.id = $2",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(task.map(TaskId::as_str))
    .bind(contact.map(ContactId::as_str))
    .bind(kind.map(EventType::as_str))
    .bind(since)
    .bind(after)
    .execute(conn)
    .await?;
    Ok(endpoint)
}

/// The oldest of the tenant whose endpoint has room.
pub(super) async fn next(
    conn: &mut Connection,
    tenant: &TenantId,
    room: i64,
) -> Result<Option<ReplayRow>, StoreError> {
    let row = sqlx::query_as(
        "SELECT replays.* FROM webhook_replays AS replays CROSS JOIN webhook_endpoints
         WHERE replays.tenant = $1 AND webhook_endpoints.id = replays.endpoint AND pending <= $2
         ORDER BY replays.id LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(room / 2)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Writes how far it is; one that is done is gone.
pub(super) async fn progress(
    conn: &mut Connection,
    replay: &ReplayRow,
    through: i64,
) -> Result<(), StoreError> {
    let statement = if through >= replay.last_position {
        "DELETE FROM webhook_replays WHERE id = $1 AND $2 >= last_position"
    } else {
        "UPDATE webhook_replays SET after_position = $2 WHERE id = $1"
    };
    sqlx::query(statement).bind(replay.id).bind(through).execute(conn).await?;
    Ok(())
}
