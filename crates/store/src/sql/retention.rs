//! Forgetting people whose task ended long ago: they are put on the list of those who are erased, a page at a time.

use super::{Connection, erasure, task};
use crate::StoreError;
use crate::row::{json, to_json, word};
use outdial_model::{ErasureId, TaskId, TenantId, Timestamp};

/// Puts people of one task that ended before `ended` on the list, at most `limit`; tells whether there was such a task.
pub(super) async fn step(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &ErasureId,
    ended: Timestamp,
    limit: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let next: Option<String> = sqlx::query_scalar(
        "SELECT id FROM tasks WHERE tenant = $1 AND ended_at IS NOT NULL AND ended_at < $2 AND retired_at IS NULL
         ORDER BY ended_at LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(ended.as_millisecond())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(next) = next else { return Ok(false) };
    let task: TaskId = word(&next, "tasks.id")?;
    task::lock(conn, tenant, &task).await?;
    let Some((from, put_some)) = place(conn, &task).await? else { return Ok(true) };
    let page: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT status, id, erased_at IS NOT NULL FROM contacts WHERE task = $1 AND (status, id) > ($2, $3)
         ORDER BY status, id LIMIT $4",
    )
    .bind(task.as_str())
    .bind(&from.0)
    .bind(&from.1)
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await?;
    let people: Vec<_> = page.iter().filter(|(.., erased)| !erased).map(|(_, id, _)| id.as_str()).collect();
    let put_some = put_some | put_down(conn, tenant, &task, id, &people, now).await?;
    let last = page.last().map_or(from, |(status, id, _)| (status.clone(), id.clone()));
    let is_last = page.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    // Whoever got another status meanwhile may stand behind the walk: it is over when it met nobody new.
    let again = is_last && put_some;
    sqlx::query("UPDATE tasks SET retired_to = $2, retired_some = $3, retired_at = $4 WHERE id = $1")
        .bind(task.as_str())
        .bind(to_json(&if again { Place::default() } else { last })?)
        .bind(put_some && !again)
        .bind((is_last && !again).then_some(now.as_millisecond()))
        .execute(conn)
        .await?;
    Ok(true)
}

/// A status and an id.
type Place = (String, String);

/// Whom to go on after, and whether this walk has put anybody down; `None` when another process has come to the end.
async fn place(conn: &mut Connection, task: &TaskId) -> Result<Option<(Place, bool)>, StoreError> {
    let row: Option<(String, bool)> =
        sqlx::query_as("SELECT retired_to, retired_some FROM tasks WHERE id = $1 AND retired_at IS NULL")
            .bind(task.as_str())
            .fetch_optional(conn)
            .await?;
    let Some((place, put_some)) = row else { return Ok(None) };
    Ok(Some((json(&place, "tasks.retired_to")?, put_some)))
}

/// Puts those on the list who are not on it because somebody asked for it; tells whether there were any.
async fn put_down(
    conn: &mut Connection,
    tenant: &TenantId,
    task: &TaskId,
    id: &ErasureId,
    people: &[&str],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let put = sqlx::query(concat!(
        "INSERT INTO erasing (erasure, contact, tenant, task, due_at)
         SELECT $1, wanted.value, $2, $3, $4 FROM ",
        wanted!("$5"),
        " WHERE NOT EXISTS (SELECT 1 FROM erasing AS there WHERE there.contact = wanted.value)",
    ))
    .bind(id.as_str())
    .bind(tenant.as_str())
    .bind(task.as_str())
    .bind(now.as_millisecond())
    .bind(to_json(people)?)
    .execute(&mut *conn)
    .await?
    .rows_affected();
    if put > 0 {
        erasure::write(conn, tenant, id, put, now).await?;
    }
    Ok(put > 0)
}
