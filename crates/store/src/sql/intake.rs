//! Taking contacts in, by the batch: one statement for many people.

use super::event::News;
use super::{Connection, counter, erasure, suppression, task, unlock};
use crate::moves::NewEvent;
use crate::row::{to_json, word};
use crate::vault::{PersonColumns, Vault};
use crate::{AddOutcome, AddedContact, NewContact, StoreError};
use outdial_model::{
    Cause, ContactId, ContactStatus, EventId, EventType, Purpose, TaskId, TenantId, Timestamp,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// People per statement; bounds the JSON text that carries them.
const BATCH: usize = 2_000;

/// A new contact by the names the statement reads.
#[derive(serde::Serialize)]
struct NewRow<'a> {
    id: &'a ContactId,
    external_id: Option<&'a str>,
    #[serde(flatten)]
    person: PersonColumns<'a>,
    time_zone: Option<&'a str>,
    expires_at: Option<i64>,
    person_id: Option<&'a str>,
}

/// Adds contacts to a task that takes any.
pub(super) async fn add(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    task: &TaskId,
    contacts: &[NewContact],
    now: Timestamp,
) -> Result<AddOutcome, StoreError> {
    let row = task::lock(conn, tenant, task).await?;
    task::takes_contacts(&row)?;
    let (purpose, mut news) = (suppression::purpose_of(&row)?, News::default());
    let contacts =
        insert(conn, vault, tenant, (task, purpose.as_ref(), Cause::Requested), contacts, &mut news, now)
            .await?;
    if contacts.iter().any(|added| matches!(added, AddedContact::Added(_))) {
        task::touch(conn, task, now).await?;
    }
    task::wake(conn, task, now).await?;
    news.write(conn, tenant, Some(task), now).await?;
    Ok(AddOutcome { contacts })
}

/// Inserts contacts of a task that is for that purpose, for that cause, with their counts, and the news of it; whoever is there already stays
/// as it is, and whoever is not to be called is ended at once.
pub(super) async fn insert(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    (task, purpose, cause): (&TaskId, Option<&Purpose>, Cause),
    contacts: &[NewContact],
    news: &mut News,
    now: Timestamp,
) -> Result<Vec<AddedContact>, StoreError> {
    if !contacts.is_empty() {
        unlock::still_until_the_end(conn, vault).await?;
    }
    let mut outcome = Vec::with_capacity(contacts.len());
    for batch in contacts.chunks(BATCH) {
        let mut known = existing(conn, task, batch).await?;
        let there = repeated(conn, task, batch).await?;
        let erased = erasure::known(conn, vault, tenant, task, batch).await?;
        let mut fresh = Vec::with_capacity(batch.len());
        for contact in batch {
            if there.contains(contact.id.as_str()) {
                outcome.push(AddedContact::Existing(contact.id.clone()));
                continue;
            }
            let key = contact.external_id.as_deref();
            if let Some(there) = key.and_then(|key| known.get(key)) {
                outcome.push(AddedContact::Existing(there.clone()));
                continue;
            }
            if let Some(there) = erased.get(&contact.id) {
                outcome.push(AddedContact::Existing(there.clone()));
                continue;
            }
            if let Some(key) = key {
                known.insert(key.to_owned(), contact.id.clone());
            }
            outcome.push(AddedContact::Added(contact.id.clone()));
            fresh.push(contact);
        }
        write(conn, vault, tenant, task, &fresh, now).await?;
        news.tell_all(fresh.iter().map(|contact| accepted(contact, cause, now)));
        suppression::end(conn, vault, tenant, (task, purpose), &fresh, news, now).await?;
    }
    Ok(outcome)
}

/// The contacts of the task that have an external id of the batch. Each is looked up by itself: asked for all of them
/// at once, a planner may read the whole task.
async fn existing(
    conn: &mut Connection,
    task: &TaskId,
    batch: &[NewContact],
) -> Result<HashMap<String, ContactId>, StoreError> {
    let keys: Vec<_> = batch.iter().filter_map(|contact| contact.external_id.as_deref()).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(concat!(
        "SELECT wanted.value, (
             SELECT contacts.id FROM contacts
             WHERE contacts.task = $1 AND contacts.external_id = wanted.value AND contacts.external_id IS NOT NULL)
         FROM ",
        wanted!("$2"),
    ))
    .bind(task.as_str())
    .bind(to_json(&keys)?)
    .fetch_all(conn)
    .await?;
    let found = rows.into_iter().filter_map(|(key, id)| Some((key, id?)));
    found.map(|(key, id)| Ok((key, word(&id, "contacts.id")?))).collect()
}

/// The contacts of the batch that are there already under the very id: the request came before.
async fn repeated(
    conn: &mut Connection,
    task: &TaskId,
    batch: &[NewContact],
) -> Result<HashSet<String>, StoreError> {
    let ids: Vec<_> = batch.iter().map(|contact| contact.id.as_str()).collect();
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(concat!(
        "SELECT wanted.value, (SELECT contacts.task FROM contacts WHERE contacts.id = wanted.value) FROM ",
        wanted!("$1"),
    ))
    .bind(to_json(&ids)?)
    .fetch_all(conn)
    .await?;
    let own = rows.into_iter().filter(|(_, its)| its.as_deref() == Some(task.as_str()));
    Ok(own.map(|(id, _)| id).collect())
}

async fn write(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    task: &TaskId,
    fresh: &[&NewContact],
    now: Timestamp,
) -> Result<(), StoreError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = fresh
        .iter()
        .map(|&contact| {
            let person = vault.person(tenant, contact.id.as_str(), contact.into())?;
            Ok(NewRow {
                id: &contact.id,
                external_id: contact.external_id.as_deref(),
                person,
                time_zone: contact.time_zone.as_deref(),
                expires_at: contact.expires_at.map(|end| end.as_millisecond()),
                person_id: contact.person_id.as_deref(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    sqlx::query(concat!(
        "INSERT INTO contacts
             (id, tenant, task, external_id, phone, name, variables, person, time_zone, expires_at, person_id,
              status, last_event, created_at, updated_at)
         SELECT id, $2, $3, external_id, phone, name, variables, person, time_zone, expires_at, person_id,
                $4, 1, $5, $5 FROM ",
        given!("$1"; id: text, external_id: text, phone: text, name: text, variables: json, person: text,
            time_zone: text, expires_at: bigint, person_id: text),
    ))
    .bind(to_json(&rows)?)
    .bind(tenant.as_str())
    .bind(task.as_str())
    .bind(ContactStatus::Queued.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    let added = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
    counter::move_statuses(conn, task, &BTreeMap::from([(ContactStatus::Queued, added)])).await
}

fn accepted(contact: &NewContact, cause: Cause, now: Timestamp) -> NewEvent {
    NewEvent {
        id: EventId::generate(now),
        contact: Some(contact.id.clone()),
        call: None,
        kind: EventType::ContactAccepted,
        sequence: 1,
        data: json!({"status": ContactStatus::Queued, "cause": cause}),
    }
}
