//! Numbers that are not to be called: the list, who is on it, and taking back whoever was there before.

use super::event::News;
use super::{Connection, contact, moving, take_back, task};
use crate::moves::{Moves, Next};
use crate::row::{SuppressionRow, TaskRow, json, to_json, word};
use crate::sealing::{SealProgress, Step};
use crate::vault::Vault;
use crate::{NewContact, Page, StoreError, SuppressionFilter};
use outdial_model::{
    ContactId, ContactStatus, NewSuppression, Phone, Purpose, SUPPRESSED, Suppression, SuppressionId, TaskId,
    TenantId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A suppression by the names the statement reads.
#[derive(serde::Serialize)]
struct NewRow<'a> {
    id: &'a SuppressionId,
    number: String,
    purpose: &'a str,
    person: Option<String>,
    reason: Option<&'a str>,
    source: Option<&'a str>,
    expires_at: Option<i64>,
}

/// What a task's people are called for, of its spec.
#[derive(serde::Deserialize)]
struct CalledFor {
    #[serde(default)]
    purpose: Option<Purpose>,
}

pub(super) fn purpose_of(task: &TaskRow) -> Result<Option<Purpose>, StoreError> {
    json(&task.spec, "tasks.spec").map(|CalledFor { purpose }| purpose)
}

pub(super) async fn suppress(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    numbers: &[NewSuppression],
    now: Timestamp,
) -> Result<Vec<Suppression>, StoreError> {
    sqlx::query(list_changed!("$1")).bind(tenant.as_str()).execute(&mut *conn).await?;
    // Of several for one number and purpose the last counts.
    let mut rows: BTreeMap<(String, &str), (usize, NewRow<'_>)> = BTreeMap::new();
    for (place, new) in numbers.iter().enumerate() {
        let (number, purpose) =
            (vault.number(tenant, &new.phone), new.purpose.as_ref().map_or("", Purpose::as_str));
        let row = NewRow {
            id: &new.id,
            number: number.clone(),
            purpose,
            person: vault.suppressed(new.id.as_str(), &new.phone)?,
            reason: new.reason.as_deref(),
            source: new.source.as_deref(),
            expires_at: new.expires_at.map(|end| end.as_millisecond()),
        };
        rows.insert((number, purpose), (place, row));
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|(place, _)| *place);
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    sqlx::query(concat!(
        "INSERT INTO suppressions (id, tenant, number, purpose, person, reason, source, created_at, expires_at)
         SELECT id, $2, number, purpose, person, reason, source, $3, expires_at FROM ",
        given!("$1"; id: text, number: text, purpose: text, person: text, reason: text, source: text,
            expires_at: bigint),
        " WHERE TRUE
         ON CONFLICT (tenant, number, purpose) DO UPDATE
         SET reason = excluded.reason, source = excluded.source, expires_at = excluded.expires_at",
    ))
    .bind(to_json(&rows)?)
    .bind(tenant.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    put_down(conn, vault, tenant, numbers).await?;
    let kept: Vec<SuppressionRow> = sqlx::query_as(concat!(
        "SELECT suppressions.* FROM ",
        given!("$1"; id: text, number: text, purpose: text),
        " CROSS JOIN suppressions
         WHERE suppressions.tenant = $2 AND suppressions.number = given.number
           AND suppressions.purpose = given.purpose",
    ))
    .bind(to_json(&rows)?)
    .bind(tenant.as_str())
    .fetch_all(conn)
    .await?;
    let mut kept: HashMap<_, _> =
        kept.into_iter().map(|row| ((row.number.clone(), row.purpose.clone()), row)).collect();
    let in_turn = rows.iter().filter_map(|row| kept.remove(&(row.number.clone(), row.purpose.to_owned())));
    in_turn.map(|row| row.open(vault)).collect()
}

/// Puts down everybody who has one of the numbers and is not done.
async fn put_down(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    numbers: &[NewSuppression],
) -> Result<(), StoreError> {
    let words: BTreeSet<_> = numbers.iter().flat_map(|new| forms(vault, tenant, &new.phone)).collect();
    sqlx::query(concat!(
        "INSERT INTO suppressing (contact, tenant, task)
         SELECT contacts.id, contacts.tenant, contacts.task FROM ",
        wanted!("$1"),
        " CROSS JOIN contacts
         WHERE contacts.tenant = $2 AND contacts.phone = wanted.value
           AND contacts.status IN ('queued', 'held', 'submitting', 'submitted', 'dialing', 'unknown')
         ON CONFLICT (contact) DO NOTHING",
    ))
    .bind(to_json(&words)?)
    .bind(tenant.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// What a number may be written as: whoever came before there was a vault is still known by the number itself.
pub(super) fn forms(vault: &Vault, tenant: &TenantId, phone: &Phone) -> [String; 2] {
    [vault.number(tenant, phone), phone.e164().to_owned()]
}

pub(super) async fn read(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &SuppressionId,
) -> Result<Suppression, StoreError> {
    let row: Option<SuppressionRow> =
        sqlx::query_as("SELECT * FROM suppressions WHERE id = $1 AND tenant = $2")
            .bind(id.as_str())
            .bind(tenant.as_str())
            .fetch_optional(conn)
            .await?;
    row.ok_or(StoreError::NotFound)?.open(vault)
}

/// A page of a tenant's suppressions, newest first; of those beside another table, that match.
macro_rules! page {
    ($($beside:expr),*; $($matching:literal)?) => {
        concat!(
            "SELECT suppressions.* FROM ", $($beside,)*
            "suppressions
             WHERE suppressions.tenant = $1 AND suppressions.id < $2 AND ($3 IS NULL OR suppressions.purpose = $3)",
            $($matching,)?
            " ORDER BY suppressions.id DESC LIMIT $4",
        )
    };
}

/// Suppressions, newest first.
pub(super) async fn list(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    filter: &SuppressionFilter,
    page: &Page<SuppressionId>,
) -> Result<Vec<Suppression>, StoreError> {
    // Every id is before the tilde.
    let before = page.after.as_ref().map_or("~", SuppressionId::as_str);
    let purpose = filter.purpose.as_ref().map(Purpose::as_str);
    let numbers = filter.phone.as_ref().map(|phone| to_json(&BTreeSet::from(forms(vault, tenant, phone))));
    let numbers = numbers.transpose()?;
    let statement = match numbers {
        Some(_) => page!(wanted!("$5"), " CROSS JOIN "; " AND suppressions.number = wanted.value"),
        None => page!(;),
    };
    let query = sqlx::query_as(statement)
        .bind(tenant.as_str())
        .bind(before)
        .bind(purpose)
        .bind(i64::from(page.limit));
    let query = numbers.into_iter().fold(query, |query, numbers| query.bind(numbers));
    let rows: Vec<SuppressionRow> = query.fetch_all(conn).await?;
    rows.into_iter().map(|row| row.open(vault)).collect()
}

pub(super) async fn allow(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &SuppressionId,
) -> Result<(), StoreError> {
    let gone = sqlx::query("DELETE FROM suppressions WHERE id = $1 AND tenant = $2")
        .bind(id.as_str())
        .bind(tenant.as_str())
        .execute(conn)
        .await?;
    if gone.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Those of the numbers that are not to be called for that purpose. The list stays as it is until the transaction ends.
pub(super) async fn among<'p>(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    purpose: Option<&Purpose>,
    phones: impl Iterator<Item = &'p Phone>,
    now: Timestamp,
) -> Result<HashSet<Phone>, StoreError> {
    sqlx::query(list_read!("$1")).bind(tenant.as_str()).execute(&mut *conn).await?;
    seen(conn, vault, tenant, purpose, phones, now).await
}

/// The same for whoever only looks: the list may be another at once.
pub(super) async fn seen<'p>(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    purpose: Option<&Purpose>,
    phones: impl Iterator<Item = &'p Phone>,
    now: Timestamp,
) -> Result<HashSet<Phone>, StoreError> {
    let any: Option<String> = sqlx::query_scalar("SELECT id FROM suppressions WHERE tenant = $1 LIMIT 1")
        .bind(tenant.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    if any.is_none() {
        return Ok(HashSet::new());
    }
    let mut words: HashMap<String, &Phone> = HashMap::new();
    for phone in phones {
        words.extend(forms(vault, tenant, phone).map(|form| (form, phone)));
    }
    // Looked up one by one: a join would read the whole list as soon as a planner takes it for a short one.
    let found: Vec<String> = sqlx::query_scalar(concat!(
        "SELECT wanted.value FROM ",
        wanted!("$1"),
        " WHERE EXISTS (
              SELECT 1 FROM suppressions
              WHERE suppressions.tenant = $2 AND suppressions.number = wanted.value
                AND suppressions.purpose IN ('', $3)
                AND (suppressions.expires_at IS NULL OR suppressions.expires_at > $4)
              LIMIT 1 OFFSET 0)",
    ))
    .bind(to_json(&words.keys().collect::<Vec<_>>())?)
    .bind(tenant.as_str())
    .bind(purpose.map_or("", Purpose::as_str))
    .bind(now.as_millisecond())
    .fetch_all(conn)
    .await?;
    Ok(found.iter().filter_map(|word| words.get(word).map(|phone| (*phone).clone())).collect())
}

/// Ends those of new contacts of a task, just written, whose numbers are not to be called.
pub(super) async fn end(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    (task, purpose): (&TaskId, Option<&Purpose>),
    fresh: &[&NewContact],
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    let phones = fresh.iter().map(|contact| &contact.phone);
    let suppressed = among(conn, vault, tenant, purpose, phones, now).await?;
    let theirs: Vec<_> = fresh
        .iter()
        .filter(|contact| suppressed.contains(&contact.phone))
        .map(|contact| &contact.id)
        .collect();
    let mut standings = moving::standings(conn, task, &theirs).await?;
    let mut moves = Moves::at(now);
    for id in theirs {
        if let Some(standing) = standings.get_mut(id) {
            moves.add(standing, Next::because(ContactStatus::Cancelled, SUPPRESSED));
        }
    }
    moving::write(conn, task, &mut moves, news, now).await
}

/// Takes back people of one task who were put down, at most `limit`; tells how many it looked at.
pub(super) async fn step(
    conn: &mut Connection,
    vault: &Vault,
    limit: u32,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let next: Option<(String, String)> =
        sqlx::query_as("SELECT tenant, task FROM suppressing ORDER BY task LIMIT 1")
            .fetch_optional(&mut *conn)
            .await?;
    let Some((tenant, id)) = next else { return Ok(0) };
    let (tenant, id): (TenantId, TaskId) =
        (word(&tenant, "suppressing.tenant")?, word(&id, "suppressing.task")?);
    let row = task::lock(conn, &tenant, &id).await?;
    let due: Vec<String> =
        sqlx::query_scalar("SELECT contact FROM suppressing WHERE task = $1 ORDER BY contact LIMIT $2")
            .bind(id.as_str())
            .bind(i64::from(limit))
            .fetch_all(&mut *conn)
            .await?;
    let due: Vec<ContactId> =
        due.iter().map(|id| word(id, "suppressing.contact")).collect::<Result<_, _>>()?;
    let (people, unreadable) = contact::readable(contact::rows(conn, &due).await?, vault)?;
    let phones = people.iter().filter_map(|contact| contact.phone.as_ref());
    // As things are now: the task may be for something else, or the number allowed again.
    let suppressed = among(conn, vault, &tenant, purpose_of(&row)?.as_ref(), phones, now).await?;
    let is_suppressed =
        |phone: &Option<Phone>| phone.as_ref().is_some_and(|phone| suppressed.contains(phone));
    let theirs =
        people.iter().filter(|contact| is_suppressed(&contact.phone)).map(|contact| contact.id.clone());
    // Whoever cannot be read had the number when they were put down.
    let theirs: Vec<_> = theirs.chain(unreadable).collect();
    let mut news = News::default();
    if take_back::all(conn, &id, &theirs, (ContactStatus::Cancelled, SUPPRESSED), &mut news, now).await? {
        task::wake(conn, &id, now).await?;
    }
    sqlx::query(concat!("DELETE FROM suppressing WHERE contact IN ", words!("$1")))
        .bind(to_json(&due)?)
        .execute(&mut *conn)
        .await?;
    news.write(conn, &tenant, Some(&id), now).await?;
    Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
}

/// Seals suppressions that were written before there was a vault.
pub(super) async fn seal_some(
    conn: &mut Connection,
    vault: &Vault,
    from: &Step,
) -> Result<SealProgress, StoreError> {
    #[derive(serde::Serialize)]
    struct Sealed {
        id: SuppressionId,
        tenant: TenantId,
        number: String,
        purpose: String,
        person: Option<String>,
    }
    let rows: Vec<SuppressionRow> =
        sqlx::query_as("SELECT * FROM suppressions WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(&from.after)
            .bind(i64::from(from.limit))
            .fetch_all(&mut *conn)
            .await?;
    let (seen, last) = (rows.len(), rows.last().map(|row| row.id.clone()));
    let mut sealed = Vec::new();
    for row in rows.into_iter().filter(|row| row.person.is_none()) {
        let Suppression { id, tenant, phone, purpose, .. } = row.open(vault)?;
        let (number, person) = (vault.number(&tenant, &phone), vault.suppressed(id.as_str(), &phone)?);
        let purpose = purpose.map(|purpose| purpose.to_string()).unwrap_or_default();
        sealed.push(Sealed { id, tenant, number, purpose, person });
    }
    let tenants: BTreeSet<_> = sealed.iter().map(|one| one.tenant.as_str()).collect();
    for tenant in tenants {
        sqlx::query(list_changed!("$1")).bind(tenant).execute(&mut *conn).await?;
    }
    let (mut done, rows) = (0, to_json(&sealed)?);
    // What came after there was a vault is newer.
    for statement in [
        concat!(
            "DELETE FROM suppressions WHERE person IS NULL AND id IN (SELECT given.id FROM ",
            given!("$1"; id: text, tenant: text, number: text, purpose: text, person: text),
            " CROSS JOIN suppressions AS newer
             WHERE newer.tenant = given.tenant AND newer.number = given.number AND newer.purpose = given.purpose)",
        ),
        concat!(
            "UPDATE suppressions SET number = given.number, person = given.person FROM ",
            given!("$1"; id: text, tenant: text, number: text, purpose: text, person: text),
            " WHERE suppressions.id = given.id AND suppressions.person IS NULL",
        ),
    ] {
        if !sealed.is_empty() {
            done += sqlx::query(statement).bind(&rows).execute(&mut *conn).await?.rows_affected();
        }
    }
    Ok(from.came_to(seen, done, last))
}
