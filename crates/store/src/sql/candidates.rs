//! Whoever may be dialed now: the task's own, oldest first, whose number rings nowhere.

use super::{Connection, counter, lease, sealing, unlock};
use crate::moves::Standing;
use crate::row::{ContactRow, number, word};
use crate::vault::Vault;
use crate::{DispatchPlan, Lease, StoreError};
use outdial_model::{Contact, ContactId, ContactStatus, HoldReason, Phone, Timestamp};
use std::collections::{HashMap, HashSet};

/// Nobody whose number rings now, or may, anywhere in the tenant: the number lock. Rows are asked for by the
/// page, each after the last row of the one before.
///
/// The lock is looked up row by row (a subquery with an offset is not made a join): a join would read everybody who
/// is out for each candidate as soon as the planner's statistics remember a time when nobody was.
macro_rules! unless_live {
    ($whose:expr, $order:expr) => {
        concat!(
            "SELECT * FROM contacts AS candidate WHERE task = $1 AND ",
            $whose,
            " AND NOT EXISTS (
                 SELECT 1 FROM contacts AS live
                 WHERE live.tenant = candidate.tenant AND live.phone = candidate.phone
                   AND live.status IN ('submitting', 'submitted', 'dialing', 'unknown')
                 LIMIT 1 OFFSET 0)
             ORDER BY ",
            $order,
            " LIMIT $2",
        )
    };
}
const QUEUED: &str = unless_live!(concat!("status = 'queued' AND ", in_turn!(), " > $3"), in_turn!());
const RELEASED: &str =
    unless_live!("status = 'held' AND hold_until <= $4 AND (hold_until, id) > ($5, $3)", "hold_until, id");
/// Rows in a page that is asked for because too many before had the same numbers.
const FURTHER: usize = 1_000;

/// Whoever may be sent now, and where each of them stands.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) people: Vec<Contact>,
    pub(super) standings: HashMap<ContactId, Standing>,
}

/// Candidates, oldest first: at most so many, no more than the window leaves free, no number twice.
pub(super) async fn find(
    conn: &mut Connection,
    vault: &Vault,
    plan: &DispatchPlan,
    most: u64,
    now: Timestamp,
) -> Result<Candidates, StoreError> {
    let task = plan.lease.task.as_str();
    let counts = counter::read(conn, &[task]).await?;
    let out = counts.get(task).map_or(0, |counts| counts.sum(ContactStatus::is_out));
    let free = usize::try_from(plan.window.saturating_sub(out).min(most)).unwrap_or(usize::MAX);
    let wanted = plan.max_contacts.min(free);
    let mut found = queued(conn, vault, task, wanted).await?;
    found.extend(released(conn, vault, task, wanted, now).await?);
    found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut numbers = HashSet::new();
    found.retain(|(contact, _)| numbers.insert(contact.phone.clone()));
    found.truncate(wanted);
    let mut candidates = Candidates::default();
    for (contact, standing) in found {
        candidates.standings.insert(contact.id.clone(), standing);
        candidates.people.push(contact);
    }
    Ok(candidates)
}

/// Whoever would be found first.
pub(super) async fn next(
    conn: &mut Connection,
    vault: &Vault,
    lease: &Lease,
    now: Timestamp,
) -> Result<Option<Contact>, StoreError> {
    unlock::still_until_the_end(conn, vault).await?;
    lease::held(conn, lease).await?;
    let task = lease.task.as_str();
    let mut found = queued(conn, vault, task, 1).await?;
    found.extend(released(conn, vault, task, 1, now).await?);
    Ok(found.into_iter().map(|(contact, _)| contact).min_by(|a, b| a.id.cmp(&b.id)))
}

/// The first `wanted` contacts with different numbers that are queued.
async fn queued(
    conn: &mut Connection,
    vault: &Vault,
    task: &str,
    wanted: usize,
) -> Result<Vec<Found>, StoreError> {
    let mut found = Distinct::new(wanted);
    while let Some(page) = found.page() {
        let rows = sqlx::query_as(QUEUED).bind(task).bind(page).bind(found.last_id());
        let rows = rows.fetch_all(&mut *conn).await?;
        if !were_plain(conn, vault, &rows).await? {
            found.take(rows, vault)?;
        }
    }
    Ok(found.found)
}

/// The same of those whose hold has ended.
async fn released(
    conn: &mut Connection,
    vault: &Vault,
    task: &str,
    wanted: usize,
    now: Timestamp,
) -> Result<Vec<Found>, StoreError> {
    let mut found = Distinct::new(wanted);
    while let Some(page) = found.page() {
        let last = found.last.as_ref().and_then(|last| last.hold);
        let rows = sqlx::query_as(RELEASED)
            .bind(task)
            .bind(page)
            .bind(found.last_id())
            .bind(now.as_millisecond())
            .bind(last.map_or(i64::MIN, |(_, until)| until.as_millisecond()));
        let rows = rows.fetch_all(&mut *conn).await?;
        if !were_plain(conn, vault, &rows).await? {
            found.take(rows, vault)?;
        }
    }
    Ok(found.found)
}

/// Whether some of them were written before there was a vault: they are sealed now, and to be asked for again, for only
/// numbers of one form can be compared.
async fn were_plain(conn: &mut Connection, vault: &Vault, rows: &[ContactRow]) -> Result<bool, StoreError> {
    if vault.is_open() {
        return Ok(false);
    }
    let plain = rows.iter().filter(|row| row.is_plain()).map(|row| word(row.id(), "contacts.id"));
    let plain = plain.collect::<Result<Vec<_>, _>>()?;
    Ok(sealing::contacts(conn, vault, &plain).await? > 0)
}

/// How many are held for which reason.
pub(super) async fn held_back(conn: &mut Connection) -> Result<Vec<(HoldReason, u64)>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT hold_reason, count(*) FROM contacts WHERE status = 'held' AND hold_reason IS NOT NULL
         GROUP BY hold_reason",
    )
    .fetch_all(conn)
    .await?;
    let reason = |(reason, people): (String, i64)| {
        Ok((word(&reason, "contacts.hold_reason")?, number(people, "contacts")?))
    };
    rows.into_iter().map(reason).collect()
}

type Found = (Contact, Standing);

/// Contacts with different numbers, collected by the page.
struct Distinct {
    found: Vec<Found>,
    numbers: HashSet<Option<Phone>>,
    wanted: usize,
    page: usize,
    last: Option<Contact>,
}

impl Distinct {
    fn new(wanted: usize) -> Self {
        Self { found: Vec::new(), numbers: HashSet::new(), wanted, page: wanted, last: None }
    }

    /// How many rows to ask for; none when there are enough, or no more.
    fn page(&self) -> Option<i64> {
        let more = self.page > 0 && self.found.len() < self.wanted;
        more.then(|| i64::try_from(self.page).unwrap_or(i64::MAX))
    }

    /// The last row of the page before; the empty word is before all.
    fn last_id(&self) -> String {
        self.last.as_ref().map(|last| last.id.as_str().to_owned()).unwrap_or_default()
    }

    fn take(&mut self, rows: Vec<ContactRow>, vault: &Vault) -> Result<(), StoreError> {
        let full = rows.len() >= self.page;
        for (place, row) in (1..).zip(rows) {
            let (contact, standing) = row.with_standing(vault)?;
            if full && place == self.page {
                self.last = Some(contact.clone());
            }
            if self.found.len() < self.wanted && self.numbers.insert(contact.phone.clone()) {
                self.found.push((contact, standing));
            }
        }
        self.page = if full { self.page.max(FURTHER) } else { 0 };
        Ok(())
    }
}
