//! Choosing people and writing the ledger row, in the one transaction that must be on the disk
//! before the socket opens.

use super::{contact, counter, lease, ledger, moving, segment, task};
use crate::moves::{Moves, Next};
use crate::row::{ContactRow, TaskRow, word};
use crate::{Choice, ChosenBatch, DispatchPlan, Planned, SegmentTarget, StoreError};
use futures_util::TryStreamExt;
use outdial_model::{Contact, ContactId, ContactStatus, Dispatch, SegmentId, Timestamp};
use sqlx::SqliteConnection;
use std::collections::HashSet;

pub(super) type Choose<'c> = dyn for<'a> Fn(&'a [Contact]) -> ChosenBatch + Send + Sync + 'c;

/// The number lock: nobody whose number rings now, or may, anywhere in the tenant.
const QUEUED: &str = "SELECT * FROM contacts AS candidate
    WHERE task = $1 AND status = 'queued' AND NOT EXISTS (
        SELECT 1 FROM contacts AS live
        WHERE live.tenant = candidate.tenant AND live.phone = candidate.phone
          AND live.status IN ('submitting', 'submitted', 'dialing', 'unknown'))
    ORDER BY id";
const RELEASED: &str = "SELECT * FROM contacts AS candidate
    WHERE task = $1 AND status = 'held' AND hold_until <= $2 AND NOT EXISTS (
        SELECT 1 FROM contacts AS live
        WHERE live.tenant = candidate.tenant AND live.phone = candidate.phone
          AND live.status IN ('submitting', 'submitted', 'dialing', 'unknown'))
    ORDER BY hold_until, id";

/// Plans a dispatch; `None` leaves nothing to send, though people may have been held or ended.
pub(super) async fn plan(
    conn: &mut SqliteConnection,
    plan: &DispatchPlan,
    choose: &Choose<'_>,
    now: Timestamp,
) -> Result<Option<Planned>, StoreError> {
    let row = lease::held(conn, &plan.lease).await?;
    if !task::dials(&row)? || row.spec_revision != plan.spec_revision {
        return Ok(None);
    }
    let Some(segment) = target(conn, plan).await? else {
        return Ok(None);
    };
    let candidates = candidates(conn, plan, now).await?;
    if plan.max_contacts > 0 && candidates.is_empty() {
        return Ok(None);
    }
    let chosen = choose(&candidates);
    let (moves, dialed) = decide(conn, plan, &segment, &candidates, &chosen, now).await?;
    let nobody = plan.max_contacts > 0 && dialed.is_empty();
    if let SegmentTarget::New(new) = &plan.segment
        && !nobody
    {
        segment::insert(conn, new).await?;
    }
    moving::write(conn, &plan.lease.tenant, &plan.lease.task, &moves, now).await?;
    if nobody {
        return Ok(None);
    }
    if moves.is_empty() {
        task::touch(conn, &plan.lease.task, now).await?;
    }
    let dispatch = entry(plan, &row, segment, dialed, chosen.digest, now)?;
    ledger::insert(conn, &dispatch).await?;
    let contacts = contact::by_id(conn, &dispatch.contacts).await?;
    Ok(Some(Planned { dispatch, contacts }))
}

/// The segment to fill; `None` when it is over.
async fn target(conn: &mut SqliteConnection, plan: &DispatchPlan) -> Result<Option<SegmentId>, StoreError> {
    match &plan.segment {
        SegmentTarget::New(segment) => Ok(Some(segment.id.clone())),
        SegmentTarget::Existing(id) => {
            let segment = segment::read(conn, &plan.lease.task, id).await?;
            Ok((!segment.status.is_final()).then_some(segment.id))
        }
    }
}

/// Whoever may be sent now, oldest first: no more than the window leaves free, no number twice.
async fn candidates(
    conn: &mut SqliteConnection,
    plan: &DispatchPlan,
    now: Timestamp,
) -> Result<Vec<Contact>, StoreError> {
    let task = plan.lease.task.as_str();
    let counts = counter::read(conn, &[task]).await?;
    let out = counts.get(task).map_or(0, |counts| counts.sum(ContactStatus::is_out));
    let free = usize::try_from(plan.window.saturating_sub(out)).unwrap_or(usize::MAX);
    let wanted = plan.max_contacts.min(free);
    let mut found = some(conn, QUEUED, task, wanted, now).await?;
    found.extend(some(conn, RELEASED, task, wanted, now).await?);
    found.sort_by(|a, b| a.id.cmp(&b.id));
    let mut numbers = HashSet::new();
    found.retain(|contact| numbers.insert(contact.phone.clone()));
    found.truncate(wanted);
    Ok(found)
}

/// The first `wanted` contacts with different numbers that a statement finds.
async fn some(
    conn: &mut SqliteConnection,
    statement: &'static str,
    task: &str,
    wanted: usize,
    now: Timestamp,
) -> Result<Vec<Contact>, StoreError> {
    let mut found: Vec<Contact> = Vec::new();
    let mut numbers = HashSet::new();
    let mut rows =
        sqlx::query_as::<_, ContactRow>(statement).bind(task).bind(now.as_millisecond()).fetch(conn);
    while found.len() < wanted
        && let Some(row) = rows.try_next().await?
    {
        let contact = Contact::try_from(row)?;
        if numbers.insert(contact.phone.clone()) {
            found.push(contact);
        }
    }
    Ok(found)
}

/// What the choice moves, and who of it is dialed, in the chosen order.
async fn decide(
    conn: &mut SqliteConnection,
    plan: &DispatchPlan,
    segment: &SegmentId,
    candidates: &[Contact],
    chosen: &ChosenBatch,
    now: Timestamp,
) -> Result<(Moves, Vec<ContactId>), StoreError> {
    let ids: Vec<_> = candidates.iter().map(|contact| &contact.id).collect();
    let mut standings = moving::standings(conn, &plan.lease.task, &ids).await?;
    let mut moves = Moves::at(now);
    let mut dialed = Vec::with_capacity(chosen.dial.len());
    for id in &chosen.dial {
        if let Some(mut standing) = standings.remove(id)
            && moves.add(&mut standing, Next::sent(&plan.id, segment))
        {
            dialed.push(id.clone());
        }
    }
    for (id, choice) in &chosen.others {
        if let Some(mut standing) = standings.remove(id) {
            let next = match choice {
                Choice::Hold(reason, until) => Next::held(*reason, *until),
                Choice::Never(status, why) => Next::because(*status, why),
            };
            moves.add(&mut standing, next);
        }
    }
    Ok((moves, dialed))
}

fn entry(
    plan: &DispatchPlan,
    task: &TaskRow,
    segment: SegmentId,
    contacts: Vec<ContactId>,
    digest: String,
    now: Timestamp,
) -> Result<Dispatch, StoreError> {
    Ok(Dispatch {
        id: plan.id.clone(),
        tenant: plan.lease.tenant.clone(),
        task: plan.lease.task.clone(),
        account: word(&task.account, "tasks.account")?,
        segment,
        kind: plan.kind,
        contacts,
        digest,
        fencing_token: plan.lease.token,
        outcome: None,
        created_at: now,
        settled_at: None,
    })
}
