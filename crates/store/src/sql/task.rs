//! Tasks: accepting one, reading it, changing what is asked of it and what is confirmed.

use super::event::News;
use super::{Connection, counter, intake, segment};
use crate::moves::NewEvent;
use crate::row::{TaskRow, millis, number, to_json, word};
use crate::vault::Vault;
use crate::{Begin, Destination, NewContact, NewTask, StoreError, TaskPatch, meaning};
use outdial_model::{
    Cause, DesiredStatus, EventId, EventType, Task, TaskId, TaskStatus, TenantId, Timestamp,
};
use serde_json::json;

const ROW: &str = "SELECT * FROM tasks WHERE id = $1 AND tenant = $2";

/// The task to look at.
pub(super) async fn row(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
) -> Result<TaskRow, StoreError> {
    one(conn, ROW, tenant, id).await
}

/// The task to change: until the end of the transaction nobody else changes it or anything of it.
pub(super) async fn lock(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
) -> Result<TaskRow, StoreError> {
    const LOCKED: &str = concat!("SELECT * FROM tasks WHERE id = $1 AND tenant = $2", locked!());
    one(conn, LOCKED, tenant, id).await
}

async fn one(
    conn: &mut Connection,
    statement: &'static str,
    tenant: &TenantId,
    id: &TaskId,
) -> Result<TaskRow, StoreError> {
    sqlx::query_as(statement)
        .bind(id.as_str())
        .bind(tenant.as_str())
        .fetch_optional(conn)
        .await?
        .ok_or(StoreError::NotFound)
}

/// The task with its counts.
pub(super) async fn read(conn: &mut Connection, tenant: &TenantId, id: &TaskId) -> Result<Task, StoreError> {
    let row = row(conn, tenant, id).await?;
    let mut tasks = with_counts(conn, vec![row]).await?;
    tasks.pop().ok_or(StoreError::NotFound)
}

pub(super) async fn with_counts(conn: &mut Connection, rows: Vec<TaskRow>) -> Result<Vec<Task>, StoreError> {
    let ids: Vec<_> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut counts = counter::read(conn, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let counts = counts.remove(row.id.as_str()).unwrap_or_default();
            row.with(counts)
        })
        .collect()
}

pub(super) async fn create(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    task: &NewTask,
    contacts: &[NewContact],
    now: Timestamp,
) -> Result<Task, StoreError> {
    if let Some(external_id) = &task.external_id {
        let taken: Option<String> =
            sqlx::query_scalar("SELECT id FROM tasks WHERE tenant = $1 AND external_id = $2")
                .bind(tenant.as_str())
                .bind(external_id)
                .fetch_optional(&mut *conn)
                .await?;
        if let Some(existing) = taken {
            return Err(StoreError::ExternalIdTaken { existing });
        }
    }
    sqlx::query(
        "INSERT INTO tasks
             (id, tenant, external_id, account, spec, status, desired, created_at, updated_at, redial_of,
              redial_dispositions, redial_people, redial_through, route, client)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(task.id.as_str())
    .bind(tenant.as_str())
    .bind(&task.external_id)
    .bind(task.account.as_str())
    .bind(to_json(&task.spec)?)
    .bind(task.status.as_str())
    .bind(task.desired.as_str())
    .bind(now.as_millisecond())
    .bind(task.redial.as_ref().map(|redial| redial.of.as_str()))
    .bind(to_json(&task.redial.iter().flat_map(|redial| &redial.dispositions).collect::<Vec<_>>())?)
    .bind(task.redial.as_ref().map_or(0, |redial| i64::try_from(redial.people).unwrap_or(i64::MAX)))
    .bind(task.redial.as_ref().map(|_| ""))
    .bind(task.route.as_ref().map(to_json).transpose()?)
    .bind(&task.client)
    .execute(&mut *conn)
    .await?;
    if let Some(adopted) = &task.adopted {
        segment::adopt(conn, adopted).await?;
    }
    let mut news = News::default();
    let data = json!({"status": task.status, "desired_status": task.desired});
    tell(conn, &task.id, EventType::TaskCreated, data, &mut news, now).await?;
    let whose = (&task.id, task.spec.purpose.as_ref(), Cause::Requested);
    intake::insert(conn, vault, tenant, whose, contacts, &mut news, now).await?;
    wake(conn, &task.id, now).await?;
    let created = read(conn, tenant, &task.id).await?;
    news.write(conn, tenant, Some(&task.id), now).await?;
    Ok(created)
}

pub(super) async fn patch(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
    patch: &TaskPatch,
    revision: Option<i64>,
    now: Timestamp,
) -> Result<Task, StoreError> {
    let row = lock(conn, tenant, id).await?;
    if revision.is_some_and(|known| known != row.revision) {
        return Err(StoreError::Stale);
    }
    sqlx::query("UPDATE tasks SET spec = $2, spec_revision = spec_revision + 1 WHERE id = $1")
        .bind(id.as_str())
        .bind(to_json(&patch.spec)?)
        .execute(&mut *conn)
        .await?;
    let data = json!({"status": row.status, "desired_status": row.desired});
    let mut news = News::default();
    tell(conn, id, EventType::TaskUpdated, data, &mut news, now).await?;
    touch(conn, id, now).await?;
    wake(conn, id, now).await?;
    let patched = read(conn, tenant, id).await?;
    news.write(conn, tenant, Some(id), now).await?;
    Ok(patched)
}

pub(super) async fn begin(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
    begin: Begin,
    allowed: &[TaskStatus],
    now: Timestamp,
) -> Result<Task, StoreError> {
    let row = lock(conn, tenant, id).await?;
    let status: TaskStatus = word(&row.status, "tasks.status")?;
    if !allowed.contains(&status) {
        return Err(StoreError::WrongState { status: status.as_str() });
    }
    sqlx::query("UPDATE tasks SET desired = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(begin.desired.as_str())
        .execute(&mut *conn)
        .await?;
    let mut news = News::default();
    turn(conn, &row, begin.status, row.trouble.as_deref(), &mut news, now).await?;
    wake(conn, id, now).await?;
    let begun = read(conn, tenant, id).await?;
    news.write(conn, tenant, Some(id), now).await?;
    Ok(begun)
}

/// Has a task dial with another account from now on. Nothing that was planned for the one before is sent: it was made from
/// another edition of the spec.
pub(super) async fn move_to(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
    to: &Destination,
    allowed: &[TaskStatus],
    now: Timestamp,
) -> Result<Task, StoreError> {
    let row = lock(conn, tenant, id).await?;
    let status: TaskStatus = word(&row.status, "tasks.status")?;
    if !allowed.contains(&status) || row.account != to.from.as_str() {
        return Err(StoreError::WrongState { status: status.as_str() });
    }
    sqlx::query(
        "UPDATE tasks SET account = $2, route = $3, trouble = NULL, spec_revision = spec_revision + 1 WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(to.account.as_str())
    .bind(to.route.as_ref().map(to_json).transpose()?)
    .execute(&mut *conn)
    .await?;
    // Its turns there say nothing of those elsewhere.
    sqlx::query("DELETE FROM line_claims WHERE task = $1").bind(id.as_str()).execute(&mut *conn).await?;
    let route = to.route.as_ref().map(|route| &route.name);
    let data = json!({"status": row.status, "from": to.from, "account": to.account, "route": route, "reason": to.why});
    let mut news = News::default();
    tell(conn, id, EventType::TaskMoved, data, &mut news, now).await?;
    touch(conn, id, now).await?;
    wake(conn, id, now).await?;
    let moved = read(conn, tenant, id).await?;
    news.write(conn, tenant, Some(id), now).await?;
    Ok(moved)
}

/// Gives a task another status, or the same with other trouble, and tells it in `news`.
pub(super) async fn turn(
    conn: &mut Connection,
    row: &TaskRow,
    to: TaskStatus,
    trouble: Option<&str>,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id: TaskId = word(&row.id, "tasks.id")?;
    let started = row.started_at.or((to == TaskStatus::Running).then(|| now.as_millisecond()));
    sqlx::query(
        "UPDATE tasks SET status = $2, trouble = $3, started_at = $4, ended_at = coalesce(ended_at, $5)
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(to.as_str())
    .bind(trouble)
    .bind(started)
    .bind(millis(to.is_final().then_some(now)))
    .execute(&mut *conn)
    .await?;
    if row.status != to.as_str()
        && let Some(kind) = meaning::of_task(to, row.started_at.is_some())
    {
        let data = json!({"status": to, "previous_status": row.status, "reason": trouble});
        tell(conn, &id, kind, data, news, now).await?;
    }
    touch(conn, &id, now).await
}

/// Numbers an event of the task itself.
async fn tell(
    conn: &mut Connection,
    task: &TaskId,
    kind: EventType,
    data: serde_json::Value,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sequence: i64 =
        sqlx::query_scalar("UPDATE tasks SET last_event = last_event + 1 WHERE id = $1 RETURNING last_event")
            .bind(task.as_str())
            .fetch_one(conn)
            .await?;
    news.tell(NewEvent {
        id: EventId::generate(now),
        contact: None,
        call: None,
        kind,
        sequence: number(sequence, "tasks.last_event")?,
        data,
    });
    Ok(())
}

/// Something a client can see has changed.
pub(super) async fn touch(conn: &mut Connection, id: &TaskId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE tasks SET revision = revision + 1, updated_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(conn)
        .await?;
    Ok(())
}

/// The task is due at once, also when somebody works on it just now.
pub(super) async fn wake(conn: &mut Connection, id: &TaskId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE tasks
         SET wakes = wakes + 1, due_at = CASE WHEN due_at < $2 THEN due_at ELSE $2 END
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

/// The same for several.
pub(super) async fn wake_all(
    conn: &mut Connection,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE tasks
         SET wakes = wakes + 1, due_at = CASE WHEN due_at < $2 THEN due_at ELSE $2 END
         WHERE id IN ",
        words!("$1"),
    ))
    .bind(to_json(&ids)?)
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the number of contacts that wait to be cancelled at the vendor.
pub(super) async fn count_cancels(conn: &mut Connection, id: &TaskId, by: i64) -> Result<(), StoreError> {
    if by != 0 {
        sqlx::query("UPDATE tasks SET cancels_pending = cancels_pending + $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(by)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Whether people may still be added.
pub(super) fn takes_contacts(row: &TaskRow) -> Result<(), StoreError> {
    let status: TaskStatus = word(&row.status, "tasks.status")?;
    if status.is_final() || status == TaskStatus::Stopping {
        return Err(StoreError::WrongState { status: status.as_str() });
    }
    Ok(())
}

/// Whether new people may be dialed for it.
pub(super) fn dials(row: &TaskRow) -> Result<bool, StoreError> {
    let status: TaskStatus = word(&row.status, "tasks.status")?;
    let desired: DesiredStatus = word(&row.desired, "tasks.desired")?;
    Ok(desired == DesiredStatus::Running && !status.is_final())
}
