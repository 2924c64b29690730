//! Segments: opening them, reading them, and what is learned of them.

use super::{Connection, task};
use crate::row::{SegmentRow, millis, number, to_json, word};
use crate::{SegmentChange, StoreError};
use outdial_model::{Segment, SegmentId, SegmentStatus, TaskId, TenantId, Timestamp};

fn nouns(rows: Vec<SegmentRow>) -> Result<Vec<Segment>, StoreError> {
    rows.into_iter().map(Segment::try_from).collect()
}

/// All segments of a task, oldest first.
pub(super) async fn all(
    conn: &mut Connection,
    tenant: &TenantId,
    task: &TaskId,
) -> Result<Vec<Segment>, StoreError> {
    task::row(conn, tenant, task).await?;
    let rows = sqlx::query_as("SELECT * FROM segments WHERE task = $1 ORDER BY sequence")
        .bind(task.as_str())
        .fetch_all(conn)
        .await?;
    nouns(rows)
}

/// Those that are not final, oldest first.
pub(super) async fn open(conn: &mut Connection, task: &TaskId) -> Result<Vec<Segment>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT * FROM segments
         WHERE task = $1 AND status NOT IN ('completed', 'stopped', 'failed')
         ORDER BY sequence",
    )
    .bind(task.as_str())
    .fetch_all(conn)
    .await?;
    nouns(rows)
}

/// How many segments the task ever had.
pub(super) async fn opened(conn: &mut Connection, task: &TaskId) -> Result<u32, StoreError> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(sequence) FROM segments WHERE task = $1")
        .bind(task.as_str())
        .fetch_one(conn)
        .await?;
    number(last.unwrap_or(0), "segments.sequence")
}

pub(super) async fn read(
    conn: &mut Connection,
    task: &TaskId,
    id: &SegmentId,
) -> Result<Segment, StoreError> {
    let row: Option<SegmentRow> = sqlx::query_as("SELECT * FROM segments WHERE id = $1 AND task = $2")
        .bind(id.as_str())
        .bind(task.as_str())
        .fetch_optional(conn)
        .await?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

/// Takes over a vendor's task, unless a task of ours has it already.
pub(super) async fn adopt(conn: &mut Connection, segment: &Segment) -> Result<(), StoreError> {
    let taken: Option<(String, String)> =
        sqlx::query_as("SELECT task, tenant FROM segments WHERE account = $1 AND vendor_ref = $2 LIMIT 1")
            .bind(segment.account.as_str())
            .bind(&segment.vendor_ref)
            .fetch_optional(&mut *conn)
            .await?;
    if let Some((task, tenant)) = taken {
        let foreign = tenant != segment.tenant.as_str();
        let existing = if foreign { "a task of another tenant".to_owned() } else { task };
        return Err(StoreError::ExternalIdTaken { existing });
    }
    insert(conn, segment).await
}

pub(super) async fn insert(conn: &mut Connection, segment: &Segment) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO segments
             (id, tenant, task, account, sequence, vendor_ref, status, raw_status, adopted, contacts,
              open_contacts, opened_at, not_before, polled_at, ended_at, spec_revision, verified_at, hours)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(segment.id.as_str())
    .bind(segment.tenant.as_str())
    .bind(segment.task.as_str())
    .bind(segment.account.as_str())
    .bind(i64::from(segment.sequence))
    .bind(&segment.vendor_ref)
    .bind(segment.status.as_str())
    .bind(&segment.raw_status)
    .bind(segment.adopted)
    .bind(i64::from(segment.contacts))
    .bind(i64::from(segment.open_contacts))
    .bind(segment.opened_at.as_millisecond())
    .bind(millis(segment.not_before))
    .bind(millis(segment.polled_at))
    .bind(millis(segment.ended_at))
    .bind(segment.spec_revision)
    .bind(millis(segment.verified_at))
    .bind(segment.hours.as_ref().map(to_json).transpose()?)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what was learned of a segment of the task; tells whether a client can see a difference. One with people who
/// are still out is not over, whatever was read before they were.
pub(super) async fn learn(
    conn: &mut Connection,
    task: &TaskId,
    change: &SegmentChange,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let before: Option<(String, Option<String>, Option<String>, i64)> = sqlx::query_as(
        "SELECT status, vendor_ref, raw_status, open_contacts FROM segments WHERE id = $1 AND task = $2",
    )
    .bind(change.id.as_str())
    .bind(task.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((status, vendor_ref, raw_status, out)) = before else {
        return Ok(false);
    };
    let old: SegmentStatus = word(&status, "segments.status")?;
    let told =
        change.status.map(|told| if told.is_final() && out > 0 { SegmentStatus::Ending } else { told });
    let new = told.filter(|_| !old.is_final()).unwrap_or(old);
    let new_ref = change.vendor_ref.as_ref().or(vendor_ref.as_ref());
    let new_raw = change.raw_status.as_ref().or(raw_status.as_ref());
    sqlx::query(
        "UPDATE segments
         SET status = $2, vendor_ref = $3, raw_status = $4, polled_at = coalesce($5, polled_at),
             ended_at = CASE WHEN $6 IS NULL THEN NULL ELSE coalesce(ended_at, $6) END,
             spec_revision = coalesce($7, spec_revision), verified_at = coalesce($8, verified_at)
         WHERE id = $1",
    )
    .bind(change.id.as_str())
    .bind(new.as_str())
    .bind(new_ref)
    .bind(new_raw)
    .bind(millis(change.polled.then_some(now)))
    .bind(millis((new.is_final() || new == SegmentStatus::Ending).then_some(now)))
    .bind(change.spec_revision)
    .bind(millis(change.verified.then_some(now)))
    .execute(conn)
    .await?;
    Ok(new != old || new_ref != vendor_ref.as_ref() || new_raw != raw_status.as_ref())
}
