//! Choosing people and writing the ledger row, in the one transaction that must be on the disk
//! before the socket opens.

use super::Connection;
use super::{contact, counter, lease, ledger, moving, segment, task};
use crate::moves::{Moves, Next};
use crate::row::{ContactRow, TaskRow, word};
use crate::{Choice, ChosenBatch, DispatchPlan, Planned, SegmentTarget, StoreError};
use outdial_model::{Contact, ContactId, ContactStatus, Dispatch, Phone, SegmentId, Timestamp};
use std::collections::HashSet;

pub(super) type Choose<'c> = dyn for<'a> Fn(&'a [Contact]) -> ChosenBatch + Send + Sync + 'c;

/// Nobody whose number rings now, or may, anywhere in the tenant: the number lock. Rows are asked for by the
/// page, each after the last row of the one before.
macro_rules! unless_live {
    ($whose:literal, $order:literal) => {
        concat!(
            "SELECT * FROM contacts AS candidate WHERE task = $1 AND ",
            $whose,
            " AND NOT EXISTS (
                 SELECT 1 FROM contacts AS live
                 WHERE live.tenant = candidate.tenant AND live.phone = candidate.phone
                   AND live.status IN ('submitting', 'submitted', 'dialing', 'unknown'))
             ORDER BY ",
            $order,
            " LIMIT $2",
        )
    };
}
const QUEUED: &str = unless_live!("status = 'queued' AND id > $3", "id");
const RELEASED: &str =
    unless_live!("status = 'held' AND hold_until <= $4 AND (hold_until, id) > ($5, $3)", "hold_until, id");
/// Rows in a page that is asked for because too many before had the same numbers.
const FURTHER: usize = 1_000;

/// Plans a dispatch; `None` leaves nothing to send, though people may have been held or ended.
pub(super) async fn plan(
    conn: &mut Connection,
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
async fn target(conn: &mut Connection, plan: &DispatchPlan) -> Result<Option<SegmentId>, StoreError> {
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
    conn: &mut Connection,
    plan: &DispatchPlan,
    now: Timestamp,
) -> Result<Vec<Contact>, StoreError> {
    let task = plan.lease.task.as_str();
    let counts = counter::read(conn, &[task]).await?;
    let out = counts.get(task).map_or(0, |counts| counts.sum(ContactStatus::is_out));
    let free = usize::try_from(plan.window.saturating_sub(out)).unwrap_or(usize::MAX);
    let wanted = plan.max_contacts.min(free);
    let mut found = queued(conn, task, wanted).await?;
    found.extend(released(conn, task, wanted, now).await?);
    found.sort_by(|a, b| a.id.cmp(&b.id));
    let mut numbers = HashSet::new();
    found.retain(|contact| numbers.insert(contact.phone.clone()));
    found.truncate(wanted);
    Ok(found)
}

/// The first `wanted` contacts with different numbers that are queued.
async fn queued(conn: &mut Connection, task: &str, wanted: usize) -> Result<Vec<Contact>, StoreError> {
    let mut found = Distinct::new(wanted);
    let mut after = String::new();
    while let Some(page) = found.page() {
        let rows: Vec<ContactRow> =
            sqlx::query_as(QUEUED).bind(task).bind(page).bind(&after).fetch_all(&mut *conn).await?;
        if let Some(last) = found.take(rows)? {
            after = last.id.as_str().to_owned();
        }
    }
    Ok(found.contacts)
}

/// The same of those whose hold has ended.
async fn released(
    conn: &mut Connection,
    task: &str,
    wanted: usize,
    now: Timestamp,
) -> Result<Vec<Contact>, StoreError> {
    let mut found = Distinct::new(wanted);
    let mut after = (i64::MIN, String::new());
    while let Some(page) = found.page() {
        let rows: Vec<ContactRow> = sqlx::query_as(RELEASED)
            .bind(task)
            .bind(page)
            .bind(&after.1)
            .bind(now.as_millisecond())
            .bind(after.0)
            .fetch_all(&mut *conn)
            .await?;
        if let Some(last) = found.take(rows)? {
            let until = last.hold.map_or(i64::MIN, |(_, until)| until.as_millisecond());
            after = (until, last.id.as_str().to_owned());
        }
    }
    Ok(found.contacts)
}

/// Contacts with different numbers, collected by the page.
struct Distinct {
    contacts: Vec<Contact>,
    numbers: HashSet<Phone>,
    wanted: usize,
    page: usize,
}

impl Distinct {
    fn new(wanted: usize) -> Self {
        Self { contacts: Vec::new(), numbers: HashSet::new(), wanted, page: wanted }
    }

    /// How many rows to ask for; none when there are enough, or no more.
    fn page(&self) -> Option<i64> {
        let more = self.page > 0 && self.contacts.len() < self.wanted;
        more.then(|| i64::try_from(self.page).unwrap_or(i64::MAX))
    }

    /// Takes a page and answers its last row.
    fn take(&mut self, rows: Vec<ContactRow>) -> Result<Option<Contact>, StoreError> {
        self.page = if rows.len() < self.page { 0 } else { self.page.max(FURTHER) };
        let mut last = None;
        for row in rows {
            let contact = Contact::try_from(row)?;
            if self.contacts.len() < self.wanted && self.numbers.insert(contact.phone.clone()) {
                self.contacts.push(contact.clone());
            }
            last = Some(contact);
        }
        Ok(last)
    }
}

/// What the choice moves, and who of it is dialed, in the chosen order.
async fn decide(
    conn: &mut Connection,
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
