//! Settling pushes: what they change and what becomes of them, those of many tasks in one transaction.

use super::event::News;
use super::{Connection, apply, tally};
use crate::row::to_json;
use crate::vault::Vault;
use crate::{PushEnd, SettledPush, StoreError};
use outdial_model::{PushId, PushState, Tallied, TaskId, TenantId, Timestamp};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// Writes what they change and what becomes of them; answers those that are not settled: their changes were skipped,
/// or whoever gives them had them in hand no more.
pub(super) async fn settle(
    conn: &mut Connection,
    vault: &Vault,
    settled: &[SettledPush],
    now: Timestamp,
) -> Result<Vec<PushId>, StoreError> {
    let in_hand = lock(conn, settled).await?;
    let is_in_hand = |push: &&SettledPush| in_hand.contains(&(push.id.to_string(), i64::from(push.attempt)));
    let (settled, late): (Vec<_>, Vec<_>) = settled.iter().partition(is_in_hand);
    let (skipped, mut told) = learn(conn, vault, &settled, now).await?;
    let mut unsettled: Vec<_> = late.into_iter().map(|push| push.id.clone()).collect();
    let (mut counted, mut ended) = (BTreeMap::new(), Vec::with_capacity(settled.len()));
    for (push, skipped) in settled.into_iter().zip(skipped) {
        if skipped {
            unsettled.push(push.id.clone());
        }
        let row = Ended::of(push, skipped, now);
        if let Some(what) = row.counts_as() {
            *counted.entry((push.account.as_str(), push.kind.as_str(), what)).or_default() += 1;
        }
        ended.push(row);
    }
    sqlx::query(concat!(
        "UPDATE pushes
         SET state = given.state, reason = given.reason, due_at = given.due_at,
             sealed = CASE WHEN given.state = 'used' THEN '' ELSE pushes.sealed END
         FROM ",
        given!("$1"; id: text, state: text, reason: text, due_at: bigint),
        " WHERE pushes.id = given.id",
    ))
    .bind(to_json(&ended)?)
    .execute(&mut *conn)
    .await?;
    let outcomes: Vec<_> = told.iter_mut().map(|((_, task), news)| (task, news.take_outcomes())).collect();
    tally::outcomes(conn, &outcomes, now).await?;
    tally::pushes(conn, &counted, now).await?;
    for ((tenant, task), news) in told {
        news.write(conn, &tenant, Some(&task), now).await?;
    }
    Ok(unsettled)
}

/// Locks those that are still new, in the order in which [keeping](super::push::keep) locks them, and answers in whose hand each is.
async fn lock(conn: &mut Connection, settled: &[SettledPush]) -> Result<HashSet<(String, i64)>, StoreError> {
    let ids: Vec<_> = settled.iter().map(|push| &push.id).collect();
    let rows: Vec<(String, i64)> = sqlx::query_as(concat!(
        "SELECT id, attempts FROM pushes WHERE state = 'new' AND id IN ",
        words!("$1"),
        " ORDER BY account, kind, news",
        locked!(),
    ))
    .bind(to_json(&ids)?)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().collect())
}

/// What became of a push, by the names the statement reads.
#[derive(serde::Serialize)]
struct Ended<'a> {
    id: &'a str,
    state: PushState,
    reason: Option<&'a str>,
    due_at: i64,
}

impl<'a> Ended<'a> {
    fn of(push: &'a SettledPush, skipped: bool, now: Timestamp) -> Self {
        // Whoever moves on again and again is not looked at all the time.
        let again_at = now + Duration::from_secs((push.attempt / 8).into());
        let (state, reason, due) = match &push.end {
            _ if skipped => (PushState::New, None, again_at),
            PushEnd::Used => (PushState::Used, None, now),
            PushEnd::Unusable(reason) => (PushState::Unusable, Some(reason.as_str()), now),
            PushEnd::Refused(reason) => (PushState::Refused, Some(reason.as_str()), now),
            PushEnd::Later(due) => (PushState::New, None, *due),
        };
        Self { id: push.id.as_str(), state, reason, due_at: due.as_millisecond() }
    }

    fn counts_as(&self) -> Option<Tallied> {
        match self.state {
            PushState::New => None,
            PushState::Used => Some(Tallied::PushUsed),
            PushState::Unusable => Some(Tallied::PushUnusable),
            PushState::Refused => Some(Tallied::PushRefused),
        }
    }
}

/// What tasks have to tell, by tenant and task.
type Told = BTreeMap<(TenantId, TaskId), News>;

/// Writes what pushes change, task by task in an order all processes keep to, so that they do not wait for one
/// another crosswise. Answers for each push whether some of its changes were skipped.
async fn learn(
    conn: &mut Connection,
    vault: &Vault,
    settled: &[&SettledPush],
    now: Timestamp,
) -> Result<(Vec<bool>, Told), StoreError> {
    let mut skipped = vec![false; settled.len()];
    let mut places = Vec::new();
    for (push, skipped) in settled.iter().zip(&mut skipped) {
        let Some(changes) = &push.changes else { continue };
        match apply::whose(conn, changes).await? {
            Some(task) => places.push((task, changes, skipped)),
            None => *skipped = !changes.contacts.is_empty(),
        }
    }
    places.sort_by(|one, other| one.0.cmp(&other.0));
    let mut told = Told::new();
    for (place, changes, skipped) in places {
        let news = told.entry(place.clone()).or_default();
        let (tenant, task) = &place;
        *skipped = !apply::learn(conn, vault, tenant, task, changes, news, now).await?.contacts.is_empty();
    }
    Ok((skipped, told))
}
