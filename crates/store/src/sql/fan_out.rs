//! Planning: copying what endpoints want from their tenant's log into deliveries.
//!
//! Endpoints that keep up share one place in the log, the tenant's plan, so that a batch of events is read once for
//! all of them. One without room for what it wants is left behind at its own place, and catches up by itself
//! when it has room again: a receiver that is down fills a bounded number of rows, and the log keeps the rest.
//!
//! Whoever plans holds the lock of the tenant's plan, and then of the endpoints it plans for, in their order.

use super::batch::{Head, Plan, Subscriber};
use super::feed::Look;
use super::replay::{self, ReplayRow};
use super::{Connection, feed};
use crate::row::{to_json, word};
use crate::{FeedFilter, Page, PlannedDeliveries, StoreError};
use outdial_model::{TenantId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Deliveries for those who keep up, for each event that may be read, that go into one transaction at most.
const WIDTH: usize = 20;

/// Tenants for whom there is something to plan, by id.
pub(super) async fn tenants(
    conn: &mut Connection,
    room: u32,
    page: &Page<TenantId>,
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
         WHERE tenant > $2 ORDER BY tenant LIMIT $3",
    )
    .bind(i64::from(room / 2))
    .bind(page.after.as_ref().map_or("", TenantId::as_str))
    .bind(i64::from(page.limit))
    .fetch_all(conn)
    .await?;
    tenants.iter().map(|tenant| word(tenant, "webhook_plans.tenant")).collect()
}

/// Plans the next `limit` events of the tenant's log, fewer where very many endpoints want them, and as many for one
/// endpoint that is behind and for one replay.
pub(super) async fn plan(
    conn: &mut Connection,
    tenant: &TenantId,
    limit: u32,
    room: u32,
    now: Timestamp,
) -> Result<PlannedDeliveries, StoreError> {
    let most = WIDTH.saturating_mul(usize::try_from(limit).unwrap_or(usize::MAX));
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
    let mut plan = Plan::within(room);
    let mut keeping_up = Vec::new();
    for subscriber in subscribers.values().filter(|subscriber| subscriber.behind_at.is_none()) {
        keeping_up.push((subscriber, subscriber.news(&news.rows)?));
    }
    let through = reach(&keeping_up, most).unwrap_or(news.through);
    for (subscriber, mut wanted) in keeping_up {
        wanted.retain(|event| event.position <= through);
        plan.keep_up(subscriber, &wanted, planned);
    }
    if let Some(straggler) = straggler.as_ref().and_then(|id| subscribers.get(id)) {
        catch_up(conn, tenant, straggler, through, limit, &mut plan).await?;
    }
    if let Some(replay) = &replay
        && let Some(subscriber) = subscribers.get(&replay.endpoint)
    {
        repeat(conn, tenant, subscriber, replay, limit, &mut plan).await?;
    }
    let more = through < news.end || straggler.is_some() || replay.is_some();
    let added = plan.write(conn, now).await?;
    write_plan(conn, tenant, through).await?;
    Ok(PlannedDeliveries { added, more })
}

/// Where the news have to be cut so that no more than `most` deliveries are made of them at once, but one event's in any
/// case.
fn reach(wanted: &[(&Subscriber, Vec<&Head>)], most: usize) -> Option<i64> {
    let mut widths: BTreeMap<i64, usize> = BTreeMap::new();
    for event in wanted.iter().flat_map(|(_, events)| events) {
        *widths.entry(event.position).or_default() += 1;
    }
    let first = widths.keys().next().copied();
    let mut deliveries = 0;
    for (position, width) in widths {
        deliveries += width;
        if deliveries > most && Some(position) != first {
            return Some(position - 1);
        }
    }
    None
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
    if free <= 0 {
        return Ok(());
    }
    let filter = replay.filter()?;
    let look = Look { tenant, after: replay.after_position, filter: &filter, limit: limit.min(free) };
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
