//! Contacts: reading them, cancelling one.

use super::event::News;
use super::{Connection, lease, moving, task};
use crate::moves::{Moves, Next, ON_REQUEST};
use crate::row::{ContactRow, to_json, word};
use crate::vault::Vault;
use crate::{Lease, SealError, StoreError};
use outdial_model::{
    Cause, Contact, ContactId, ContactStatus, Decision, Source, TaskId, TenantId, Timestamp, Why,
};

pub(super) fn nouns(rows: Vec<ContactRow>, vault: &Vault) -> Result<Vec<Contact>, StoreError> {
    rows.into_iter().map(|row| row.open(vault)).collect()
}

pub(super) async fn read(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &ContactId,
) -> Result<Contact, StoreError> {
    let row: Option<ContactRow> = sqlx::query_as("SELECT * FROM contacts WHERE id = $1 AND tenant = $2")
        .bind(id.as_str())
        .bind(tenant.as_str())
        .fetch_optional(conn)
        .await?;
    row.ok_or(StoreError::NotFound)?.open(vault)
}

/// The contact to change: its task is locked, then it is read.
async fn locked(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &ContactId,
) -> Result<Contact, StoreError> {
    let task = read(conn, vault, tenant, id).await?.task;
    task::lock(conn, tenant, &task).await?;
    read(conn, vault, tenant, id).await
}

/// Those that can be read, and the ids of those that cannot. What cannot be read by this process at all is an error.
pub(super) fn readable(
    rows: Vec<ContactRow>,
    vault: &Vault,
) -> Result<(Vec<Contact>, Vec<ContactId>), StoreError> {
    let (mut people, mut unreadable) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let id: ContactId = word(row.id(), "contacts.id")?;
        match row.open(vault) {
            Ok(contact) => people.push(contact),
            Err(StoreError::Corrupt(_) | StoreError::Sealed(SealError::Unreadable(_))) => unreadable.push(id),
            Err(error) => return Err(error),
        }
    }
    Ok((people, unreadable))
}

/// Contacts by id, in the order given.
pub(super) async fn by_id(
    conn: &mut Connection,
    vault: &Vault,
    ids: &[ContactId],
) -> Result<Vec<Contact>, StoreError> {
    nouns(rows(conn, ids).await?, vault)
}

/// Their rows, in the order given.
pub(super) async fn rows(conn: &mut Connection, ids: &[ContactId]) -> Result<Vec<ContactRow>, StoreError> {
    let rows = sqlx::query_as(concat!(
        "SELECT contacts.* FROM ",
        wanted!("$1"),
        " CROSS JOIN contacts WHERE contacts.id = wanted.value ORDER BY wanted.key",
    ))
    .bind(to_json(ids)?)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Contacts that the vendor can be asked to take back, and is to be, in order of id.
pub(super) async fn to_cancel(
    conn: &mut Connection,
    vault: &Vault,
    task: &TaskId,
    after: Option<&ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, StoreError> {
    let rows: Vec<ContactRow> = sqlx::query_as(
        "SELECT * FROM contacts
         WHERE task = $1 AND cancel_requested = TRUE AND status = 'submitted' AND id > $3 ORDER BY id LIMIT $2",
    )
    .bind(task.as_str())
    .bind(i64::from(limit))
    .bind(after.map_or("", ContactId::as_str))
    .fetch_all(conn)
    .await?;
    nouns(rows, vault)
}

/// Cancels a contact that is with us, or asks for it to be cancelled where it is.
pub(super) async fn cancel(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &ContactId,
    now: Timestamp,
) -> Result<Contact, StoreError> {
    let contact = locked(conn, vault, tenant, id).await?;
    let task = &contact.task;
    let mut news = News::default();
    if contact.status.is_final() {
        return Err(StoreError::WrongState { status: contact.status.as_str() });
    }
    if contact.status.is_ours() {
        let mut moves = Moves::at(now);
        for (_, mut standing) in moving::standings(conn, task, &[id]).await? {
            let next = Next::because(ContactStatus::Cancelled, ON_REQUEST);
            moves.add(&mut standing, next);
        }
        moving::write(conn, task, &mut moves, &mut news, now).await?;
    } else if !contact.cancel_requested {
        sqlx::query(
            "UPDATE contacts SET cancel_requested = TRUE, cancel_cause = $3, updated_at = $2 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .bind(ON_REQUEST.cause.as_str())
        .execute(&mut *conn)
        .await?;
        task::count_cancels(conn, task, 1).await?;
    }
    task::wake(conn, task, now).await?;
    let cancelled = read(conn, vault, tenant, id).await?;
    news.write(conn, tenant, Some(task), now).await?;
    Ok(cancelled)
}

/// Does what an operator decided about a contact nobody can tell anything about.
pub(super) async fn resolve(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &ContactId,
    decision: Decision,
    now: Timestamp,
) -> Result<Contact, StoreError> {
    let contact = locked(conn, vault, tenant, id).await?;
    if contact.status != ContactStatus::Unknown {
        return Err(StoreError::WrongState { status: contact.status.as_str() });
    }
    let (status, reason) = match decision {
        Decision::AssumeDialed => (ContactStatus::Completed, "an operator decided that it was dialed"),
        Decision::Redial => (ContactStatus::Queued, "an operator decided to dial it again"),
        Decision::Cancel => (ContactStatus::Cancelled, "an operator decided to leave it"),
    };
    // An operator decides; that proves nothing.
    let next = Next { may_have_rung: true, ..Next::because(status, Why::new(Cause::Operator, reason)) };
    let mut moves = Moves::at(now).by(Source::Operator, None);
    for (_, mut standing) in moving::standings(conn, &contact.task, &[id]).await? {
        moves.add(&mut standing, next.clone());
    }
    let mut news = News::default();
    moving::write(conn, &contact.task, &mut moves, &mut news, now).await?;
    task::wake(conn, &contact.task, now).await?;
    let resolved = read(conn, vault, tenant, id).await?;
    news.write(conn, tenant, Some(&contact.task), now).await?;
    Ok(resolved)
}

/// Gives contacts of the task that are still with us an end, at most `limit`; tells how many.
pub(super) async fn end_ours(
    conn: &mut Connection,
    lease: &Lease,
    status: ContactStatus,
    why: Why,
    limit: u32,
    now: Timestamp,
) -> Result<u64, StoreError> {
    lease::held(conn, lease).await?;
    let mut moves = Moves::at(now);
    for from in [ContactStatus::Queued, ContactStatus::Held] {
        let left = usize::try_from(limit).unwrap_or(usize::MAX) - moves.rows.len();
        let ids: Vec<ContactId> = sqlx::query_scalar::<_, String>(
            "SELECT id FROM contacts WHERE task = $1 AND status = $2 ORDER BY id LIMIT $3",
        )
        .bind(lease.task.as_str())
        .bind(from.as_str())
        .bind(i64::try_from(left).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await?
        .iter()
        .map(|id| word(id, "contacts.id"))
        .collect::<Result<_, _>>()?;
        let mut standings = moving::standings(conn, &lease.task, &ids.iter().collect::<Vec<_>>()).await?;
        for id in &ids {
            if let Some(standing) = standings.get_mut(id) {
                moves.add(standing, Next::because(status, why));
            }
        }
    }
    let mut news = News::default();
    moving::write(conn, &lease.task, &mut moves, &mut news, now).await?;
    news.write(conn, &lease.tenant, Some(&lease.task), now).await?;
    Ok(u64::try_from(moves.rows.len()).unwrap_or(u64::MAX))
}
