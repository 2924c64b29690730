//! Taking deliveries that are due, a few of each endpoint, with all that is needed to send them.

use super::delivery::UNJUDGED;
use super::{Connection, content, delivery};
use crate::row::{number, time_if, to_json, word};
use crate::vault::Vault;
use crate::{DeliveryResult, StoreError, TakenDelivery, Verdict};
use outdial_model::{EndpointId, Timestamp};
use std::collections::HashMap;
use std::time::Duration;

/// The ids of exceptions.
macro_rules! ids {
    ($parameter:literal) => {
        concat!("(SELECT given.id FROM ", given!($parameter; id: text), ")")
    };
}

/// How many deliveries of one endpoint may be under way.
pub(super) struct Shares<'a> {
    pub(super) per_endpoint: u32,
    /// Endpoints with a number of their own.
    pub(super) exceptions: &'a [(EndpointId, u32)],
}

/// On whose terms deliveries are taken.
pub(super) struct Terms<'a> {
    pub(super) holder: &'a str,
    pub(super) now: Timestamp,
    pub(super) term: Duration,
    pub(super) limit: u32,
    pub(super) shares: Shares<'a>,
}

impl Shares<'_> {
    /// The exceptions, by the names the statements read.
    fn to_json(&self) -> Result<String, StoreError> {
        #[derive(serde::Serialize)]
        struct Exception<'a> {
            id: &'a str,
            most: u32,
        }
        let exceptions = self.exceptions.iter();
        to_json(&exceptions.map(|(id, most)| Exception { id: id.as_str(), most: *most }).collect::<Vec<_>>())
    }
}

/// An endpoint that may be sent something.
#[derive(sqlx::FromRow)]
pub(super) struct Ready {
    pub(super) id: String,
    pub(super) tenant: String,
    due_at: i64,
    /// How many more it may have under way.
    free: i64,
}

/// A delivery that was taken.
#[derive(sqlx::FromRow)]
pub(super) struct TakenRow {
    endpoint: String,
    pub(super) position: i64,
    pub(super) attempts: i64,
    pub(super) token: i64,
}

pub(super) async fn take(
    conn: &mut Connection,
    vault: &Vault,
    terms: &Terms<'_>,
) -> Result<Vec<TakenDelivery>, StoreError> {
    reclaim(conn, terms).await?;
    let ready = ready(conn, terms).await?;
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let (ready, chosen) = chosen(conn, &ready, terms).await?;
    let mut rows: HashMap<String, Vec<TakenRow>> = HashMap::new();
    for row in take_all(conn, &chosen, terms).await? {
        rows.entry(row.endpoint.clone()).or_default().push(row);
    }
    let mut taken = Vec::new();
    for endpoint in ready {
        let mut rows = rows.remove(&endpoint.id).unwrap_or_default();
        rows.sort_unstable_by_key(|row| row.position);
        taken.push((endpoint, rows));
    }
    write_endpoints(conn, &taken).await?;
    let (deliveries, unreadable) = content::of(conn, vault, &taken).await?;
    delivery::settle(conn, &unreadable, terms.now).await?;
    Ok(deliveries)
}

/// What couriers had in hand whose term is over is due again.
async fn reclaim(conn: &mut Connection, terms: &Terms<'_>) -> Result<(), StoreError> {
    let lost: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT endpoint, position, token FROM webhook_deliveries
         WHERE status = 'sending' AND taken_until <= $1 ORDER BY taken_until LIMIT $2",
    )
    .bind(terms.now.as_millisecond())
    .bind(i64::from(terms.limit))
    .fetch_all(&mut *conn)
    .await?;
    let untried = |(endpoint, position, token): &(String, i64, i64)| {
        Ok(DeliveryResult {
            endpoint: word(endpoint, "webhook_deliveries.endpoint")?,
            position: number(*position, "webhook_deliveries.position")?,
            token: *token,
            revision: UNJUDGED,
            verdict: Verdict::Untried,
            status: None,
            error: None,
        })
    };
    let results = lost.iter().map(untried).collect::<Result<Vec<_>, StoreError>>()?;
    delivery::settle(conn, &results, terms.now).await.map(drop)
}

/// Endpoints with something due and room for it, those that have waited longest first. Whoever is being worked
/// on by another process is left for later.
async fn ready(conn: &mut Connection, terms: &Terms<'_>) -> Result<Vec<Ready>, StoreError> {
    let mut ready: Vec<Ready> = sqlx::query_as(concat!(
        "SELECT id, tenant, due_at, $2 - in_flight AS free FROM webhook_endpoints
         WHERE status = 'enabled' AND due_at <= $1 AND in_flight < $2 AND id NOT IN ",
        ids!("$3"),
        " ORDER BY due_at LIMIT $4",
        unless_locked!(),
    ))
    .bind(terms.now.as_millisecond())
    .bind(i64::from(terms.shares.per_endpoint))
    .bind(terms.shares.to_json()?)
    .bind(i64::from(terms.limit))
    .fetch_all(&mut *conn)
    .await?;
    if !terms.shares.exceptions.is_empty() {
        let others: Vec<Ready> = sqlx::query_as(concat!(
            "SELECT webhook_endpoints.id, tenant, due_at, given.most - in_flight AS free FROM ",
            given!("$2"; id: text, most: bigint),
            " CROSS JOIN webhook_endpoints
             WHERE webhook_endpoints.id = given.id AND status = 'enabled' AND due_at <= $1
               AND in_flight < given.most
             ORDER BY due_at LIMIT $3",
            unless_locked!(),
        ))
        .bind(terms.now.as_millisecond())
        .bind(terms.shares.to_json()?)
        .bind(i64::from(terms.limit))
        .fetch_all(conn)
        .await?;
        ready.extend(others);
        ready.sort_by_key(|endpoint| endpoint.due_at);
        ready.truncate(usize::try_from(terms.limit).unwrap_or(usize::MAX));
    }
    Ok(ready)
}

/// A delivery to be taken, by the names the statement reads.
#[derive(serde::Serialize)]
struct Chosen<'a> {
    endpoint: &'a str,
    position: i64,
}

/// What has been due for longest of each endpoint, as much as it has room for, one endpoint after the other; and the
/// endpoints whose turn it was.
async fn chosen<'a>(
    conn: &mut Connection,
    ready: &'a [Ready],
    terms: &Terms<'_>,
) -> Result<(&'a [Ready], Vec<Chosen<'a>>), StoreError> {
    let limit = usize::try_from(terms.limit).unwrap_or(usize::MAX);
    let ids: Vec<_> = ready.iter().map(|endpoint| &endpoint.id).collect();
    let most = ready.iter().map(|endpoint| endpoint.free).max().unwrap_or(0);
    // Not every engine takes a limit from a row: as many of each are found as whoever has most room may have.
    let due: HashMap<String, String> = sqlx::query_as(concat!(
        "SELECT value, (
             SELECT string_agg(CAST(position AS TEXT), ' ' ORDER BY due_at, position) FROM (
                 SELECT position, due_at FROM webhook_deliveries
                 WHERE endpoint = value AND status = 'due' AND due_at <= $2
                 ORDER BY due_at, position LIMIT $3) AS due)
         FROM ",
        wanted!("$1"),
    ))
    .bind(to_json(&ids)?)
    .bind(terms.now.as_millisecond())
    .bind(most.min(i64::from(terms.limit)))
    .fetch_all(conn)
    .await?
    .into_iter()
    .filter_map(|(id, positions): (String, Option<String>)| Some((id, positions?)))
    .collect();
    let (mut turns, mut chosen) = (0, Vec::new());
    for endpoint in ready {
        if chosen.len() >= limit {
            break;
        }
        turns += 1;
        let positions = due.get(&endpoint.id).map(String::as_str).unwrap_or_default().split_whitespace();
        for position in positions.take(usize::try_from(endpoint.free).unwrap_or(0)) {
            let position = word(position, "webhook_deliveries.position")?;
            chosen.push(Chosen { endpoint: &endpoint.id, position });
        }
    }
    chosen.truncate(limit);
    Ok((ready.get(..turns).unwrap_or(ready), chosen))
}

async fn take_all(
    conn: &mut Connection,
    chosen: &[Chosen<'_>],
    terms: &Terms<'_>,
) -> Result<Vec<TakenRow>, StoreError> {
    let term = i64::try_from(terms.term.as_millis()).unwrap_or(i64::MAX);
    let taken = sqlx::query_as(concat!(
        "UPDATE webhook_deliveries
         SET status = 'sending', due_at = NULL, attempts = attempts + 1, token = token + 1, taken_until = $2,
             taken_by = $3
         FROM ",
        given!("$1"; endpoint: text, position: bigint),
        " WHERE webhook_deliveries.endpoint = given.endpoint AND webhook_deliveries.position = given.position
            AND webhook_deliveries.status = 'due'
         RETURNING webhook_deliveries.endpoint, webhook_deliveries.position, webhook_deliveries.attempts,
             webhook_deliveries.token",
    ))
    .bind(to_json(chosen)?)
    .bind(terms.now.as_millisecond().saturating_add(term))
    .bind(terms.holder)
    .fetch_all(conn)
    .await?;
    Ok(taken)
}

async fn write_endpoints(conn: &mut Connection, taken: &[(&Ready, Vec<TakenRow>)]) -> Result<(), StoreError> {
    #[derive(serde::Serialize)]
    struct Change<'a> {
        id: &'a str,
        taken: usize,
    }
    let changes: Vec<_> =
        taken.iter().map(|(endpoint, rows)| Change { id: &endpoint.id, taken: rows.len() }).collect();
    sqlx::query(concat!(
        "UPDATE webhook_endpoints
         SET in_flight = in_flight + given.taken,
             due_at = (SELECT min(due.due_at) FROM webhook_deliveries AS due
                       WHERE due.endpoint = webhook_endpoints.id AND due.status = 'due')
         FROM ",
        given!("$1"; id: text, taken: bigint),
        " WHERE webhook_endpoints.id = given.id",
    ))
    .bind(to_json(&changes)?)
    .execute(conn)
    .await?;
    Ok(())
}

/// When the next delivery is due that could be taken, or the term of one under way is over.
pub(super) async fn next_due(
    conn: &mut Connection,
    shares: &Shares<'_>,
) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> = sqlx::query_scalar(concat!(
        "SELECT min(at) FROM (
             SELECT * FROM (
                 SELECT due_at AS at FROM webhook_endpoints
                 WHERE status = 'enabled' AND due_at IS NOT NULL AND in_flight < $1 AND id NOT IN ",
        ids!("$2"),
        "        ORDER BY due_at LIMIT 1) AS waiting
             UNION ALL
             SELECT min(due_at) FROM ",
        given!("$2"; id: text, most: bigint),
        "    CROSS JOIN webhook_endpoints
             WHERE webhook_endpoints.id = given.id AND status = 'enabled' AND due_at IS NOT NULL
               AND in_flight < given.most
             UNION ALL
             SELECT min(taken_until) FROM webhook_deliveries
             WHERE status = 'sending' AND taken_until IS NOT NULL) AS due",
    ))
    .bind(i64::from(shares.per_endpoint))
    .bind(shares.to_json()?)
    .fetch_one(conn)
    .await?;
    time_if(next, "webhook_endpoints.due_at")
}
