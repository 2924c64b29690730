//! People who wait, and whose waiting has an end of its own.

use super::event::News;
use super::{Connection, take_back, task};
use crate::StoreError;
use crate::row::word;
use outdial_model::{ContactId, ContactStatus, EXPIRED, HoldReason, TaskId, TenantId, Timestamp};

/// Ends holds for that reason of people who are held since before `now`: they are asked about again. Whoever is held anew meanwhile
/// was just asked about.
pub(super) async fn release(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
    reason: HoldReason,
    limit: u32,
    now: Timestamp,
) -> Result<u64, StoreError> {
    task::lock(conn, tenant, id).await?;
    let released = sqlx::query(
        "UPDATE contacts SET hold_until = $3 WHERE id IN (
             SELECT id FROM contacts
             WHERE task = $1 AND status = 'held' AND hold_until > $3 AND hold_reason = $2 AND updated_at <= $3
             ORDER BY hold_until, id LIMIT $4)",
    )
    .bind(id.as_str())
    .bind(reason.as_str())
    .bind(now.as_millisecond())
    .bind(i64::from(limit))
    .execute(&mut *conn)
    .await?;
    task::wake(conn, id, now).await?;
    Ok(released.rows_affected())
}

/// Ends people of one task whose time is over; tells how many it looked at.
pub(super) async fn expire(conn: &mut Connection, limit: u32, now: Timestamp) -> Result<u64, StoreError> {
    let due: Vec<(String, String, String)> = sqlx::query_as(concat!(
        "SELECT tenant, task, id FROM contacts WHERE expires_at <= $1 AND ",
        expiring!(),
        " ORDER BY expires_at LIMIT $2"
    ))
    .bind(now.as_millisecond())
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await?;
    let Some((tenant, id, _)) = due.first().cloned() else { return Ok(0) };
    // Those of the first one's task; others are first another time.
    let theirs = due.iter().filter(|(_, task, _)| *task == id).map(|(_, _, contact)| contact);
    let due: Vec<ContactId> = theirs.map(|contact| word(contact, "contacts.id")).collect::<Result<_, _>>()?;
    let (tenant, id): (TenantId, TaskId) = (word(&tenant, "contacts.tenant")?, word(&id, "contacts.task")?);
    task::lock(conn, &tenant, &id).await?;
    let mut news = News::default();
    if take_back::all(conn, &id, &due, (ContactStatus::Expired, EXPIRED), &mut news, now).await? {
        task::wake(conn, &id, now).await?;
    }
    news.write(conn, &tenant, Some(&id), now).await?;
    Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
}
