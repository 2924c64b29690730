//! Taking people back: those who never left at once, those the vendor has through the vendor.

use super::dispatch::dial_contacts;
use super::{After, Interrupted, Job, reference};
use outdial_model::{Contact, ContactId, ContactStatus, TaskId, Why};
use outdial_provider::fence::Fence;
use outdial_provider::{CancelContacts, Operation};
use outdial_store::ContactChange;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const AT_ONCE: u32 = 500;
/// The pause before the next of them.
const NEXT_PAGE: Duration = Duration::from_millis(20);
/// The pause after the last of them.
const SOON: Duration = Duration::from_secs(2);
/// The same where there was nobody to ask it about.
const SELDOM: Duration = Duration::from_secs(60);

impl Job<'_> {
    /// Ends contacts that never left.
    pub(super) async fn cancel_ours(&self, status: ContactStatus, why: Why) -> Result<After, Interrupted> {
        self.engine.store().cancel_ours(self.lease(), status, why, 2_000, self.engine.now()).await?;
        Ok(After::Again)
    }

    /// Asks the vendor to take back whom somebody asked to cancel. A person being dialed at this
    /// moment is not cut off; how that call ends is what becomes of the contact.
    pub(super) async fn cancel_at_vendor(&self) -> Result<After, Interrupted> {
        let (task, store) = (&self.lease().task, self.engine.store());
        let last = self.engine.0.rounds.last(task);
        let page = store.contacts_to_cancel(task, last.as_ref(), AT_ONCE).await?;
        let failed = self.ask_for(&page).await?;
        let is_last = page.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        // Whoever comes after these has their turn next, whatever became of these, and other steps have theirs between.
        self.engine.0.rounds.go_on(task, page.last().filter(|_| !is_last).map(|contact| &contact.id));
        Ok(match failed {
            Some(failed) => failed,
            None if !is_last => After::Later(NEXT_PAGE),
            // Those being dialed are not cut off, and nobody knows of the unknown: another look when that may have changed.
            None if page.is_empty() && last.is_none() => After::Later(SELDOM),
            None => After::Later(SOON),
        })
    }

    /// Asks for these people, each at their vendor; answers what to do if one fails.
    async fn ask_for(&self, waiting: &[Contact]) -> Result<Option<After>, Interrupted> {
        let (mut failed, mut dead) = (None, BTreeSet::new());
        for segment in &self.work.segments {
            let here: Vec<_> = waiting
                .iter()
                .filter(|contact| contact.segment.as_ref() == Some(&segment.id))
                .cloned()
                .collect();
            if here.is_empty() {
                continue;
            }
            let Some(account) = self.sides.at(&segment.account) else { continue };
            // One that just failed is not asked about the rest as well.
            if dead.contains(&account.id)
                || !account.provider.capabilities().is_native(Operation::CancelContact)
            {
                continue;
            }
            let contacts = dial_contacts(&here);
            let request = CancelContacts { segment: &reference(segment), contacts: &contacts };
            let answer = account.provider.cancel_contacts(&request).await;
            if self.claim.stands() {
                self.engine.observe(account, &answer);
            }
            match answer {
                Ok(refused) => {
                    let kept: BTreeSet<_> = refused.into_iter().map(|refusal| refusal.key).collect();
                    let mut changes = self.changes();
                    changes.contacts =
                        here.iter().filter(|contact| !kept.contains(&contact.id)).map(cancelled).collect();
                    self.engine.store().apply(changes, self.engine.now()).await?;
                }
                Err(error) => {
                    dead.insert(account.id.clone());
                    failed = Some(self.trouble(&error).await?);
                }
            }
        }
        Ok(failed)
    }
}

/// Up to whom vendors were asked to take people back, in a round that is not over. Kept in memory: whoever begins anew asks again.
#[derive(Debug, Default)]
pub(crate) struct Rounds(Mutex<HashMap<TaskId, ContactId>>);

impl Rounds {
    fn last(&self, task: &TaskId) -> Option<ContactId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(task).cloned()
    }

    pub(super) fn forget(&self, task: &TaskId) {
        self.go_on(task, None);
    }

    fn go_on(&self, task: &TaskId, last: Option<&ContactId>) {
        let mut rounds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            Some(last) => rounds.insert(task.clone(), last.clone()),
            None => rounds.remove(task),
        };
    }
}

fn cancelled(contact: &Contact) -> ContactChange {
    ContactChange {
        id: contact.id.clone(),
        from: contact.status,
        to: ContactStatus::Cancelled,
        disposition: None,
        reason: Some("cancelled at the vendor".to_owned()),
        hold: None,
        // A vendor may say so of somebody whose call is over by then.
        may_have_rung: true,
    }
}
