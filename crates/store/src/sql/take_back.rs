//! Taking people back: at once where they are with us, through their vendor where they are out.

use super::event::News;
use super::{Connection, moving, task};
use crate::StoreError;
use crate::moves::{Moves, Next};
use crate::row::to_json;
use outdial_model::{ContactId, ContactStatus, TaskId, Timestamp, Why};

/// Ends those that are with us so, and asks for the others to be cancelled where they are; tells whether that is news to
/// anybody.
pub(super) async fn all(
    conn: &mut Connection,
    task: &TaskId,
    people: &[ContactId],
    (status, why): (ContactStatus, Why),
    news: &mut News,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut standings = moving::standings(conn, task, &people.iter().collect::<Vec<_>>()).await?;
    let (mut moves, mut out) = (Moves::at(now), Vec::new());
    for id in people {
        let Some(standing) = standings.get_mut(id) else { continue };
        if standing.status.is_ours() {
            moves.add(standing, Next::because(status, why));
        } else if standing.status.is_out() && !standing.cancel_requested {
            out.push(id);
        }
    }
    moving::write(conn, task, &mut moves, news, now).await?;
    let asked = sqlx::query(concat!(
        "UPDATE contacts SET cancel_requested = TRUE, cancel_cause = $3, updated_at = $2
         WHERE cancel_requested = FALSE AND id IN ",
        words!("$1"),
    ))
    .bind(to_json(&out)?)
    .bind(now.as_millisecond())
    .bind(why.cause.as_str())
    .execute(&mut *conn)
    .await?;
    let asked = i64::try_from(asked.rows_affected()).unwrap_or(i64::MAX);
    task::count_cancels(conn, task, asked).await?;
    Ok(asked > 0 || !moves.is_empty())
}
