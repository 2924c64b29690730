//! Emergency stops: one row that everything which dials looks at, and the tasks it is for, woken.
//!
//! From the moment the row is there nobody is dialed for a task that was there before. Whoever works on such a task sees
//! that and has it stopped, wherever that was left off.

use super::{Connection, task};
use crate::row::{number, time, to_json, word};
use crate::{EmergencyStop, StoreError};
use outdial_model::{EmergencyStopId, TaskStatus, TenantId, Timestamp};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    at: i64,
    actor: String,
    tasks: i64,
}

pub(super) async fn halt(
    conn: &mut Connection,
    tenant: &TenantId,
    actor: &str,
    now: Timestamp,
) -> Result<EmergencyStop, StoreError> {
    let open: Vec<_> = TaskStatus::ALL.iter().filter(|status| !status.is_final()).collect();
    // In one order, so that whoever locks several of them as well waits and is not in each other's way.
    let tasks: Vec<(String, i64)> = sqlx::query_as(concat!(
        "SELECT id, created_at FROM tasks WHERE tenant = $1 AND status IN ",
        words!("$2"),
        " ORDER BY id",
        locked!(),
    ))
    .bind(tenant.as_str())
    .bind(to_json(&open)?)
    .fetch_all(&mut *conn)
    .await?;
    let (ids, created): (Vec<_>, Vec<_>) = tasks.into_iter().unzip();
    task::wake_all(conn, &ids, now).await?;
    let before = last(conn, tenant).await?.map(|stop| stop.at);
    let newest = created.into_iter().max().map(|at| time(at, "tasks.created_at")).transpose()?;
    let at = [before, newest].into_iter().flatten().fold(now, Timestamp::max);
    let stop = EmergencyStop {
        id: EmergencyStopId::generate(now),
        at,
        actor: actor.to_owned(),
        tasks: u64::try_from(ids.len()).unwrap_or(u64::MAX),
    };
    sqlx::query(
        "INSERT INTO emergency_stops (tenant, id, at, actor, tasks) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant) DO UPDATE
         SET id = excluded.id, at = excluded.at, actor = excluded.actor, tasks = excluded.tasks",
    )
    .bind(tenant.as_str())
    .bind(stop.id.as_str())
    .bind(stop.at.as_millisecond())
    .bind(actor)
    .bind(i64::try_from(stop.tasks).unwrap_or(i64::MAX))
    .execute(conn)
    .await?;
    Ok(stop)
}

pub(super) async fn last(
    conn: &mut Connection,
    tenant: &TenantId,
) -> Result<Option<EmergencyStop>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT id, at, actor, tasks FROM emergency_stops WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_optional(conn)
            .await?;
    row.map(|row| {
        Ok(EmergencyStop {
            id: word(&row.id, "emergency_stops.id")?,
            at: time(row.at, "emergency_stops.at")?,
            actor: row.actor,
            tasks: number(row.tasks, "emergency_stops.tasks")?,
        })
    })
    .transpose()
}

/// Whether an emergency stop is for what was made then.
pub(super) async fn is_halted(
    conn: &mut Connection,
    tenant: &str,
    created_at: i64,
) -> Result<bool, StoreError> {
    let halted: i64 =
        sqlx::query_scalar("SELECT count(*) FROM emergency_stops WHERE tenant = $1 AND at >= $2")
            .bind(tenant)
            .bind(created_at)
            .fetch_one(conn)
            .await?;
    Ok(halted > 0)
}

/// Whoever has or had a task.
pub(super) async fn tenants(conn: &mut Connection) -> Result<Vec<TenantId>, StoreError> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let page: Vec<String> =
            sqlx::query_scalar("SELECT tenant FROM event_logs WHERE tenant > $1 ORDER BY tenant LIMIT 500")
                .bind(all.last().map_or("", String::as_str))
                .fetch_all(&mut *conn)
                .await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    all.iter().map(|tenant| word(tenant, "event_logs.tenant")).collect()
}
