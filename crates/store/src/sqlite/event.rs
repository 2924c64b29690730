//! Events: written with what they tell, read by contact.

use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::{EventRow, to_json};
use outdial_model::{ContactId, Event, EventId, TaskId, TenantId, Timestamp};
use sqlx::SqliteConnection;

pub(super) async fn insert(
    conn: &mut SqliteConnection,
    tenant: &TenantId,
    task: &TaskId,
    events: &[NewEvent],
    now: Timestamp,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO events (id, tenant, task, contact, call, kind, sequence, at, data)
         SELECT value->>'id', $2, $3, value->>'contact', value->>'call', value->>'kind',
                value->>'sequence', $4, value->'data'
         FROM json_each($1)",
    )
    .bind(to_json(events)?)
    .bind(tenant.as_str())
    .bind(task.as_str())
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn of_contact(
    conn: &mut SqliteConnection,
    tenant: &TenantId,
    contact: &ContactId,
    after: Option<&EventId>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT * FROM events
         WHERE contact = $1 AND tenant = $2
           AND sequence > coalesce((SELECT sequence FROM events WHERE id = $3 AND contact = $1), 0)
         ORDER BY sequence
         LIMIT $4",
    )
    .bind(contact.as_str())
    .bind(tenant.as_str())
    .bind(after.map(EventId::as_str))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Event::try_from).collect()
}
