//! Vendors' pushes: keeping them, taking them in hand, listing and forgetting them.

use super::{Connection, Database, tally};
use crate::row::{LeasedPushRow, PushRow, time_if, to_json, word};
use crate::{Intake, LeasedPush, NewPush, Page, PushesKept, StoreError};
use outdial_model::{AccountId, KeptPush, PushId, PushState, Tallied, Timestamp};
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// A push by the names the statements read.
#[derive(serde::Serialize)]
struct Given<'a> {
    id: &'a str,
    account: &'a str,
    kind: &'a str,
    news: &'a str,
    sealed: &'a str,
    bytes: u64,
    state: &'static str,
    reason: Option<&'a str>,
    deliveries: u64,
    received_at: i64,
    last_received_at: i64,
}

/// Keeps them. News that comes twice in one batch is given to the database once, in an order in which
/// batches that are kept beside each other do not wait for one another.
pub(super) async fn keep(conn: &mut Connection, pushes: &[NewPush]) -> Result<Vec<Intake>, StoreError> {
    let mut rows: BTreeMap<(&str, &str, &str), Given<'_>> = BTreeMap::new();
    for push in pushes {
        let received_at = push.received_at.as_millisecond();
        let row = rows.entry((push.account.as_str(), &push.kind, &push.news)).or_insert_with(|| Given {
            id: push.id.as_str(),
            account: push.account.as_str(),
            kind: &push.kind,
            news: &push.news,
            sealed: &push.sealed,
            bytes: push.bytes,
            state: push.state.as_str(),
            reason: push.reason.as_deref(),
            deliveries: 0,
            received_at,
            last_received_at: received_at,
        });
        row.deliveries += 1;
        row.last_received_at = row.last_received_at.max(received_at);
    }
    let ids: Vec<String> = sqlx::query_scalar(concat!(
        "INSERT INTO pushes AS known
             (id, account, kind, news, sealed, bytes, state, reason, deliveries, received_at,
              last_received_at, due_at)
         SELECT id, account, kind, news, sealed, bytes, state, reason, deliveries, received_at,
                last_received_at, received_at
         FROM ",
        given!("$1"; id: text, account: text, kind: text, news: text, sealed: text, bytes: bigint,
            state: text, reason: text, deliveries: bigint, received_at: bigint, last_received_at: bigint),
        " WHERE TRUE ON CONFLICT (account, kind, news) DO UPDATE
         SET deliveries = known.deliveries + excluded.deliveries,
             last_received_at = excluded.last_received_at,
             sealed = CASE WHEN known.state = 'unusable' AND excluded.state = 'new'
                      THEN excluded.sealed ELSE known.sealed END,
             due_at = CASE WHEN known.state = 'unusable' AND excluded.state = 'new'
                      THEN excluded.due_at ELSE known.due_at END,
             reason = CASE WHEN known.state = 'unusable' AND excluded.state = 'new'
                      THEN excluded.reason ELSE known.reason END,
             state = CASE WHEN known.state = 'unusable' AND excluded.state = 'new'
                     THEN excluded.state ELSE known.state END
         RETURNING id",
    ))
    .bind(to_json(&rows.into_values().collect::<Vec<_>>())?)
    .fetch_all(&mut *conn)
    .await?;
    let rows: HashSet<_> = ids.iter().map(String::as_str).collect();
    let intake = |push: &NewPush| {
        if rows.contains(push.id.as_str()) { Intake::Kept } else { Intake::Repeated }
    };
    let intakes: Vec<_> = pushes.iter().map(intake).collect();
    let mut counted = BTreeMap::new();
    for (push, intake) in pushes.iter().zip(&intakes) {
        let what = match (push.state, intake) {
            (PushState::Refused, _) => Tallied::PushRefused,
            (PushState::Unusable, _) => Tallied::PushUnusable,
            (_, Intake::Kept) => Tallied::PushKept,
            (_, Intake::Repeated) => Tallied::PushRepeated,
        };
        *counted.entry((push.account.as_str(), push.kind.as_str(), what)).or_default() += 1;
    }
    if let Some(now) = pushes.iter().map(|push| push.received_at).max() {
        tally::pushes(conn, &counted, now).await?;
    }
    Ok(intakes)
}

pub(super) async fn lease(
    conn: &mut Connection,
    now: Timestamp,
    term: Duration,
    limit: u32,
) -> Result<Vec<LeasedPush>, StoreError> {
    let term = i64::try_from(term.as_millis()).unwrap_or(i64::MAX);
    let rows: Vec<LeasedPushRow> = sqlx::query_as(concat!(
        "WITH due AS (
             SELECT id FROM pushes WHERE state = 'new' AND due_at <= $1 ORDER BY due_at LIMIT $3",
        unless_locked!(),
        ")
         UPDATE pushes SET due_at = $2, attempts = attempts + 1
         WHERE id IN (SELECT id FROM due)
         RETURNING id, account, kind, news, sealed, attempts, last_received_at",
    ))
    .bind(now.as_millisecond())
    .bind(now.as_millisecond().saturating_add(term))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    let mut leased = rows.into_iter().map(LeasedPush::try_from).collect::<Result<Vec<_>, _>>()?;
    leased.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(leased)
}

pub(super) async fn next_due(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> =
        sqlx::query_scalar("SELECT min(due_at) FROM pushes WHERE state = 'new'").fetch_one(conn).await?;
    time_if(next, "pushes.due_at")
}

pub(super) async fn list(
    conn: &mut Connection,
    account: &AccountId,
    states: &[PushState],
    page: &Page<PushId>,
) -> Result<Vec<KeptPush>, StoreError> {
    let states = if states.is_empty() { PushState::ALL } else { states };
    // Without what they say: nobody is shown that, and it may be much.
    let mut query = QueryBuilder::<Database>::new(
        "SELECT id, account, kind, bytes, state, reason, deliveries, received_at, last_received_at
         FROM pushes WHERE id IN (",
    );
    for (place, state) in states.iter().enumerate() {
        query.push(if place == 0 { "SELECT id FROM (" } else { " UNION ALL SELECT id FROM (" });
        query.push("SELECT id FROM pushes WHERE account = ").push_bind(account.as_str().to_owned());
        query.push(" AND state = ").push_bind(state.as_str());
        if let Some(after) = &page.after {
            query.push(" AND id < ").push_bind(after.as_str().to_owned());
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(page.limit)).push(") AS found");
    }
    query.push(") ORDER BY id DESC LIMIT ").push_bind(i64::from(page.limit));
    let rows: Vec<PushRow> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(KeptPush::try_from).collect()
}

/// The account after `account` that has pushes.
pub(super) async fn next_account(
    conn: &mut Connection,
    account: Option<&AccountId>,
) -> Result<Option<AccountId>, StoreError> {
    let next: Option<String> =
        sqlx::query_scalar("SELECT account FROM pushes WHERE account > $1 ORDER BY account LIMIT 1")
            .bind(account.map_or("", AccountId::as_str))
            .fetch_optional(conn)
            .await?;
    next.as_deref().map(|id| word(id, "pushes.account")).transpose()
}

/// Forgets what is too old and what is too much, from the oldest on.
pub(super) async fn forget(
    conn: &mut Connection,
    account: &AccountId,
    kept: PushesKept,
    limit: u32,
) -> Result<u64, StoreError> {
    tally::forget(conn, account, kept.tallies_since).await?;
    let mut gone = 0;
    for state in [PushState::Used, PushState::Unusable, PushState::Refused] {
        let (since, newest) = match state {
            PushState::Used => (kept.used_since, None),
            _ => (kept.others_since, oldest_kept(conn, account, state, kept.most).await?),
        };
        let left = u64::from(limit).saturating_sub(gone);
        let done = sqlx::query(
            "DELETE FROM pushes WHERE id IN (
                 SELECT id FROM (
                     SELECT id, received_at FROM pushes
                     WHERE account = $1 AND state = $2 ORDER BY id LIMIT $3) AS found
                 WHERE received_at < $4 OR id < $5)",
        )
        .bind(account.as_str())
        .bind(state.as_str())
        .bind(i64::try_from(left).unwrap_or(i64::MAX))
        .bind(since.as_millisecond())
        .bind(newest.as_ref().map_or("", PushId::as_str))
        .execute(&mut *conn)
        .await?;
        gone += done.rows_affected();
    }
    Ok(gone)
}

/// The oldest of the newest `most`, if there are more.
async fn oldest_kept(
    conn: &mut Connection,
    account: &AccountId,
    state: PushState,
    most: u32,
) -> Result<Option<PushId>, StoreError> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT id FROM pushes WHERE account = $1 AND state = $2 ORDER BY id DESC LIMIT 1 OFFSET $3",
    )
    .bind(account.as_str())
    .bind(state.as_str())
    .bind(i64::from(most.saturating_sub(1)))
    .fetch_optional(conn)
    .await?;
    id.as_deref().map(|id| word(id, "pushes.id")).transpose()
}
