//! Deliveries on their way: writing how attempts ended, and who follows.
//!
//! Of each lane one delivery is due or under way; when it is over, the lowest position that is left follows.
//! Whoever changes deliveries of an endpoint holds the endpoint's lock, endpoints in their order.

use super::Connection;
use crate::row::{Stage, millis, to_json};
use crate::{DeliveryResult, StoreError, Verdict};
use outdial_model::{DeliveryStatus, EndpointId, EndpointStatus, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The revision of a result that tells nothing of its endpoint, whatever it is now.
pub(super) const UNJUDGED: i64 = i64::MAX;

/// How an endpoint stood before.
#[derive(sqlx::FromRow)]
struct Standing {
    id: String,
    tenant: String,
    status: String,
    revision: i64,
    url_revision: i64,
    failing_since: Option<i64>,
}

impl Standing {
    fn is_enabled(&self) -> bool {
        self.status == EndpointStatus::Enabled.as_str()
    }

    /// Whether the attempt went to another URL than the one it has now.
    fn was_elsewhere(&self, result: &DeliveryResult) -> bool {
        result.revision < self.url_revision
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
    wish: Option<i64>,
    ended: Option<i64>,
    /// By how much the attempts count more.
    counts: i64,
    /// Whether no attempt counts any more.
    anew: bool,
    code: Option<u16>,
    error: Option<&'a str>,
}

/// What attempts came to for an endpoint.
pub(super) struct Outcome {
    pub(super) endpoint: String,
    pub(super) tenant: String,
    pub(super) is_enabled: bool,
    /// Since when it had done nothing but fail before.
    pub(super) had_failed_since: Option<i64>,
    pub(super) took_something: bool,
    pub(super) is_gone: bool,
    pub(super) has_failed: bool,
    /// Deliveries that are not under way any more, and those of them that are over.
    settled: i64,
    ended: i64,
}

impl Outcome {
    fn of(before: &Standing) -> Self {
        Self {
            endpoint: before.id.clone(),
            tenant: before.tenant.clone(),
            is_enabled: before.is_enabled(),
            had_failed_since: before.failing_since,
            took_something: false,
            is_gone: false,
            has_failed: false,
            settled: 0,
            ended: 0,
        }
    }

    fn learn(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Delivered => self.took_something = true,
            Verdict::Again { .. } | Verdict::GivenUp => self.has_failed = true,
            Verdict::Gone => (self.has_failed, self.is_gone) = (true, true),
            Verdict::Untried => {}
        }
    }

    /// Since when it has done nothing but fail.
    pub(super) fn fails_since(&self, now: Timestamp) -> Option<i64> {
        match self.had_failed_since {
            _ if self.took_something => None,
            None if self.has_failed => Some(now.as_millisecond()),
            since => since,
        }
    }
}

/// Writes how attempts ended, of those that are still under way with the same token.
pub(super) async fn settle(
    conn: &mut Connection,
    results: &[DeliveryResult],
    now: Timestamp,
) -> Result<Vec<Outcome>, StoreError> {
    if results.is_empty() {
        return Ok(Vec::new());
    }
    let endpoints = locked(conn, results).await?;
    let rows: Vec<_> = results
        .iter()
        .map(|result| attempted(result, endpoints.get(result.endpoint.as_str()), now))
        .collect();
    let written = write(conn, &rows, now).await?;

    // By the token, too: a courier can have in hand what it lost and took again.
    let results: HashMap<_, _> = results
        .iter()
        .map(|result| ((result.endpoint.as_str(), result.position, result.token), result))
        .collect();
    let mut outcomes: BTreeMap<&str, Outcome> = BTreeMap::new();
    let mut over = BTreeSet::new();
    for row in &written {
        let Some(before) = endpoints.get(&row.endpoint) else { continue };
        let outcome = outcomes.entry(&row.endpoint).or_insert_with(|| Outcome::of(before));
        outcome.settled += 1;
        if row.ended_at.is_some() {
            outcome.ended += 1;
            over.insert((row.endpoint.as_str(), row.lane.as_str()));
        }
        let position = u64::try_from(row.position).unwrap_or(0);
        if let Some(result) = results.get(&(row.endpoint.as_str(), position, row.token))
            && result.revision == before.revision
        {
            outcome.learn(result.verdict);
        }
    }
    advance(conn, &over, now).await?;
    write_endpoints(conn, outcomes.values(), now).await?;
    Ok(outcomes.into_values().collect())
}

async fn locked(
    conn: &mut Connection,
    results: &[DeliveryResult],
) -> Result<HashMap<String, Standing>, StoreError> {
    let ids: BTreeSet<_> = results.iter().map(|result| result.endpoint.as_str()).collect();
    let rows: Vec<Standing> = sqlx::query_as(concat!(
        "SELECT id, tenant, status, revision, url_revision, failing_since FROM webhook_endpoints WHERE id IN ",
        words!("$1"),
        " ORDER BY id",
        locked!(),
    ))
    .bind(to_json(&ids)?)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Where an attempt leaves its delivery. Nothing is tried again for an endpoint that was disabled meanwhile; what was not
/// taken at the URL of before begins anew at the one of now.
fn attempted<'a>(
    result: &'a DeliveryResult,
    endpoint: Option<&Standing>,
    now: Timestamp,
) -> AttemptedRow<'a> {
    let ended = Stage::Ended;
    let is_enabled = endpoint.is_some_and(Standing::is_enabled);
    let begins_anew = is_enabled && endpoint.is_some_and(|endpoint| endpoint.was_elsewhere(result));
    let (stage, due, wish) = match result.verdict {
        Verdict::Delivered => (ended(DeliveryStatus::Delivered), None, None),
        _ if begins_anew => (Stage::Due, Some(now), None),
        Verdict::GivenUp | Verdict::Gone => (ended(DeliveryStatus::Failed), None, None),
        _ if !is_enabled => (ended(DeliveryStatus::Dropped), None, None),
        Verdict::Again { at, not_before } => (Stage::Due, Some(at), not_before),
        Verdict::Untried => (Stage::Due, Some(now), None),
    };
    AttemptedRow {
        endpoint: result.endpoint.as_str(),
        position: result.position,
        token: result.token,
        stage: stage.as_str(),
        due: millis(due),
        wish: millis(wish),
        ended: millis(due.is_none().then_some(now)),
        counts: if result.verdict == Verdict::Untried { -1 } else { 0 },
        anew: begins_anew && due.is_some(),
        code: result.status,
        error: result.error.as_deref(),
    }
}

#[derive(sqlx::FromRow)]
struct WrittenRow {
    endpoint: String,
    position: i64,
    token: i64,
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
         SET status = given.stage, due_at = given.due, not_before = given.wish, ended_at = given.ended,
             attempts = CASE WHEN given.anew THEN 0 ELSE attempts + given.counts END, taken_until = NULL, taken_by = NULL,
             last_attempt_at = CASE WHEN given.counts = 0 THEN $2 ELSE last_attempt_at END,
             last_status = CASE WHEN given.counts = 0 THEN given.code ELSE last_status END,
             last_error = CASE WHEN given.counts = 0 THEN given.error ELSE last_error END
         FROM ",
        given!("$1"; endpoint: text, position: bigint, token: bigint, stage: text, due: bigint, wish: bigint,
            ended: bigint, counts: bigint, anew: boolean, code: bigint, error: text),
        " WHERE webhook_deliveries.endpoint = given.endpoint AND webhook_deliveries.position = given.position
            AND webhook_deliveries.token = given.token AND webhook_deliveries.status = 'sending'
          RETURNING webhook_deliveries.endpoint, webhook_deliveries.position, webhook_deliveries.token,
              webhook_deliveries.lane, webhook_deliveries.ended_at",
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
    outcomes: impl Iterator<Item = &Outcome>,
    now: Timestamp,
) -> Result<(), StoreError> {
    /// By the names the statement reads.
    #[derive(serde::Serialize)]
    struct Change<'a> {
        id: &'a str,
        settled: i64,
        ended: i64,
        failing: Option<i64>,
    }
    let changes: Vec<_> = outcomes
        .map(|outcome| Change {
            id: &outcome.endpoint,
            settled: outcome.settled,
            ended: outcome.ended,
            failing: outcome.fails_since(now),
        })
        .collect();
    sqlx::query(concat!(
        "UPDATE webhook_endpoints
         SET in_flight = in_flight - given.settled, pending = pending - given.ended, failing_since = given.failing,
             due_at = (SELECT min(due.due_at) FROM webhook_deliveries AS due
                       WHERE due.endpoint = webhook_endpoints.id AND due.status = 'due')
         FROM ",
        given!("$1"; id: text, settled: bigint, ended: bigint, failing: bigint),
        " WHERE webhook_endpoints.id = given.id",
    ))
    .bind(to_json(&changes)?)
    .execute(conn)
    .await?;
    Ok(())
}

/// Everything of an endpoint whose lock is held that waits for another attempt after at most so many is due at once,
/// or as soon as the endpoint wished.
pub(super) async fn hasten(
    conn: &mut Connection,
    id: &EndpointId,
    attempts: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE webhook_deliveries SET due_at = CASE WHEN not_before > $2 THEN not_before ELSE $2 END
         WHERE endpoint = $1 AND status = 'due' AND due_at > $2 AND attempts <= $3",
    )
    .bind(id.as_str())
    .bind(now.as_millisecond())
    .bind(i64::from(attempts))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "UPDATE webhook_endpoints
         SET due_at = (SELECT min(due.due_at) FROM webhook_deliveries AS due
                       WHERE due.endpoint = webhook_endpoints.id AND due.status = 'due')
         WHERE id = $1",
    )
    .bind(id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// What waits for another attempt has had none, and the endpoint has asked for nothing.
pub(super) async fn forget_attempts(conn: &mut Connection, id: &EndpointId) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE webhook_deliveries SET attempts = 0, not_before = NULL
         WHERE endpoint = $1 AND status = 'due' AND attempts > 0",
    )
    .bind(id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}
