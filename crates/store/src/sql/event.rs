//! Events: written with what they tell, each at its place in the tenant's log.
//!
//! Positions come from the log's row, which stays locked until the transaction is over: that is what makes them
//! visible in order. So a transaction collects its [`News`] and writes them last, what it counts just before them.

use super::{Connection, tally};
use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::{EventRow, json, to_json};
use outdial_model::{ContactId, Event, EventId, Tallied, TaskId, TenantId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a transaction tells of one task, in the order in which it is read, and what it counts of it.
#[derive(Default)]
pub(super) struct News {
    events: Vec<NewEvent>,
    outcomes: BTreeMap<Tallied, i64>,
}

impl News {
    pub(super) fn tell(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    pub(super) fn tell_all(&mut self, events: impl IntoIterator<Item = NewEvent>) {
        self.events.extend(events);
    }

    pub(super) fn count(&mut self, what: Tallied, times: i64) {
        *self.outcomes.entry(what).or_default() += times;
    }

    /// What is counted, and not to be written with the events any more.
    pub(super) fn take_outcomes(&mut self) -> BTreeMap<Tallied, i64> {
        std::mem::take(&mut self.outcomes)
    }

    /// Writes what is counted and then the events, as the next of the tenant's log; `task` is the one they are of.
    pub(super) async fn write(
        mut self,
        conn: &mut Connection,
        tenant: &TenantId,
        task: Option<&TaskId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(task) = task {
            tally::outcomes(conn, &[(task, self.take_outcomes())], now).await?;
        }
        if self.events.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let last: i64 = sqlx::query_scalar(
            "INSERT INTO event_logs (tenant, last_position) VALUES ($1, $2)
             ON CONFLICT (tenant) DO UPDATE SET last_position = event_logs.last_position + excluded.last_position
             RETURNING last_position",
        )
        .bind(tenant.as_str())
        .bind(count)
        .fetch_one(&mut *conn)
        .await?;
        let placed: Vec<_> = (last - count + 1..=last).zip(&self.events).map(Placed::from).collect();
        sqlx::query(concat!(
            "INSERT INTO events (tenant, position, id, task, contact, call, kind, sequence, at, data)
             SELECT $2, position, id, $3, contact, call, kind, sequence, $4, data FROM ",
            given!("$1"; position: bigint, id: text, contact: text, call: text, kind: text, sequence: bigint,
                data: json),
        ))
        .bind(to_json(&placed)?)
        .bind(tenant.as_str())
        .bind(task.map(TaskId::as_str))
        .bind(now.as_millisecond())
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// An event with its position, by the names the statement reads.
#[derive(serde::Serialize)]
struct Placed<'a> {
    position: i64,
    #[serde(flatten)]
    event: &'a NewEvent,
}

impl<'a> From<(i64, &'a NewEvent)> for Placed<'a> {
    fn from((position, event): (i64, &'a NewEvent)) -> Self {
        Self { position, event }
    }
}

/// Everything that happened to a contact and its calls, oldest first.
pub(super) async fn of_contact(
    conn: &mut Connection,
    tenant: &TenantId,
    contact: &ContactId,
    after: Option<&EventId>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT * FROM events
         WHERE contact = $1 AND tenant = $2
           AND sequence > coalesce((SELECT max(sequence) FROM events WHERE contact = $1 AND id = $3), 0)
         ORDER BY sequence
         LIMIT $4",
    )
    .bind(contact.as_str())
    .bind(tenant.as_str())
    .bind(after.map(EventId::as_str))
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await?;
    with_metadata(conn, rows).await
}

/// The events with the metadata of their tasks.
pub(super) async fn with_metadata(
    conn: &mut Connection,
    rows: Vec<EventRow>,
) -> Result<Vec<Event>, StoreError> {
    each_with_metadata(conn, rows).await?.into_iter().collect()
}

/// The same, where one that cannot be read must not cost the others.
pub(super) async fn each_with_metadata(
    conn: &mut Connection,
    rows: Vec<EventRow>,
) -> Result<Vec<Result<Event, StoreError>>, StoreError> {
    let tasks: BTreeSet<_> = rows.iter().filter_map(EventRow::task).collect();
    let metadata = metadata(conn, &tasks).await?;
    let with = |row: EventRow| {
        let its = row.task().and_then(|task| metadata.get(task)).cloned();
        let its = its.unwrap_or_else(|| Some(BTreeMap::new()));
        row.with(its.ok_or_else(|| StoreError::Corrupt("column tasks.spec".into()))?)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// The metadata of tasks; `None` for those whose spec cannot be read.
async fn metadata(
    conn: &mut Connection,
    tasks: &BTreeSet<&str>,
) -> Result<HashMap<String, Option<BTreeMap<String, String>>>, StoreError> {
    #[derive(serde::Deserialize)]
    struct Spec {
        #[serde(default)]
        metadata: BTreeMap<String, String>,
    }
    if tasks.is_empty() {
        return Ok(HashMap::new());
    }
    let specs: Vec<(String, String)> =
        sqlx::query_as(concat!("SELECT id, spec FROM tasks WHERE id IN ", words!("$1")))
            .bind(to_json(tasks)?)
            .fetch_all(conn)
            .await?;
    let metadata = |spec: &str| json::<Spec>(spec, "tasks.spec").ok().map(|spec| spec.metadata);
    Ok(specs.into_iter().map(|(task, spec)| (task, metadata(&spec))).collect())
}
