//! Forgetting people: finding everybody a person is, and emptying one contact after the other as soon as it is final.
//!
//! What is left of a contact is its id, its statuses and times, and keyed hashes in the places of its number and its
//! external id: by them a contact that was erased is known when it is brought again.

use super::event::News;
use super::{Connection, attempt, contact, key, take_back, task};
use crate::moves::ERASED;
use crate::row::{ContactRow, ErasureRow, to_json, word};
use crate::vault::{Tombstones, Vault};
use crate::{Forgetting, NewContact, SealError, StoreError};
use outdial_model::{
    Contact, ContactId, ContactStatus, Erased, Erasure, ErasureId, Phone, TaskId, TenantId, Timestamp,
};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// How long somebody who is out is left alone before the next look: a twentieth of the time it took so far, within these.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(30), HOUR);
/// The same for a contact that cannot be read: somebody has to put it right.
const UNREADABLE: (Duration, Duration) = (HOUR, HOUR);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Contacts that are read with one statement.
const AT_ONCE: i64 = 500;

/// What their secret is called.
const TOMBSTONES: &str = "tombstones";

/// The installation's tombstones; their secret is made when it is first needed.
async fn tombstones(conn: &mut Connection, vault: &Vault) -> Result<Tombstones, StoreError> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).map_err(|_| SealError::NoRandomness)?;
    Ok(Tombstones::with(&key::secret(conn, vault, TOMBSTONES, &fresh).await?)?)
}

/// The same, unless nobody of the tenant was ever erased.
async fn left_by(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
) -> Result<Option<Tombstones>, StoreError> {
    if has_erased(conn, tenant).await? { tombstones(conn, vault).await.map(Some) } else { Ok(None) }
}

/// The same for whoever only reads: while there is no secret there are no tombstones.
pub(super) async fn seen_of(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
) -> Result<Option<Tombstones>, StoreError> {
    if !has_erased(conn, tenant).await? {
        return Ok(None);
    }
    let secret = key::known(conn, vault, TOMBSTONES).await?;
    Ok(secret.map(|secret| Tombstones::with(&secret)).transpose()?)
}

async fn has_erased(conn: &mut Connection, tenant: &TenantId) -> Result<bool, StoreError> {
    let any: Option<String> = sqlx::query_scalar("SELECT id FROM erasures WHERE tenant = $1 LIMIT 1")
        .bind(tenant.as_str())
        .fetch_optional(conn)
        .await?;
    Ok(any.is_some())
}

/// Writes down who is to be forgotten.
pub(super) async fn begin(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &ErasureId,
    who: &Erased,
    now: Timestamp,
) -> Result<Erasure, StoreError> {
    let words: BTreeSet<_> = match who {
        Erased::Phone(phone) => numbers(vault, tenant, phone).into(),
        Erased::Contact(id) => {
            let phone = contact::read(conn, vault, tenant, id).await?.phone;
            phone.iter().flat_map(|phone| numbers(vault, tenant, phone)).collect()
        }
        Erased::ExternalId(external_id) => known_as(conn, vault, tenant, external_id).await?,
    };
    let words = to_json(&words)?;
    // Whoever adds somebody holds their task. Here they are waited for, and everybody they added is found below; whoever
    // comes after this reads what is written here.
    sqlx::query(concat!(
        "SELECT id FROM tasks WHERE id IN (SELECT contacts.task FROM ",
        wanted!("$1"),
        " CROSS JOIN contacts WHERE contacts.tenant = $2 AND contacts.phone = wanted.value) ORDER BY id",
        locked!(),
    ))
    .bind(&words)
    .bind(tenant.as_str())
    .execute(&mut *conn)
    .await?;
    let found = sqlx::query(concat!(
        "INSERT INTO erasing (erasure, contact, tenant, task, due_at)
         SELECT $1, contacts.id, contacts.tenant, contacts.task, $4 FROM ",
        wanted!("$2"),
        " CROSS JOIN contacts WHERE contacts.tenant = $3 AND contacts.phone = wanted.value",
    ))
    .bind(id.as_str())
    .bind(&words)
    .bind(tenant.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?
    .rows_affected();
    write(conn, tenant, id, found, now).await?;
    read(conn, tenant, id).await
}

/// An erasure for which so many contacts were found and put on the list.
pub(super) async fn write(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &ErasureId,
    found: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO erasures (id, tenant, contacts, erased, created_at, completed_at)
         VALUES ($1, $2, $3, 0, $4, CASE WHEN $3 = 0 THEN $4 END)",
    )
    .bind(id.as_str())
    .bind(tenant.as_str())
    .bind(i64::try_from(found).unwrap_or(i64::MAX))
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

/// What a number is kept as. Whoever came before there was a vault is still known by the number itself.
fn numbers(vault: &Vault, tenant: &TenantId, phone: &Phone) -> [String; 2] {
    [vault.number(tenant, phone), phone.e164().to_owned()]
}

/// What the numbers of everybody the client knows by that key are kept as. A contact that cannot be read is found by
/// what is in its number's place.
async fn known_as(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    external_id: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let (mut words, mut after) = (BTreeSet::new(), String::new());
    loop {
        let rows: Vec<ContactRow> = sqlx::query_as(
            "SELECT * FROM contacts
             WHERE tenant = $1 AND external_id = $2 AND external_id IS NOT NULL AND erased_at IS NULL
               AND id > $3
             ORDER BY id LIMIT $4",
        )
        .bind(tenant.as_str())
        .bind(external_id)
        .bind(&after)
        .bind(AT_ONCE)
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = rows.last() else { return Ok(words) };
        last.id().clone_into(&mut after);
        words.extend(rows.iter().map(|row| row.number().to_owned()));
        let (people, _) = contact::readable(rows, vault)?;
        let phones = people.iter().filter_map(|contact| contact.phone.as_ref());
        words.extend(phones.flat_map(|phone| numbers(vault, tenant, phone)));
    }
}

pub(super) async fn read(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &ErasureId,
) -> Result<Erasure, StoreError> {
    let row: Option<ErasureRow> = sqlx::query_as("SELECT * FROM erasures WHERE id = $1 AND tenant = $2")
        .bind(id.as_str())
        .bind(tenant.as_str())
        .fetch_optional(conn)
        .await?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

/// Goes on with people of one task whose turn it is, at most `limit`; tells how many it looked at, and who of them cannot
/// be read.
pub(super) async fn step(
    conn: &mut Connection,
    vault: &Vault,
    limit: u32,
    now: Timestamp,
) -> Result<Forgetting, StoreError> {
    let next: Option<(String, String)> =
        sqlx::query_as("SELECT tenant, task FROM erasing WHERE due_at <= $1 ORDER BY due_at LIMIT 1")
            .bind(now.as_millisecond())
            .fetch_optional(&mut *conn)
            .await?;
    let Some((tenant, id)) = next else { return Ok(Forgetting::default()) };
    let (tenant, id): (TenantId, TaskId) = (word(&tenant, "erasing.tenant")?, word(&id, "erasing.task")?);
    task::lock(conn, &tenant, &id).await?;
    let due: Vec<String> = sqlx::query_scalar(
        "SELECT contact FROM erasing WHERE task = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3",
    )
    .bind(id.as_str())
    .bind(now.as_millisecond())
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await?;
    let due: BTreeSet<ContactId> =
        due.iter().map(|id| word(id, "erasing.contact")).collect::<Result<_, _>>()?;
    let due: Vec<_> = due.into_iter().collect();
    let mut news = News::default();
    let is_news = take_back::all(conn, &id, &due, (ContactStatus::Cancelled, ERASED), &mut news, now).await?;
    let (people, unreadable) = contact::readable(contact::rows(conn, &due).await?, vault)?;
    let (done, out): (Vec<_>, Vec<_>) = people.iter().partition(|contact| contact.status.is_final());
    wait_for(conn, &out.iter().map(|contact| &contact.id).collect::<Vec<_>>(), PATIENCE, now).await?;
    wait_for(conn, &unreadable.iter().collect::<Vec<_>>(), UNREADABLE, now).await?;
    empty(conn, vault, &tenant, &done, now).await?;
    finish(conn, &done, now).await?;
    if is_news {
        task::wake(conn, &id, now).await?;
    }
    news.write(conn, &tenant, Some(&id), now).await?;
    Ok(Forgetting { seen: u64::try_from(due.len()).unwrap_or(u64::MAX), unreadable })
}

/// Leaves people as they are for a while: whoever is out, whose vendor has not told of their end, and who cannot be read.
async fn wait_for(
    conn: &mut Connection,
    ids: &[&ContactId],
    (shortest, longest): (Duration, Duration),
    now: Timestamp,
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "UPDATE erasing
         SET due_at = $2 + (
             SELECT CASE WHEN ($2 - created_at) / 20 < $3 THEN $3
                         WHEN ($2 - created_at) / 20 > $4 THEN $4
                         ELSE ($2 - created_at) / 20 END
             FROM erasures WHERE erasures.id = erasing.erasure)
         WHERE contact IN ",
        words!("$1"),
    ))
    .bind(to_json(ids)?)
    .bind(now.as_millisecond())
    .bind(i64::try_from(shortest.as_millis()).unwrap_or(i64::MAX))
    .bind(i64::try_from(longest.as_millis()).unwrap_or(i64::MAX))
    .execute(conn)
    .await?;
    Ok(())
}

/// Empties contacts, their calls and what was answered about them.
async fn empty(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    people: &[&Contact],
    now: Timestamp,
) -> Result<(), StoreError> {
    #[derive(serde::Serialize)]
    struct Tombstone<'a> {
        id: &'a ContactId,
        phone: String,
        external_id: Option<String>,
    }
    let tombstones = tombstones(conn, vault).await?;
    let mut left = Vec::new();
    for contact in people {
        if let Some(phone) = &contact.phone {
            let external_id = contact.external_id.as_deref();
            left.push(Tombstone {
                id: &contact.id,
                phone: tombstones.number(tenant, phone),
                external_id: external_id.map(|key| tombstones.external_id(tenant, key)),
            });
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "UPDATE contacts
         SET phone = given.phone, name = NULL, variables = '{}', person = NULL, external_id = given.external_id, person_id = NULL, time_zone = NULL, expires_at = NULL,
             erased_at = $2, updated_at = $2
         FROM ",
        given!("$1"; id: text, phone: text, external_id: text),
        " WHERE contacts.id = given.id AND contacts.erased_at IS NULL",
    ))
    .bind(to_json(&left)?)
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    attempt::forget_whose(conn, &to_json(&left)?).await?;
    let ids = to_json(&left.iter().map(|one| one.id).collect::<Vec<_>>())?;
    sqlx::query(concat!(
        "UPDATE calls SET recording = NULL, insights = '[]', sealed = NULL WHERE tenant = $2 AND contact IN ",
        words!("$1"),
    ))
    .bind(&ids)
    .bind(tenant.as_str())
    .execute(&mut *conn)
    .await?;
    sqlx::query(concat!("DELETE FROM once_keys WHERE contact IS NOT NULL AND contact IN ", words!("$1")))
        .bind(&ids)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes those who are done off the list of what is to be done.
async fn finish(conn: &mut Connection, people: &[&Contact], now: Timestamp) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = people.iter().map(|contact| &contact.id).collect();
    let done: Vec<String> = sqlx::query_scalar(concat!(
        "DELETE FROM erasing WHERE contact IN ",
        words!("$1"),
        " RETURNING erasure",
    ))
    .bind(to_json(&ids)?)
    .fetch_all(&mut *conn)
    .await?;
    let mut counted: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    for erasure in &done {
        *counted.entry(erasure).or_default() += 1;
    }
    for (erasure, times) in counted {
        sqlx::query(
            "UPDATE erasures
             SET erased = erased + $2, completed_at = CASE WHEN erased + $2 = contacts THEN $3 END
             WHERE id = $1",
        )
        .bind(erasure)
        .bind(times)
        .bind(now.as_millisecond())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Those of a batch of new contacts whom the task has had, and who were erased, by the client's key or by the number, or are
/// being erased, by the number. By the new contact's id, the old one's.
pub(super) async fn known(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    task: &TaskId,
    batch: &[NewContact],
) -> Result<HashMap<ContactId, ContactId>, StoreError> {
    let Some(tombstones) = left_by(conn, vault, tenant).await? else { return Ok(HashMap::new()) };
    let mut words: HashMap<String, Vec<&ContactId>> = HashMap::new();
    for contact in batch {
        words.entry(tombstones.number(tenant, &contact.phone)).or_default().push(&contact.id);
        for number in BTreeSet::from(numbers(vault, tenant, &contact.phone)) {
            words.entry(number).or_default().push(&contact.id);
        }
        if let Some(external_id) = &contact.external_id {
            words.entry(tombstones.external_id(tenant, external_id)).or_default().push(&contact.id);
        }
    }
    let rows: Vec<(String, Option<String>, Option<String>)> = sqlx::query_as(concat!(
        "SELECT wanted.value,
             (SELECT contacts.id FROM contacts
              WHERE contacts.tenant = $2 AND contacts.phone = wanted.value AND contacts.task = $3
                AND (contacts.erased_at IS NOT NULL
                     OR EXISTS (SELECT 1 FROM erasing WHERE erasing.contact = contacts.id))
              LIMIT 1),
             (SELECT contacts.id FROM contacts
              WHERE contacts.task = $3 AND contacts.external_id = wanted.value AND contacts.external_id IS NOT NULL)
         FROM ",
        wanted!("$1"),
    ))
    .bind(to_json(&words.keys().collect::<Vec<_>>())?)
    .bind(tenant.as_str())
    .bind(task.as_str())
    .fetch_all(conn)
    .await?;
    let mut known = HashMap::new();
    for (value, by_number, by_key) in rows {
        let Some(old) = by_number.or(by_key) else { continue };
        let old: ContactId = word(&old, "contacts.id")?;
        for new in words.get(&value).into_iter().flatten() {
            known.insert((*new).clone(), old.clone());
        }
    }
    Ok(known)
}
