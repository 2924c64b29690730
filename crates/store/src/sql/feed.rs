//! Reading a tenant's log by position.
//!
//! Each way in has an index that goes by position: the log itself, a task's events, a contact's. What is picked by
//! type is looked for in a bounded stretch of it, so that no look costs more because the log has grown.

use super::{Connection, Database, event};
use crate::row::{EventRow, number};
use crate::{Feed, FeedFilter, StoreError};
use outdial_model::{TenantId, Timestamp};
use sqlx::{FromRow, QueryBuilder};

/// Events a look goes through at most when it picks by type.
const STRETCH: i64 = 5_000;

type Query = QueryBuilder<Database>;
type Row = <Database as sqlx::Database>::Row;

/// The last position of the tenant's log.
pub(super) async fn end(conn: &mut Connection, tenant: &TenantId) -> Result<i64, StoreError> {
    let last = sqlx::query_scalar("SELECT last_position FROM event_logs WHERE tenant = $1")
        .bind(tenant.as_str())
        .fetch_optional(conn)
        .await?;
    Ok(last.unwrap_or(0))
}

pub(super) async fn feed(
    conn: &mut Connection,
    tenant: &TenantId,
    after: u64,
    filter: &FeedFilter,
    limit: u32,
) -> Result<Feed, StoreError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let look = Look { tenant, after, filter, limit: i64::from(limit) };
    let Found { rows, through, end } = look.find::<EventRow>(conn, "*").await?;
    Ok(Feed {
        events: event::with_metadata(conn, rows).await?,
        through: number(through, "events.position")?,
        more: through < end,
    })
}

/// An event's row, however much of it was read.
pub(super) trait Positioned {
    fn position(&self) -> i64;
}

impl Positioned for EventRow {
    fn position(&self) -> i64 {
        self.position
    }
}

/// What is looked for.
pub(super) struct Look<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) after: i64,
    pub(super) filter: &'a FeedFilter,
    pub(super) limit: i64,
}

/// What was found.
pub(super) struct Found<R> {
    pub(super) rows: Vec<R>,
    /// Nothing up to here was left out.
    pub(super) through: i64,
    /// The last position there was.
    pub(super) end: i64,
}

impl Look<'_> {
    /// Looks, reading these columns of each event.
    pub(super) async fn find<R>(&self, conn: &mut Connection, columns: &str) -> Result<Found<R>, StoreError>
    where
        R: Positioned + Send + Unpin + for<'r> FromRow<'r, Row>,
    {
        // First the end: what is written while the rows are read comes after it.
        let end = end(conn, self.tenant).await?;
        let picks = !self.filter.kinds.is_empty();
        let mut query = Query::new("SELECT * FROM (");
        self.stretch(&mut query, columns, if picks { STRETCH } else { self.limit });
        query.push(") AS found");
        if picks {
            query.push(" WHERE kind IN (");
            let mut kinds = query.separated(", ");
            for kind in &self.filter.kinds {
                kinds.push_bind(kind.as_str());
            }
            query.push(")");
        }
        query.push(" ORDER BY position LIMIT ").push_bind(self.limit);
        let rows: Vec<R> = query.build_query_as().fetch_all(&mut *conn).await?;
        let last = rows.last().map_or(self.after, R::position);
        let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= self.limit);
        let through = match picks {
            _ if is_full => last,
            true => self.stretch_end(conn).await?.unwrap_or(end.max(last)),
            false => end.max(last),
        };
        Ok(Found { rows, through, end })
    }

    /// Writes the next events on the way in, whatever their type.
    fn stretch(&self, query: &mut Query, columns: &str, limit: i64) {
        query.push("SELECT ").push(columns).push(" FROM events WHERE ");
        // Other ways in are to be taken by their own index, not by the log's.
        let order = match (&self.filter.contact, &self.filter.task) {
            (Some(contact), task) => {
                query.push("contact = ").push_bind(contact.as_str().to_owned());
                if let Some(task) = task {
                    query.push(" AND coalesce(task, '') = ").push_bind(task.as_str().to_owned());
                }
                query.push(" AND coalesce(tenant, '') = ");
                "sequence"
            }
            (None, Some(task)) => {
                query.push("task = ").push_bind(task.as_str().to_owned());
                query.push(" AND coalesce(tenant, '') = ");
                "position"
            }
            (None, None) => {
                query.push("tenant = ");
                "position"
            }
        };
        query.push_bind(self.tenant.as_str().to_owned());
        query.push(" AND position > ").push_bind(self.after);
        query.push(" ORDER BY ").push(order).push(" LIMIT ").push_bind(limit);
    }

    /// Where the stretch ends that was looked through; `None` when there was nothing beyond it.
    async fn stretch_end(&self, conn: &mut Connection) -> Result<Option<i64>, StoreError> {
        let mut query = Query::new("SELECT count(*), max(position) FROM (");
        self.stretch(&mut query, "position", STRETCH);
        query.push(") AS found");
        let (events, last): (i64, Option<i64>) = query.build_query_as().fetch_one(conn).await?;
        Ok(last.filter(|_| events >= STRETCH))
    }
}

/// The position before the first event that happened then or later. Clocks of processes differ a little, so that
/// some before it may have happened later, too.
pub(super) async fn place_of(
    conn: &mut Connection,
    tenant: &TenantId,
    since: Timestamp,
) -> Result<i64, StoreError> {
    // Instants ascend with positions, nearly.
    let (mut before, mut end) = (0, end(conn, tenant).await?);
    while before < end {
        let middle = before + (end - before) / 2;
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT at FROM events WHERE tenant = $1 AND position > $2 ORDER BY position LIMIT 1",
        )
        .bind(tenant.as_str())
        .bind(middle)
        .fetch_optional(&mut *conn)
        .await?;
        if at.is_some_and(|at| at < since.as_millisecond()) {
            before = middle + 1;
        } else {
            end = middle;
        }
    }
    Ok(before)
}
