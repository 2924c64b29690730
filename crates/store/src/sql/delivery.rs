//! Deliveries on their way: writing how attempts ended, and who follows.
//!
//! Of each lane one delivery is due or under way; when it is over, the lowest position that is left follows.
//! Whoever changes deliveries of an endpoint holds the endpoint's lock, endpoints in their order.

use super::Connection;
use crate::row::{Stage, millis, time, to_json, word};
use crate::{DeliveryResult, Recovered, StoreError, Verdict};
use outdial_model::{DeliveryStatus, EndpointId, EndpointStatus, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How an endpoint stood before.
#[derive(sqlx::FromRow)]
struct Standing {
    id: String,
    status: String,
    failing_since: Option<i64>,
}

impl Standing {
    fn is_enabled(&self) -> bool {
        self.status == EndpointStatus::Enabled.as_str()
    }
}

/// A delivery after an attempt, by the names the statement reads.
#[derive(serde::Serialize)]
struct AttemptedRow<'a> {
    endpoint: &'a str,
    position: u64,
    token: i64,
    stage: &'static str,
    due: Option<i64>,
    ended: Option<i64>,
    /// By how much the attempts count more.
    counts: i64,
    code: Option<u16>,
    error: Option<&'a str>,
}

/// How an endpoint changes, by the names the statement reads.
#[derive(serde::Serialize)]
struct Change {
    id: String,
    settled: i64,
    ended: i64,
    failing: Option<i64>,
}

/// Writes how attempts ended, of those that are still under way with the same token.
pub(super) async fn settle(
    conn: &mut Connection,
    results: &[DeliveryResult],
    now: Timestamp,
) -> Result<Vec<Recovered>, StoreError> {
    if results.is_empty() {
        return Ok(Vec::new());
    }
    let endpoints = locked(conn, results).await?;
    let rows: Vec<_> = results
        .iter()
        .map(|result| {
            let is_enabled = endpoints.get(result.endpoint.as_str()).is_some_and(Standing::is_enabled);
            attempted(result, is_enabled, now)
        })
        .collect();
    let written = write(conn, &rows, now).await?;

    let verdicts: HashMap<_, _> =
        results.iter().map(|result| ((result.endpoint.as_str(), result.position), result.verdict)).collect();
    let mut changes: BTreeMap<&str, Change> = BTreeMap::new();
    let mut over = BTreeSet::new();
    let mut recovered = BTreeMap::new();
    for row in &written {
        let Some(before) = endpoints.get(&row.endpoint) else { continue };
        let change = changes.entry(&row.endpoint).or_insert_with(|| Change {
            id: before.id.clone(),
            settled: 0,
            ended: 0,
            failing: before.failing_since,
        });
        change.settled += 1;
        if row.ended_at.is_some() {
            change.ended += 1;
            over.insert((row.endpoint.as_str(), row.lane.as_str()));
        }
        let position = u64::try_from(row.position).unwrap_or(0);
        match verdicts.get(&(row.endpoint.as_str(), position)) {
            Some(Verdict::Delivered) => {
                recovered.insert(row.endpoint.as_str(), before.failing_since);
            }
            Some(Verdict::Again(_) | Verdict::GivenUp) => {
                change.failing = change.failing.or(Some(now.as_millisecond()));
            }
            Some(Verdict::Untried) | None => {}
        }
    }
    for endpoint in recovered.keys() {
        if let Some(change) = changes.get_mut(endpoint) {
            change.failing = None;
        }
    }
    advance(conn, &over, now).await?;
    write_endpoints(conn, changes.values()).await?;
    recovered
        .into_iter()
        .filter_map(|(endpoint, failed)| failed.map(|since| (endpoint, since)))
        .map(|(endpoint, since)| {
            Ok(Recovered {
                endpoint: word(endpoint, "webhook_endpoints.id")?,
                failed_since: time(since, "webhook_endpoints.failing_since")?,
            })
        })
        .collect()
}

async fn locked(
    conn: &mut Connection,
    results: &[DeliveryResult],
) -> Result<HashMap<String, Standing>, StoreError> {
    let ids: BTreeSet<_> = results.iter().map(|result| result.endpoint.as_str()).collect();
    let rows: Vec<Standing> = sqlx::query_as(concat!(
        "SELECT id, status, failing_since FROM webhook_endpoints WHERE id IN ",
        words!("$1"),
        " ORDER BY id",
        locked!(),
    ))
    .bind(to_json(&ids)?)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Where an attempt leaves its delivery. Nothing is tried again for an endpoint that was disabled meanwhile.
fn attempted(result: &DeliveryResult, is_enabled: bool, now: Timestamp) -> AttemptedRow<'_> {
    let ended = Stage::Ended;
    let (stage, due) = match result.verdict {
        Verdict::Delivered => (ended(DeliveryStatus::Delivered), None),
        Verdict::GivenUp => (ended(DeliveryStatus::Failed), None),
        _ if !is_enabled => (ended(DeliveryStatus::Dropped), None),
        Verdict::Again(at) => (Stage::Due, Some(at)),
        Verdict::Untried => (Stage::Due, Some(now)),
    };
    AttemptedRow {
        endpoint: result.endpoint.as_str(),
        position: result.position,
        token: result.token,
        stage: stage.as_str(),
        due: millis(due),
        ended: millis(due.is_none().then_some(now)),
        counts: if result.verdict == Verdict::Untried { -1 } else { 0 },
        code: result.status,
        error: result.error.as_deref(),
    }
}

#[derive(sqlx::FromRow)]
struct WrittenRow {
    endpoint: String,
    position: i64,
    lane: String,
    ended_at: Option<i64>,
}

async fn write(
    conn: &mut Connection,
    rows: &[AttemptedRow<'_>],
    now: Timestamp,
) -> Result<Vec<WrittenRow>, StoreError> {
    let written = sqlx::query_as(concat!(
        "UPDATE webhook_deliveries
         SET status = given.stage, due_at = given.due, ended_at = given.ended, attempts = attempts + given.counts,
             taken_until = NULL, taken_by = NULL,
             last_attempt_at = CASE WHEN given.counts = 0 THEN $2 ELSE last_attempt_at END,
             last_status = CASE WHEN given.counts = 0 THEN given.code ELSE last_status END,
             last_error = CASE WHEN given.counts = 0 THEN given.error ELSE last_error END
         FROM ",
        given!("$1"; endpoint: text, position: bigint, token: bigint, stage: text, due: bigint, ended: bigint,
            counts: bigint, code: bigint, error: text),
        " WHERE webhook_deliveries.endpoint = given.endpoint AND webhook_deliveries.position = given.position
            AND webhook_deliveries.token = given.token AND webhook_deliveries.status = 'sending'
          RETURNING webhook_deliveries.endpoint, webhook_deliveries.position, webhook_deliveries.lane,
              webhook_deliveries.ended_at",
    ))
    .bind(to_json(rows)?)
    .bind(now.as_millisecond())
    .fetch_all(conn)
    .await?;
    Ok(written)
}

/// Makes the next of each lane due, in which nothing is due or under way.
async fn advance(
    conn: &mut Connection,
    lanes: &BTreeSet<(&str, &str)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    #[derive(serde::Serialize)]
    struct Lane<'a> {
        endpoint: &'a str,
        lane: &'a str,
    }
    #[derive(serde::Serialize, sqlx::FromRow)]
    struct Next {
        endpoint: String,
        position: Option<i64>,
    }
    if lanes.is_empty() {
        return Ok(());
    }
    // The first of a lane is found in the index of what is open, which has `position + 0`: by the bare position a
    // planner may prefer the primary key, and walk past all that has ended.
    let lanes: Vec<_> = lanes.iter().map(|&(endpoint, lane)| Lane { endpoint, lane }).collect();
    let next: Vec<Next> = sqlx::query_as(concat!(
        "SELECT given.endpoint AS endpoint, (
             SELECT min(position + 0) FROM webhook_deliveries AS next
             WHERE next.endpoint = given.endpoint AND next.lane = given.lane AND next.ended_at IS NULL) AS position
         FROM ",
        given!("$1"; endpoint: text, lane: text),
    ))
    .bind(to_json(&lanes)?)
    .fetch_all(&mut *conn)
    .await?;
    let next: Vec<_> = next.into_iter().filter(|next| next.position.is_some()).collect();
    sqlx::query(concat!(
        "UPDATE webhook_deliveries SET status = 'due', due_at = $2 FROM ",
        given!("$1"; endpoint: text, position: bigint),
        " WHERE webhook_deliveries.endpoint = given.endpoint AND webhook_deliveries.position = given.position
            AND webhook_deliveries.status = 'waiting'",
    ))
    .bind(to_json(&next)?)
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

async fn write_endpoints(
    conn: &mut Connection,
    changes: impl Iterator<Item = &Change>,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE webhook_endpoints
         SET in_flight = in_flight - given.settled, pending = pending - given.ended, failing_since = given.failing,
             due_at = (SELECT min(due.due_at) FROM webhook_deliveries AS due
                       WHERE due.endpoint = webhook_endpoints.id AND due.status = 'due')
         FROM ",
        given!("$1"; id: text, settled: bigint, ended: bigint, failing: bigint),
        " WHERE webhook_endpoints.id = given.id",
    ))
    .bind(to_json(&changes.collect::<Vec<_>>())?)
    .execute(conn)
    .await?;
    Ok(())
}

/// Everything of the endpoint that waits for another attempt is due at once.
pub(super) async fn hasten(conn: &mut Connection, id: &EndpointId, now: Timestamp) -> Result<(), StoreError> {
    let due: Option<Option<i64>> =
        sqlx::query_scalar(concat!("SELECT due_at FROM webhook_endpoints WHERE id = $1", locked!()))
            .bind(id.as_str())
            .fetch_optional(&mut *conn)
            .await?;
    if due.flatten().is_none() {
        return Ok(());
    }
    for statement in [
        "UPDATE webhook_deliveries SET due_at = $2 WHERE endpoint = $1 AND status = 'due' AND due_at > $2",
        "UPDATE webhook_endpoints SET due_at = $2 WHERE id = $1 AND due_at > $2",
    ] {
        sqlx::query(statement).bind(id.as_str()).bind(now.as_millisecond()).execute(&mut *conn).await?;
    }
    Ok(())
}
