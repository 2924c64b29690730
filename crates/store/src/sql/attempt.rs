//! Attempts: how often somebody was rung, or may have been, whatever the task.
//!
//! Whoever counts them is the only one of the tenant to send people until its transaction ends; whoever counts none goes on
//! beside others.

use super::{Connection, budget, erasure};
use crate::moves::AttemptMoves;
use crate::row::{corrupt, time, to_json};
use crate::vault::Vault;
use crate::{DispatchPlan, NewContact, Past, PastWanted, StoreError};
use outdial_model::{Attempt, Contact, ContactId, Phone, TaskId, TenantId, Timestamp};
use std::collections::{BTreeSet, HashMap};

/// When an attempt is over that may still ring.
pub(super) const UNDER_WAY: i64 = i64::MAX;

/// The newest attempts by a word, as text: when each was over, and how often it rang.
macro_rules! newest_of {
    ($column:literal, $and:literal) => {
        concat!(
            "SELECT wanted.value, (
                 SELECT string_agg(found.over_at || ' ' || found.times, ',') FROM (
                     SELECT attempts.over_at, attempts.times FROM attempts
                     WHERE attempts.tenant = $2 AND attempts.",
            $column,
            " = wanted.value ",
            $and,
            " AND attempts.over_at > $3
                     ORDER BY attempts.over_at DESC LIMIT $4) AS found)
             FROM ",
            wanted!("$1"),
        )
    };
}

/// Writes what moves mean for those who count.
pub(super) async fn write(
    conn: &mut Connection,
    task: &TaskId,
    moves: &AttemptMoves,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !moves.undone.is_empty() {
        budget::give_back(conn, task, &moves.undone).await?;
        sqlx::query(concat!("DELETE FROM attempts WHERE over_at = $2 AND contact IN ", words!("$1")))
            .bind(to_json(&moves.undone)?)
            .bind(UNDER_WAY)
            .execute(&mut *conn)
            .await?;
    }
    if !moves.begun.is_empty() {
        sqlx::query(concat!(
            "INSERT INTO attempts (contact, sequence, tenant, number, person, over_at, times, account, began_at)
             SELECT contacts.id, given.sequence, contacts.tenant, contacts.phone, contacts.person_id, $2, given.times,
                    coalesce(segments.account, ''), $3
             FROM ",
            given!("$1"; contact: text, sequence: bigint, times: bigint),
            " CROSS JOIN contacts LEFT JOIN segments ON segments.id = contacts.segment
             WHERE contacts.id = given.contact",
        ))
        .bind(to_json(&moves.begun)?)
        .bind(UNDER_WAY)
        .bind(now.as_millisecond())
        .execute(&mut *conn)
        .await?;
        budget::charge(conn, task, &moves.begun, now).await?;
    }
    if !moves.ended.is_empty() {
        sqlx::query(concat!(
            "UPDATE attempts SET over_at = $2, times = coalesce(given.times, attempts.times) FROM ",
            given!("$1"; contact: text, times: bigint),
            " WHERE attempts.contact = given.contact AND attempts.over_at = $3",
        ))
        .bind(to_json(&moves.ended)?)
        .bind(now.as_millisecond())
        .bind(UNDER_WAY)
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// A call has become known of somebody who is done: it was an attempt, whatever was taken for proven.
pub(super) async fn rang(conn: &mut Connection, contact: &str, now: Timestamp) -> Result<(), StoreError> {
    let counted = sqlx::query(
        "UPDATE attempts SET times = contacts.calls FROM contacts
         WHERE contacts.id = $1 AND attempts.contact = $1 AND attempts.times < contacts.calls
           AND attempts.sequence = (SELECT max(last.sequence) FROM attempts AS last WHERE last.contact = $1)",
    )
    .bind(contact)
    .execute(&mut *conn)
    .await?;
    if counted.rows_affected() == 0 {
        sqlx::query(
            "INSERT INTO attempts (contact, sequence, tenant, number, person, over_at, times)
             SELECT id, last_event, tenant, phone, person_id, $2, 1 FROM contacts
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.contact = $1)",
        )
        .bind(contact)
        .bind(now.as_millisecond())
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// What the plan asks for of the attempts to each of the people before. Nobody else of the tenant is sent until the
/// transaction ends.
pub(super) async fn before(
    conn: &mut Connection,
    vault: &Vault,
    plan: &DispatchPlan,
    people: &[Contact],
) -> Result<HashMap<ContactId, Past>, StoreError> {
    let tenant = &plan.lease.tenant;
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let Some(wanted) = &plan.past else {
        sqlx::query(attempts_made!("$1")).bind(tenant.as_str()).execute(conn).await?;
        return Ok(HashMap::new());
    };
    sqlx::query(attempts_counted!("$1")).bind(tenant.as_str()).execute(&mut *conn).await?;
    let whose: Vec<_> = people.iter().map(Whose::from).collect();
    let past = past(conn, vault, tenant, wanted, &whose).await?;
    Ok(people.iter().map(|contact| contact.id.clone()).zip(past).collect())
}

/// Whose attempts are asked for.
pub(super) struct Whose<'a> {
    phone: Option<&'a Phone>,
    person: Option<&'a String>,
}

impl<'a> From<&'a Contact> for Whose<'a> {
    fn from(contact: &'a Contact) -> Self {
        Self { phone: contact.phone.as_ref(), person: contact.person_id.as_ref() }
    }
}

impl<'a> From<&'a NewContact> for Whose<'a> {
    fn from(new: &'a NewContact) -> Self {
        Self { phone: Some(&new.phone), person: new.person_id.as_ref() }
    }
}

/// As much of the attempts to each before as is asked for, in their order.
pub(super) async fn past(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    wanted: &PastWanted,
    people: &[Whose<'_>],
) -> Result<Vec<Past>, StoreError> {
    let left = erasure::seen_of(conn, vault, tenant).await?;
    let forms = |one: &Whose<'_>| {
        let Some(phone) = one.phone else { return BTreeSet::new() };
        let erased = left.as_ref().map(|tombstones| tombstones.number(tenant, phone));
        let forms = [Some(vault.number(tenant, phone)), Some(phone.e164().to_owned()), erased];
        forms.into_iter().flatten().collect()
    };
    let words: Vec<BTreeSet<String>> = people.iter().map(forms).collect();
    let by_number = newest(conn, newest_of!("number", ""), tenant, words.iter().flatten(), wanted).await?;
    let of_person = newest_of!("person", "AND attempts.person IS NOT NULL");
    let keys = people.iter().filter_map(|one| one.person).filter(|_| wanted.of_person);
    let by_person = newest(conn, of_person, tenant, keys, wanted).await?;
    let past = |(one, words): (&Whose<'_>, BTreeSet<String>)| {
        let mut number: Vec<_> =
            words.iter().filter_map(|word| by_number.get(word)).flatten().copied().collect();
        let mut person = one.person.and_then(|key| by_person.get(key)).cloned().unwrap_or_default();
        last_first(&mut number);
        last_first(&mut person);
        Past { number, person }
    };
    Ok(people.iter().zip(words).map(past).collect())
}

/// The newest attempts by each of the words.
async fn newest(
    conn: &mut Connection,
    statement: &'static str,
    tenant: &TenantId,
    words: impl Iterator<Item = &String>,
    wanted: &PastWanted,
) -> Result<HashMap<String, Vec<Attempt>>, StoreError> {
    let words: BTreeSet<_> = words.collect();
    if words.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(statement)
        .bind(to_json(&words)?)
        .bind(tenant.as_str())
        .bind(wanted.since.as_millisecond())
        .bind(i64::from(wanted.most))
        .fetch_all(conn)
        .await?;
    let found = rows.into_iter().filter_map(|(word, attempts)| Some((word, attempts?)));
    found
        .map(|(word, attempts)| Ok((word, attempts.split(',').map(read).collect::<Result<_, _>>()?)))
        .collect()
}

fn read(text: &str) -> Result<Attempt, StoreError> {
    let wrong = || corrupt("attempts.over_at");
    let (over_at, times) = text.split_once(' ').ok_or_else(wrong)?;
    let over_at: i64 = over_at.parse().map_err(|_| wrong())?;
    let over_at = (over_at != UNDER_WAY).then(|| time(over_at, "attempts.over_at")).transpose()?;
    Ok(Attempt { over_at, times: times.parse().map_err(|_| corrupt("attempts.times"))? })
}

/// Whatever is under way is over last.
fn last_first(attempts: &mut [Attempt]) {
    attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.over_at.unwrap_or(Timestamp::MAX)));
}

/// Leaves of people who were erased what is left of their numbers: the attempts count on.
pub(super) async fn forget_whose(conn: &mut Connection, tombstones: &str) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE attempts SET number = given.phone, person = NULL FROM ",
        given!("$1"; id: text, phone: text),
        " WHERE attempts.contact = given.id",
    ))
    .bind(tombstones)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets attempts that were over before, at most `limit`; answers how many.
pub(super) async fn forget(conn: &mut Connection, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM attempts WHERE (contact, sequence) IN (
             SELECT contact, sequence FROM attempts
             WHERE over_at < $1 AND over_at < 9223372036854775807 ORDER BY over_at LIMIT $2)",
    )
    .bind(before.as_millisecond())
    .bind(i64::from(limit))
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
