//! Filling a redial: the people of the task that it calls again, a portion in each transaction.
//!
//! How far it has come is written with the people, so that whoever goes on after a crash begins behind the last of them.

use super::event::News;
use super::{Connection, contact, intake, lease, newest, suppression, task};
use crate::row::{ContactRow, TaskRow, number, time, to_json};
use crate::vault::Vault;
use crate::{Lease, NewContact, StoreError};
use outdial_model::{Cause, Contact, ContactId, EventType, TaskId, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Takes over the next people, at most `limit`; tells whether some may be left.
pub(super) async fn fill(
    conn: &mut Connection,
    vault: &Vault,
    lease: &Lease,
    limit: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (tenant, id) = (&lease.tenant, &lease.task);
    let Some(redial) = task::row(conn, tenant, id).await?.redial()? else { return Ok(false) };
    lock(conn, [&redial.of, id]).await?;
    let row = lease::held(conn, lease).await?;
    let (Some(redial), Some(after)) = (row.redial()?, row.redial_through.as_deref()) else {
        return Ok(false);
    };
    if !redial.is_filling {
        return Ok(false);
    }
    let page = newest::ended(conn, &redial.of, &redial.dispositions, after, limit).await?;
    let (seen, last) = (page.len(), page.last().map(|row| row.id().to_owned()));
    let page = still_wanted(conn, page, row.created_at).await?;
    // Whoever cannot be read has to be put right by somebody, and keeps nobody else waiting.
    let (people, _) = contact::readable(page, vault)?;
    let people = copies(&row, id, people)?;
    let (purpose, mut news) = (suppression::purpose_of(&row)?, News::default());
    let whose = (id, purpose.as_ref(), Cause::Redial);
    intake::insert(conn, vault, tenant, whose, &people, &mut news, now).await?;
    let more = seen >= usize::try_from(limit).unwrap_or(usize::MAX);
    sqlx::query("UPDATE tasks SET redial_through = $2, redial_taken = redial_taken + $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(last.filter(|_| more))
        .bind(i64::try_from(people.len()).unwrap_or(i64::MAX))
        .execute(&mut *conn)
        .await?;
    task::touch(conn, id, now).await?;
    news.write(conn, tenant, Some(id), now).await?;
    Ok(more)
}

/// Holds both tasks. Whoever erases somebody holds the task they are of: nobody is taken over while that is written down.
async fn lock(conn: &mut Connection, tasks: [&TaskId; 2]) -> Result<(), StoreError> {
    sqlx::query(concat!("SELECT id FROM tasks WHERE id IN ", words!("$1"), " ORDER BY id", locked!(),))
        .bind(to_json(&tasks)?)
        .execute(conn)
        .await?;
    Ok(())
}

/// Those who had ended at that instant, and are not to be forgotten.
async fn still_wanted(
    conn: &mut Connection,
    mut page: Vec<ContactRow>,
    at: i64,
) -> Result<Vec<ContactRow>, StoreError> {
    let ids: Vec<_> = page.iter().map(ContactRow::id).collect();
    let wanted: Vec<String> = sqlx::query_scalar(concat!(
        "SELECT wanted.value FROM ",
        wanted!("$1"),
        " WHERE EXISTS (
              SELECT 1 FROM events
              WHERE events.contact = wanted.value AND events.contact IS NOT NULL AND events.kind = $2
                AND events.at <= $3
              LIMIT 1 OFFSET 0)
            AND NOT EXISTS (SELECT 1 FROM erasing WHERE erasing.contact = wanted.value LIMIT 1 OFFSET 0)",
    ))
    .bind(to_json(&ids)?)
    .bind(EventType::ContactCompleted.as_str())
    .bind(at)
    .fetch_all(conn)
    .await?;
    let wanted: HashSet<_> = wanted.into_iter().collect();
    page.retain(|row| wanted.contains(row.id()));
    Ok(page)
}

/// The people as they come to the task. Whoever is erased has no number any more.
fn copies(row: &TaskRow, id: &TaskId, people: Vec<Contact>) -> Result<Vec<NewContact>, StoreError> {
    let since = time(row.created_at, "tasks.created_at")?;
    let first: u64 = number(row.redial_taken, "tasks.redial_taken")?;
    let known = people.into_iter().filter_map(|contact| Some((contact.phone.clone()?, contact)));
    let copy = |(place, (phone, contact)): (u64, (_, Contact))| NewContact {
        external_id: contact.external_id,
        name: contact.name,
        variables: contact.variables,
        time_zone: contact.time_zone,
        expires_at: contact.expires_at,
        person_id: contact.person_id,
        ..NewContact::new(ContactId::derived(since, place, seed(id, &contact.id)), phone)
    };
    Ok((first..).zip(known).map(copy).collect())
}

/// What tells the copy of a contact from all others: the same for the same contact, whoever takes it over.
fn seed(task: &TaskId, contact: &ContactId) -> [u8; 8] {
    let hash = Sha256::new().chain_update(task.as_str()).chain_update(contact.as_str()).finalize();
    let mut start = [0; 8];
    start.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    start
}
