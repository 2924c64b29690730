//! Taking people back: those who never left at once, those the vendor has through the vendor.

use super::dispatch::dial_contacts;
use super::{After, Interrupted, Job, reference};
use outdial_model::{Contact, ContactStatus, Why};
use outdial_provider::fence::Fence;
use outdial_provider::{CancelContacts, Operation};
use outdial_store::ContactChange;
use std::collections::BTreeSet;
use std::time::Duration;

const AT_ONCE: u32 = 500;
/// The pause after the vendor was asked.
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
        let (mut pause, mut last) = (SELDOM, None);
        loop {
            let store = self.engine.store();
            let page = store.contacts_to_cancel(&self.lease().task, last.as_ref(), AT_ONCE).await?;
            if !page.is_empty() {
                pause = SOON;
            }
            if let Some(failed) = self.ask_for(&page).await? {
                return Ok(failed);
            }
            if page.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                // Those being dialed are not cut off, and nobody knows of the unknown: another look when that may have changed.
                return Ok(After::Later(pause));
            }
            last = page.last().map(|contact| contact.id.clone());
        }
    }

    /// Asks for these people; answers what to do if a vendor fails.
    async fn ask_for(&self, waiting: &[Contact]) -> Result<Option<After>, Interrupted> {
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
            if !account.provider.capabilities().is_native(Operation::CancelContact) {
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
                Err(error) => return self.trouble(&error).await.map(Some),
            }
        }
        Ok(None)
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
        may_have_rung: false,
    }
}
