//! Events: written with what they tell, read by contact.

use super::Connection;
use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::{EventRow, to_json};
use outdial_model::{ContactId, Event, EventId, TaskId, TenantId, Timestamp};

pub(super) async fn insert(
    conn: &mut Connection,
    tenant: &TenantId,
    task: &TaskId,
    events: &[NewEvent],
    now: Timestamp,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "INSERT INTO events (id, tenant, task, contact, call, kind, sequence, at, data)
         SELECT id, $2, $3, contact, call, kind, sequence, $4, data FROM ",
        given!("$1"; id: text, contact: text, call: text, kind: text, sequence: bigint, data: json),
    ))
    .bind(to_json(events)?)
    .bind(tenant.as_str())
    .bind(task.as_str())
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn of_contact(
    conn: &mut Connection,
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
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Event::try_from).collect()
}
