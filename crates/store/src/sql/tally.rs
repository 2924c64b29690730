//! What is counted of accounts day by day.
//!
//! Tasks that end people at the same moment count in different rows (a task's number ends in a place of its own),
//! so that they seldom wait for one another. A transaction counts when it has locked its tasks and before it tells
//! anything, everything in the order of the rows' key, so that none waits for another crosswise.

use super::Connection;
use crate::StoreError;
use crate::row::{TallyRow, to_json};
use outdial_model::{AccountId, Tallied, Tally, TaskId, Timestamp};
use std::collections::BTreeMap;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The day of an instant, counted from 1970 in UTC.
fn day(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(DAY)
}

/// How often a push of a kind came to something, by the names the statements read.
#[derive(serde::Serialize)]
struct Counted<'a> {
    account: &'a str,
    what: &'static str,
    kind: &'a str,
    times: i64,
}

/// How often contacts of a task came to something, by the names the statements read.
#[derive(serde::Serialize)]
struct Outcome<'a> {
    task: &'a str,
    what: &'static str,
    place: &'a str,
    times: i64,
}

/// Outcomes of tasks' contacts, all of a transaction at once: rows are locked in the order of their key.
pub(super) async fn outcomes(
    conn: &mut Connection,
    by_task: &[(&TaskId, BTreeMap<Tallied, i64>)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let counted = by_task.iter().flat_map(|(task, by)| {
        let task = task.as_str();
        let place = task.get(task.len().saturating_sub(1)..).unwrap_or_default();
        by.iter().map(move |(what, times)| Outcome { task, what: what.as_str(), place, times: *times })
    });
    let counted: Vec<_> = counted.collect();
    if counted.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "INSERT INTO account_tallies AS known (account, day, what, kind, place, times, last_at)
         SELECT tasks.account, $2, given.what, '', given.place, CAST(sum(given.times) AS BIGINT), $3 FROM ",
        given!("$1"; task: text, what: text, place: text, times: bigint),
        " CROSS JOIN tasks WHERE tasks.id = given.task
         GROUP BY tasks.account, given.what, given.place ORDER BY tasks.account, given.what, given.place
         ON CONFLICT (account, day, what, kind, place)
         DO UPDATE SET times = known.times + excluded.times, last_at = excluded.last_at",
    ))
    .bind(to_json(&counted)?)
    .bind(day(now))
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

/// Pushes, by account and kind.
pub(super) async fn pushes(
    conn: &mut Connection,
    by: &BTreeMap<(&str, &str, Tallied), i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if by.is_empty() {
        return Ok(());
    }
    let counted: Vec<_> = by
        .iter()
        .map(|((account, kind, what), times)| Counted { account, what: what.as_str(), kind, times: *times })
        .collect();
    sqlx::query(concat!(
        "INSERT INTO account_tallies AS known (account, day, what, kind, place, times, last_at)
         SELECT account, $2, what, kind, '', times, $3 FROM ",
        given!("$1"; account: text, what: text, kind: text, times: bigint),
        " WHERE TRUE ON CONFLICT (account, day, what, kind, place)
         DO UPDATE SET times = known.times + excluded.times, last_at = excluded.last_at",
    ))
    .bind(to_json(&counted)?)
    .bind(day(now))
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

/// Everything counted of an account from the day of `since` on, by day.
pub(super) async fn read(
    conn: &mut Connection,
    account: &AccountId,
    since: Timestamp,
) -> Result<Vec<Tally>, StoreError> {
    let rows: Vec<TallyRow> = sqlx::query_as(
        "SELECT day * 86400000 AS begins, what, kind, CAST(sum(times) AS BIGINT) AS times, max(last_at) AS last_at
         FROM account_tallies WHERE account = $1 AND day >= $2
         GROUP BY account, day, what, kind ORDER BY account, day, what, kind",
    )
    .bind(account.as_str())
    .bind(day(since))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Tally::try_from).collect()
}

/// Forgets the days of an account before that of `since`.
pub(super) async fn forget(
    conn: &mut Connection,
    account: &AccountId,
    since: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM account_tallies WHERE account = $1 AND day < $2")
        .bind(account.as_str())
        .bind(day(since))
        .execute(conn)
        .await?;
    Ok(())
}
