//! Choosing people and writing the ledger row, in the one transaction that must be on the disk
//! before the socket opens.

use super::candidates::{self, Candidates};
use super::event::News;
use super::{Connection, attempt, halting, lease, ledger, line, moving, segment, suppression, task, unlock};
use crate::moves::{Moves, Next, Standing};
use crate::row::{TaskRow, word};
use crate::vault::Vault;
use crate::{Candidate, Choice, ChosenBatch, DispatchPlan, Planned, SegmentTarget, StoreError, Unplanned};
use outdial_model::{Contact, ContactId, ContactStatus, Dispatch, SegmentId, Timestamp};
use std::collections::HashMap;

pub(super) type Choose<'c> = dyn for<'a> Fn(&'a [Candidate]) -> ChosenBatch + Send + Sync + 'c;

/// Plans a dispatch; where nothing is planned, there is nothing to send, though people may have been held or ended.
pub(super) async fn plan(
    conn: &mut Connection,
    vault: &Vault,
    plan: &DispatchPlan,
    choose: &Choose<'_>,
    now: Timestamp,
) -> Result<Result<Planned, Unplanned>, StoreError> {
    // Nobody goes out with a number the number lock cannot see.
    unlock::still_until_the_end(conn, vault).await?;
    let row = lease::held(conn, &plan.lease).await?;
    if !task::dials(&row)? || row.spec_revision != plan.spec_revision {
        return Ok(Err(Unplanned::Nobody));
    }
    if halting::is_halted(conn, &row.tenant, row.created_at).await? {
        return Ok(Err(Unplanned::Nobody));
    }
    let Some(segment) = target(conn, plan).await? else {
        return Ok(Err(Unplanned::Nobody));
    };
    let left = line::left(conn, plan, row.client.as_deref(), now).await?;
    if let Some(shortage) = left.shortage.filter(|_| left.people == 0) {
        line::took(conn, plan, &left, 0, now).await?;
        return Ok(Err(Unplanned::NoLine(shortage)));
    }
    let Candidates { people, standings } = candidates::find(conn, vault, plan, left.people, now).await?;
    if plan.max_contacts > 0 && people.is_empty() {
        line::took(conn, plan, &left, 0, now).await?;
        return Ok(Err(Unplanned::Nobody));
    }
    let purpose = suppression::purpose_of(&row)?;
    let phones = people.iter().filter_map(|contact| contact.phone.as_ref());
    let suppressed =
        suppression::among(conn, vault, &plan.lease.tenant, purpose.as_ref(), phones, now).await?;
    let is_suppressed =
        |contact: &Contact| contact.phone.as_ref().is_some_and(|phone| suppressed.contains(phone));
    let mut past = attempt::before(conn, vault, plan, &people).await?;
    let people: Vec<_> = people
        .into_iter()
        .map(|contact| Candidate {
            is_suppressed: is_suppressed(&contact),
            past: past.remove(&contact.id).unwrap_or_default(),
            contact,
        })
        .collect();
    let chosen = choose(&people);
    let (mut moves, dialed) = decide(plan, &segment, standings, &chosen, now);
    let nobody = plan.max_contacts > 0 && dialed.is_empty();
    line::took(conn, plan, &left, dialed.len(), now).await?;
    if let SegmentTarget::New(new) = &plan.segment
        && !nobody
    {
        segment::insert(conn, new).await?;
    }
    let mut news = News::default();
    moving::write(conn, &plan.lease.task, &mut moves, &mut news, now).await?;
    if nobody {
        news.write(conn, &plan.lease.tenant, Some(&plan.lease.task), now).await?;
        return Ok(Err(Unplanned::Nobody));
    }
    if moves.is_empty() {
        task::touch(conn, &plan.lease.task, now).await?;
    }
    let contacts = sent(people, &dialed, &segment, now);
    let dispatch = entry(plan, &row, segment, dialed, chosen.digest, now)?;
    ledger::insert(conn, &dispatch).await?;
    news.write(conn, &plan.lease.tenant, Some(&plan.lease.task), now).await?;
    Ok(Ok(Planned { dispatch, contacts }))
}

/// The segment to fill; `None` when it is over.
async fn target(conn: &mut Connection, plan: &DispatchPlan) -> Result<Option<SegmentId>, StoreError> {
    match &plan.segment {
        SegmentTarget::New(segment) => Ok(Some(segment.id.clone())),
        SegmentTarget::Existing(id) => {
            let segment = segment::read(conn, &plan.lease.task, id).await?;
            Ok((!segment.status.is_final()).then_some(segment.id))
        }
    }
}

/// What the choice moves, and who of it is dialed, in the chosen order.
fn decide(
    plan: &DispatchPlan,
    segment: &SegmentId,
    mut standings: HashMap<ContactId, Standing>,
    chosen: &ChosenBatch,
    now: Timestamp,
) -> (Moves, Vec<ContactId>) {
    let mut moves = Moves::at(now);
    let mut dialed = Vec::with_capacity(chosen.dial.len());
    for id in &chosen.dial {
        if let Some(mut standing) = standings.remove(id)
            && moves.add(&mut standing, Next::sent(&plan.id, segment, plan.attempts))
        {
            dialed.push(id.clone());
        }
    }
    for (id, choice) in &chosen.others {
        if let Some(mut standing) = standings.remove(id) {
            let next = match choice {
                Choice::Hold(reason, until) => Next::held(*reason, *until),
                Choice::Never(status, why) => Next::because(*status, *why),
            };
            moves.add(&mut standing, next);
        }
    }
    (moves, dialed)
}

/// Those who are dialed, as the move left them.
fn sent(people: Vec<Candidate>, dialed: &[ContactId], segment: &SegmentId, now: Timestamp) -> Vec<Contact> {
    let people = people.into_iter().map(|Candidate { contact, .. }| (contact.id.clone(), contact));
    let mut people: HashMap<_, _> = people.collect();
    let dialed = dialed.iter().filter_map(|id| people.remove(id));
    let moved = dialed.map(|contact| Contact {
        status: ContactStatus::Submitting,
        segment: Some(segment.clone()),
        hold: None,
        disposition: None,
        confidence: None,
        reason: None,
        updated_at: now,
        ..contact
    });
    moved.collect()
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
