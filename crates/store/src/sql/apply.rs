//! Writing what one step learned about one task.

use super::call::Owner;
use super::event::News;
use super::{Connection, call, lease, ledger, moving, outcome, returning, sealing, segment, task};
use crate::moves::{Moves, Next};
use crate::row::{TaskRow, word};
use crate::vault::Vault;
use crate::{Changes, ContactChange, Skipped, StoreError, TaskChange};
use outdial_model::{
    Cause, Confidence, ContactId, ContactStatus, Disposition, TaskId, TaskStatus, TenantId, Timestamp, Why,
};

pub(super) async fn apply(
    conn: &mut Connection,
    vault: &Vault,
    changes: &Changes,
    now: Timestamp,
) -> Result<Skipped, StoreError> {
    let Some((tenant, id)) = whose(conn, changes).await? else {
        return Ok(Skipped {
            contacts: changes.contacts.iter().map(|change| change.id.clone()).collect(),
            task: changes.task.is_some(),
        });
    };
    let mut news = News::default();
    let skipped = learn(conn, vault, &tenant, &id, changes, &mut news, now).await?;
    news.write(conn, &tenant, Some(&id), now).await?;
    Ok(skipped)
}

/// Writes what was learned about the task, but for the news of it. Its row is locked first.
pub(super) async fn learn(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &TaskId,
    changes: &Changes,
    news: &mut News,
    now: Timestamp,
) -> Result<Skipped, StoreError> {
    match &changes.lease {
        Some(lease) => lease::held(conn, lease).await?,
        None => task::lock(conn, tenant, id).await?,
    };
    if let Some(contact) = &changes.pushed {
        outcome::pushed(conn, id, contact, news).await?;
    }
    for change in &changes.calls {
        call::learn(conn, vault, Owner { tenant, task: id }, change, changes.confidence, news, now).await?;
    }
    let contacts = contacts(conn, vault, id, changes, news, now).await?;
    for (contact, disposition) in &changes.outcomes {
        let told = outcome::Outcome { disposition: *disposition, confidence: changes.confidence };
        outcome::update(conn, id, contact, told, changes.source, news, now).await?;
    }
    let mut visible = false;
    for change in &changes.segments {
        visible |= segment::learn(conn, id, change, now).await?;
    }
    if visible {
        task::touch(conn, id, now).await?;
    }
    for change in &changes.dispatches {
        ledger::settle(conn, id, change, now).await?;
    }
    let task = match &changes.task {
        Some(change) => !turned(conn, tenant, id, change, news, now).await?,
        None => false,
    };
    if changes.lease.is_none() {
        task::wake(conn, id, now).await?;
    }
    Ok(Skipped { contacts, task })
}

/// The task the changes are about: the lease's, or that of the first row they name.
pub(super) async fn whose(
    conn: &mut Connection,
    changes: &Changes,
) -> Result<Option<(TenantId, TaskId)>, StoreError> {
    if let Some(lease) = &changes.lease {
        return Ok(Some((lease.tenant.clone(), lease.task.clone())));
    }
    let contact = changes.contacts.first().map(|change| &change.id);
    let contact = contact.or_else(|| changes.calls.first().map(|change| &change.contact));
    let contact = contact.or(changes.pushed.as_ref());
    let contact = contact.or_else(|| changes.outcomes.first().map(|(contact, _)| contact));
    let segment = changes.segments.first().map(|change| change.id.as_str());
    let dispatch = changes.dispatches.first().map(|change| change.id.as_str());
    let row: Option<(String, String)> = sqlx::query_as(
        "SELECT tenant, task FROM contacts WHERE id = $1
         UNION ALL SELECT tenant, task FROM segments WHERE id = $2
         UNION ALL SELECT tenant, task FROM dispatches WHERE id = $3
         LIMIT 1",
    )
    .bind(contact.map(ContactId::as_str))
    .bind(segment)
    .bind(dispatch)
    .fetch_optional(conn)
    .await?;
    row.map(|(tenant, task)| Ok((word(&tenant, "tenant")?, word(&task, "task")?))).transpose()
}

/// Why somebody is done of whom it is told only that they ring, by a task nobody reads any more or while the number is
/// out with somebody else.
const RANG: Why = Why::new(
    Cause::Untold,
    "it was rung after it had come home, and could not be followed; how that ended is not known",
);

/// Moves contacts; answers those that were not where the change expected them.
async fn contacts(
    conn: &mut Connection,
    vault: &Vault,
    task: &TaskId,
    changes: &Changes,
    news: &mut News,
    now: Timestamp,
) -> Result<Vec<ContactId>, StoreError> {
    let ids: Vec<_> = changes.contacts.iter().map(|change| &change.id).collect();
    let mut standings = moving::standings(conn, task, &ids).await?;
    let mut moves = Moves::at(now).by(changes.source, changes.confidence);
    let mut skipped = Vec::new();
    for change in &changes.contacts {
        let standing = standings.get_mut(&change.id).filter(|standing| standing.status == change.from);
        let Some(standing) = standing else {
            skipped.push(change.id.clone());
            continue;
        };
        let comes_back = change.to == ContactStatus::Dialing && standing.status.is_ours();
        if comes_back {
            sealing::contacts(conn, vault, std::slice::from_ref(&change.id)).await?;
        }
        let next = if comes_back && !returning::may_ring_on(conn, standing).await? {
            Next {
                disposition: Some(Disposition::Unknown),
                // That it rang is sure; that nothing more is known is nobody's word.
                at_most: Some(Confidence::Reported),
                ..Next::because(ContactStatus::Completed, RANG)
            }
        } else {
            next(change)
        };
        if !moves.add(standing, next) {
            skipped.push(change.id.clone());
        }
    }
    moving::write(conn, task, &mut moves, news, now).await?;
    Ok(skipped)
}

fn next(change: &ContactChange) -> Next {
    Next {
        disposition: change.disposition,
        reason: change.reason.clone(),
        hold: change.hold,
        may_have_rung: change.may_have_rung,
        ..Next::to(change.to)
    }
}

/// Turns the task, unless it moved on or is over; tells whether it did.
async fn turned(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
    change: &TaskChange,
    news: &mut News,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: TaskRow = task::row(conn, tenant, id).await?;
    let status: TaskStatus = word(&row.status, "tasks.status")?;
    if status != change.from || (status.is_final() && change.to != status) {
        return Ok(false);
    }
    let ends_well = matches!(change.to, TaskStatus::Completed | TaskStatus::Stopped) && change.to != status;
    if ends_well && task::read(conn, tenant, id).await?.counts.sum(|status| !status.is_final()) > 0 {
        return Ok(false);
    }
    if change.to != status || change.trouble != row.trouble {
        task::turn(conn, &row, change.to, change.trouble.as_deref(), news, now).await?;
    }
    Ok(true)
}
