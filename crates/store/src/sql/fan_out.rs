//! Planning: copying what endpoints want from their tenant's log into deliveries.
//!
//! Endpoints that keep up share one place in the log, the tenant's plan, so that a batch of events is read once for
//! all of them. One without room for what it wants is left behind at its own place, and catches up by itself
//! when it has room again: a receiver that is down fills a bounded number of rows, and the log keeps the rest.
//!
//! Whoever plans holds the lock of the tenant's plan, and then of the endpoints it plans for, in their order.

use super::feed::{Look, Positioned};
use super::replay::{self, ReplayRow};
use super::{Connection, feed};
use crate::row::{json, number, to_json, word};
use crate::{FeedFilter, PlannedDeliveries, StoreError};
use outdial_model::{TenantId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What planning needs to know of an event.
#[derive(sqlx::FromRow)]
struct Head {
    position: i64,
    id: String,
    task: Option<String>,
    contact: Option<String>,
    kind: String,
    at: i64,
}

impl Head {
    const COLUMNS: &str = "position, id, task, contact, kind, at";

    fn lane(&self) -> &str {
        self.contact.as_deref().or(self.task.as_deref()).unwrap_or_default()
    }
}

impl Positioned for Head {
    fn position(&self) -> i64 {
        self.position
    }
}

/// What planning needs to know of an endpoint.
#[derive(sqlx::FromRow)]
struct Subscriber {
    id: String,
    event_types: String,
    task: Option<String>,
    begins_after: i64,
    behind_at: Option<i64>,
    pending: i64,
}

impl Subscriber {
    /// Those of the events that its settings let through.
    fn wanted<'e>(&self, events: &'e [Head]) -> Result<Vec<&'e Head>, StoreError> {
        let kinds: Vec<String> = json(&self.event_types, "webhook_endpoints.event_types")?;
        let wants = |event: &&Head| {
            (kinds.is_empty() || kinds.contains(&event.kind))
                && self.task.as_ref().is_none_or(|task| event.task.as_ref() == Some(task))
        };
        Ok(events.iter().filter(wants).collect())
    }

    fn free(&self, room: i64) -> i64 {
        (room - self.pending).max(0)
    }
}

/// Tenants for whom there is something to plan.
pub(super) async fn tenants(
    conn: &mut Connection,
    room: u32,
    limit: u32,
) -> Result<Vec<TenantId>, StoreError> {
    let tenants: Vec<String> = sqlx::query_scalar(
        "SELECT tenant FROM (
             SELECT plans.tenant FROM webhook_plans AS plans CROSS JOIN event_logs
             WHERE event_logs.tenant = plans.tenant AND last_position > planned_position
             UNION
             SELECT tenant FROM webhook_endpoints
             WHERE behind_at IS NOT NULL AND pending <= $1
             UNION
             SELECT replays.tenant FROM webhook_replays AS replays CROSS JOIN webhook_endpoints
             WHERE webhook_endpoints.id = replays.endpoint AND pending <= $1) AS found
         LIMIT $2",
    )
    .bind(i64::from(room / 2))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    tenants.iter().map(|tenant| word(tenant, "webhook_plans.tenant")).collect()
}

/// Plans the next `limit` events of the tenant's log, and as many for one endpoint that is behind and for one replay.
pub(super) async fn plan(
    conn: &mut Connection,
    tenant: &TenantId,
    limit: u32,
    room: u32,
    now: Timestamp,
) -> Result<PlannedDeliveries, StoreError> {
    let (limit, room) = (i64::from(limit), i64::from(room));
    let Some(planned) = locked_plan(conn, tenant).await? else {
        return Ok(PlannedDeliveries::default());
    };
    if !has_subscribers(conn, tenant).await? {
        let end = feed::end(conn, tenant).await?;
        write_plan(conn, tenant, end).await?;
        return Ok(PlannedDeliveries::default());
    }
    let all = FeedFilter::default();
    let look = Look { tenant, after: planned, filter: &all, limit };
    let news = look.find::<Head>(conn, Head::COLUMNS).await?;
    let straggler = straggler(conn, tenant, room).await?;
    let replay = replay::next(conn, tenant, room).await?;

    let named: Vec<_> = straggler.iter().chain(replay.iter().map(|replay| &replay.endpoint)).collect();
    let subscribers = locked_subscribers(conn, tenant, &news.rows, &named).await?;
    let mut plan = Plan { room, ..Plan::default() };
    for subscriber in subscribers.values().filter(|subscriber| subscriber.behind_at.is_none()) {
        plan.keep_up(subscriber, &news.rows, planned)?;
    }
    if let Some(straggler) = straggler.as_ref().and_then(|id| subscribers.get(id)) {
        catch_up(conn, tenant, straggler, news.through, limit, &mut plan).await?;
    }
    if let Some(replay) = &replay
        && let Some(subscriber) = subscribers.get(&replay.endpoint)
    {
        repeat(conn, tenant, subscriber, replay, limit, &mut plan).await?;
    }
    let more = news.through < news.end || straggler.is_some() || replay.is_some();
    let added = plan.write(conn, now).await?;
    write_plan(conn, tenant, news.through).await?;
    Ok(PlannedDeliveries { added, more })
}

/// The position planned so far, unless somebody else plans for the tenant or nobody needs to.
async fn locked_plan(conn: &mut Connection, tenant: &TenantId) -> Result<Option<i64>, StoreError> {
    let planned = sqlx::query_scalar(concat!(
        "SELECT planned_position FROM webhook_plans WHERE tenant = $1",
        unless_locked!(),
    ))
    .bind(tenant.as_str())
    .fetch_optional(conn)
    .await?;
    Ok(planned)
}

async fn write_plan(conn: &mut Connection, tenant: &TenantId, planned: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE webhook_plans SET planned_position = $2 WHERE tenant = $1")
        .bind(tenant.as_str())
        .bind(planned)
        .execute(conn)
        .await?;
    Ok(())
}

async fn has_subscribers(conn: &mut Connection, tenant: &TenantId) -> Result<bool, StoreError> {
    let one: Option<String> = sqlx::query_scalar(
        "SELECT id FROM webhook_endpoints WHERE tenant = $1 AND status = 'enabled' LIMIT 1",
    )
    .bind(tenant.as_str())
    .fetch_optional(conn)
    .await?;
    Ok(one.is_some())
}

/// The endpoint that is furthest behind and has room.
async fn straggler(
    conn: &mut Connection,
    tenant: &TenantId,
    room: i64,
) -> Result<Option<String>, StoreError> {
    let id = sqlx::query_scalar(
        "SELECT id FROM webhook_endpoints
         WHERE tenant = $1 AND behind_at IS NOT NULL AND pending <= $2
         ORDER BY behind_at LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(room / 2)
    .fetch_optional(conn)
    .await?;
    Ok(id)
}

/// Enabled endpoints that may want some of these events, and those named, by id.
async fn locked_subscribers(
    conn: &mut Connection,
    tenant: &TenantId,
    events: &[Head],
    named: &[&String],
) -> Result<BTreeMap<String, Subscriber>, StoreError> {
    let tasks: BTreeSet<_> = events.iter().filter_map(|event| event.task.as_deref()).collect();
    let rows: Vec<Subscriber> = sqlx::query_as(concat!(
        "SELECT id, event_types, task, begins_after, behind_at, pending FROM webhook_endpoints
         WHERE tenant = $1 AND status = 'enabled' AND (task IS NULL OR task IN ",
        words!("$2"),
        " OR id IN ",
        words!("$3"),
        ") ORDER BY id",
        locked!(),
    ))
    .bind(tenant.as_str())
    .bind(to_json(&tasks)?)
    .bind(to_json(named)?)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Brings an endpoint nearer to `planned`.
async fn catch_up(
    conn: &mut Connection,
    tenant: &TenantId,
    straggler: &Subscriber,
    planned: i64,
    limit: i64,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    let Some(after) = straggler.behind_at else { return Ok(()) };
    let all = FeedFilter::default();
    let look = Look { tenant, after, filter: &all, limit: limit.min(straggler.free(plan.room)).max(1) };
    let mut found = look.find::<Head>(conn, Head::COLUMNS).await?;
    found.rows.retain(|event| event.position <= planned);
    let mut wanted = straggler.wanted(&found.rows)?;
    let known = known(conn, straggler, &wanted, true).await?;
    wanted.retain(|event| !known.contains(&event.position));
    plan.add(straggler, &wanted);
    plan.behind(straggler, (found.through < planned).then_some(found.through));
    Ok(())
}

/// Takes a replay further.
async fn repeat(
    conn: &mut Connection,
    tenant: &TenantId,
    subscriber: &Subscriber,
    replay: &ReplayRow,
    limit: i64,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    let free = subscriber.free(plan.room) - plan.added(subscriber);
    let filter = replay.filter()?;
    let look = Look { tenant, after: replay.after_position, filter: &filter, limit: limit.min(free).max(1) };
    let mut found = look.find::<Head>(conn, Head::COLUMNS).await?;
    found.rows.retain(|event| event.position <= replay.last_position && replay.reaches(event.at));
    let mut wanted = subscriber.wanted(&found.rows)?;
    let known = known(conn, subscriber, &wanted, false).await?;
    wanted.retain(|event| !known.contains(&event.position));
    plan.add(subscriber, &wanted);
    replay::progress(conn, replay, found.through).await
}

/// Which of the events have a delivery to the endpoint: any, or one that is open.
async fn known(
    conn: &mut Connection,
    subscriber: &Subscriber,
    events: &[&Head],
    any: bool,
) -> Result<HashSet<i64>, StoreError> {
    #[derive(serde::Serialize)]
    struct Position {
        position: i64,
    }
    let positions: Vec<_> = events.iter().map(|event| Position { position: event.position }).collect();
    let known: Vec<i64> = sqlx::query_scalar(concat!(
        "SELECT known.position FROM ",
        given!("$1"; position: bigint),
        " CROSS JOIN webhook_deliveries AS known
         WHERE known.endpoint = $2 AND known.position = given.position AND (known.ended_at IS NULL OR $3)",
    ))
    .bind(to_json(&positions)?)
    .bind(&subscriber.id)
    .bind(any)
    .fetch_all(conn)
    .await?;
    Ok(known.into_iter().collect())
}

/// A delivery to be written, by the names the statement reads.
#[derive(serde::Serialize)]
struct NewRow {
    endpoint: String,
    position: i64,
    event: String,
    kind: String,
    lane: String,
    /// Whether it is the first of its lane here.
    leads: bool,
}

/// How an endpoint is afterwards, by the names the statement reads.
#[derive(serde::Serialize)]
struct Planned {
    id: String,
    added: i64,
    behind: Option<i64>,
}

/// All that one transaction plans.
#[derive(Default)]
struct Plan {
    /// Deliveries of one endpoint that may be pending.
    room: i64,
    rows: Vec<NewRow>,
    lanes: HashSet<(String, String)>,
    endpoints: BTreeMap<String, Planned>,
}

impl Plan {
    /// Plans the news for an endpoint that keeps up, or leaves it behind where it was.
    fn keep_up(&mut self, subscriber: &Subscriber, news: &[Head], planned: i64) -> Result<(), StoreError> {
        let mut wanted = subscriber.wanted(news)?;
        wanted.retain(|event| event.position > subscriber.begins_after);
        if i64::try_from(wanted.len()).unwrap_or(i64::MAX) > subscriber.free(self.room) {
            self.behind(subscriber, Some(planned.max(subscriber.begins_after)));
        } else {
            self.add(subscriber, &wanted);
        }
        Ok(())
    }

    fn add(&mut self, subscriber: &Subscriber, events: &[&Head]) {
        if events.is_empty() {
            return;
        }
        for event in events {
            let lane = (subscriber.id.clone(), event.lane().to_owned());
            self.rows.push(NewRow {
                endpoint: subscriber.id.clone(),
                position: event.position,
                event: event.id.clone(),
                kind: event.kind.clone(),
                lane: lane.1.clone(),
                leads: self.lanes.insert(lane),
            });
        }
        self.of(subscriber).added += i64::try_from(events.len()).unwrap_or(0);
    }

    fn behind(&mut self, subscriber: &Subscriber, at: Option<i64>) {
        self.of(subscriber).behind = at;
    }

    fn added(&self, subscriber: &Subscriber) -> i64 {
        self.endpoints.get(&subscriber.id).map_or(0, |planned| planned.added)
    }

    fn of(&mut self, subscriber: &Subscriber) -> &mut Planned {
        self.endpoints.entry(subscriber.id.clone()).or_insert_with(|| Planned {
            id: subscriber.id.clone(),
            added: 0,
            behind: subscriber.behind_at,
        })
    }

    /// Writes it; answers how many deliveries were added.
    async fn write(self, conn: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
        if self.endpoints.is_empty() {
            return Ok(0);
        }
        sqlx::query(concat!(
            "INSERT INTO webhook_deliveries (endpoint, position, event, kind, lane, status, due_at, created_at)
             SELECT endpoint, position, event, kind, lane, CASE WHEN leads THEN 'due' ELSE 'waiting' END,
                 CASE WHEN leads THEN $2 END, $2
             FROM (SELECT given.endpoint, given.position, given.event, given.kind, given.lane,
                       given.leads AND NOT EXISTS (
                           SELECT 1 FROM webhook_deliveries AS before
                           WHERE before.endpoint = given.endpoint AND before.lane = given.lane
                             AND before.ended_at IS NULL) AS leads
                   FROM ",
            given!("$1"; endpoint: text, position: bigint, event: text, kind: text, lane: text, leads: boolean),
            ") AS planned
             WHERE TRUE
             ON CONFLICT (endpoint, position) DO UPDATE
             SET status = excluded.status, attempts = 0, due_at = excluded.due_at, created_at = excluded.created_at,
                 ended_at = NULL",
        ))
        .bind(to_json(&self.rows)?)
        .bind(now.as_millisecond())
        .execute(&mut *conn)
        .await?;
        sqlx::query(concat!(
            "UPDATE webhook_endpoints
             SET pending = pending + given.added, behind_at = given.behind, due_at = (
                 SELECT min(due.due_at) FROM webhook_deliveries AS due
                 WHERE due.endpoint = webhook_endpoints.id AND due.status = 'due')
             FROM ",
            given!("$1"; id: text, added: bigint, behind: bigint),
            " WHERE webhook_endpoints.id = given.id",
        ))
        .bind(to_json(&self.endpoints.values().collect::<Vec<_>>())?)
        .execute(conn)
        .await?;
        number(i64::try_from(self.rows.len()).unwrap_or(i64::MAX), "webhook_deliveries")
    }
}
