//! What one transaction of planning works out, and how it is written: deliveries, and where endpoints stand.

use super::Connection;
use super::feed::Positioned;
use crate::StoreError;
use crate::row::{json, number, to_json};
use outdial_model::Timestamp;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

/// What planning needs to know of an event.
#[derive(sqlx::FromRow)]
pub(super) struct Head {
    pub(super) position: i64,
    id: String,
    pub(super) task: Option<String>,
    contact: Option<String>,
    kind: String,
    pub(super) at: i64,
}

impl Head {
    pub(super) const COLUMNS: &str = "position, id, task, contact, kind, at";

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
pub(super) struct Subscriber {
    pub(super) id: String,
    event_types: String,
    task: Option<String>,
    begins_after: i64,
    pub(super) behind_at: Option<i64>,
    pending: i64,
}

impl Subscriber {
    /// Those of the events that its settings let through.
    pub(super) fn wanted<'e>(&self, events: &'e [Head]) -> Result<Vec<&'e Head>, StoreError> {
        let kinds: Vec<String> = json(&self.event_types, "webhook_endpoints.event_types")?;
        let wants = |event: &&Head| {
            (kinds.is_empty() || kinds.contains(&event.kind))
                && self.task.as_ref().is_none_or(|task| event.task.as_ref() == Some(task))
        };
        Ok(events.iter().filter(wants).collect())
    }

    /// Of what happened since the last plan, what an endpoint wants that keeps up.
    pub(super) fn news<'e>(&self, events: &'e [Head]) -> Result<Vec<&'e Head>, StoreError> {
        let mut wanted = self.wanted(events)?;
        wanted.retain(|event| event.position > self.begins_after);
        Ok(wanted)
    }

    pub(super) fn free(&self, room: i64) -> i64 {
        (room - self.pending).max(0)
    }
}

/// A delivery to be written, by the names the statement reads.
#[derive(serde::Serialize)]
struct NewRow {
    endpoint: String,
    position: i64,
    event: String,
    kind: String,
    lane: String,
    /// Whether it is the first of its lane here; known when all are.
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
pub(super) struct Plan {
    /// Deliveries of one endpoint that may be pending.
    pub(super) room: i64,
    /// By endpoint and position: what is planned on two ways at once, caught up with and replayed, is one delivery.
    rows: BTreeMap<(String, i64), NewRow>,
    endpoints: BTreeMap<String, Planned>,
}

impl Plan {
    pub(super) fn within(room: i64) -> Self {
        Self { room, ..Self::default() }
    }

    /// Plans the news for an endpoint that keeps up, or leaves it behind where it was.
    pub(super) fn keep_up(&mut self, subscriber: &Subscriber, news: &[&Head], planned: i64) {
        if i64::try_from(news.len()).unwrap_or(i64::MAX) > subscriber.free(self.room) {
            self.behind(subscriber, Some(planned.max(subscriber.begins_after)));
        } else {
            self.add(subscriber, news);
        }
    }

    pub(super) fn add(&mut self, subscriber: &Subscriber, events: &[&Head]) {
        for event in events {
            let Entry::Vacant(place) = self.rows.entry((subscriber.id.clone(), event.position)) else {
                continue;
            };
            place.insert(NewRow {
                endpoint: subscriber.id.clone(),
                position: event.position,
                event: event.id.clone(),
                kind: event.kind.clone(),
                lane: event.lane().to_owned(),
                leads: false,
            });
            self.of(subscriber).added += 1;
        }
    }

    pub(super) fn behind(&mut self, subscriber: &Subscriber, at: Option<i64>) {
        self.of(subscriber).behind = at;
    }

    pub(super) fn added(&self, subscriber: &Subscriber) -> i64 {
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
    pub(super) async fn write(self, conn: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
        if self.endpoints.is_empty() {
            return Ok(0);
        }
        let mut lanes = HashSet::new();
        let rows: Vec<_> = self
            .rows
            .into_values()
            .map(|row| NewRow { leads: lanes.insert((row.endpoint.clone(), row.lane.clone())), ..row })
            .collect();
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
        .bind(to_json(&rows)?)
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
        number(i64::try_from(rows.len()).unwrap_or(i64::MAX), "webhook_deliveries")
    }
}
