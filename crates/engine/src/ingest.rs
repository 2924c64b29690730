//! Taking a vendor's push.
//!
//! A push is verified and read by the provider in one step, traced to a segment and a person of that
//! account, and believed when the vendor proved itself, or when nothing else will ever tell (the
//! account cannot be asked what became of people). Then it is applied like what the worker reads:
//! forward only. Somebody who was proven not to have reached the vendor and waits to be sent again is not
//! sent when a push proves the ring after all. A push that is not believed only wakes the task, and the worker reads for itself.
//!
//! Not for: what a segment's status means for its people. That takes the whole task, so the worker
//! reads it.

use crate::work::observe::{Undialed, call_changes, contact_change};
use crate::{Account, Engine, EngineError};
use outdial_model::{AccountId, Contact, Disposition, Segment, Timestamp};
use outdial_provider::{Ack, ContactProgress, Inbound, Operation, PushedContact, ReceiveError, Subject};
use outdial_store::{Changes, Clues, SegmentChange, StoreError, Traced};

/// How often news is looked at anew because its person moved at the same moment.
const LOOKS: usize = 8;
/// Pushes taken at a time. A vendor that could not reach us pushes everything at once afterwards; what waits
/// for its turn here does not stand between the worker and the store.
pub(crate) const AT_ONCE: usize = 4;

/// A push that was not taken. Nothing of it was applied; the vendor may send it again.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// There is no such account, or the secret is not its own.
    #[error("nothing is pushed to here")]
    NoSuchPlace,
    /// The provider refuses it.
    #[error(transparent)]
    Refused(#[from] ReceiveError),
    /// The store did not take it.
    #[error(transparent)]
    NotStored(#[from] EngineError),
}

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        Self::NotStored(error.into())
    }
}

impl Engine {
    /// Takes a push to the account by whoever knows its ingress secret; answers what the vendor
    /// wants to hear once the news is durable.
    pub async fn ingest(
        &self,
        account: &AccountId,
        secret: &str,
        inbound: &Inbound<'_>,
    ) -> Result<Ack, IngestError> {
        let account = self.account(account).map_err(|_| IngestError::NoSuchPlace)?;
        if !account.ingress.admits(secret) {
            return Err(IngestError::NoSuchPlace);
        }
        let received = account.provider.receive(inbound)?;
        let acknowledgement = account.provider.acknowledge(inbound.kind);
        let believed =
            received.authenticated || !account.provider.capabilities().is_native(Operation::Progress);
        let news = received.contact.filter(|_| believed);
        let clues = clues(received.subject);
        let _turn = self.0.pushes.acquire().await.map_err(|_| EngineError::Unavailable)?;
        for _ in 0..LOOKS {
            let Some(traced) = self.store().trace(&account.id, &clues).await? else {
                told_of_a_stranger(&account, inbound.kind);
                return Ok(acknowledgement);
            };
            if traced.contact.is_none() && news.is_some() {
                told_of_a_stranger(&account, inbound.kind);
            }
            let learned = learned(&traced, news.as_ref(), inbound.received_at);
            if self.store().apply(learned, self.now()).await?.contacts.is_empty() {
                self.0.asked.notify_one();
                self.0.changed.notify_waiters();
                return Ok(acknowledgement);
            }
        }
        Err(EngineError::Unavailable.into())
    }
}

/// What a push changes. The segment is named in any case, so that its task wakes.
fn learned(traced: &Traced, news: Option<&PushedContact>, now: Timestamp) -> Changes {
    let Traced { segment, contact } = traced;
    let mut changes = Changes { segments: vec![SegmentChange::of(&segment.id)], ..Changes::default() };
    if let (Some(contact), Some(news)) = (contact, news) {
        let report = news.report(contact.id.clone());
        changes.calls.extend(call_changes(&report, &segment.id, now));
        // Whether somebody who was not dialed is sent again is the worker's to decide.
        let stays = Undialed { status: contact.status, reason: "the vendor did not dial it" };
        let is_there = contact.segment.as_ref() == Some(&segment.id);
        let progress = outlived(segment, contact, report.progress);
        changes.contacts.extend(contact_change(contact, progress, stays).filter(|_| is_there));
    }
    changes
}

/// Nobody reads a segment that is over any more. Somebody who came home from it and is told to be ringing in
/// it was rung, and how it ended may never be told.
fn outlived(segment: &Segment, contact: &Contact, told: ContactProgress) -> ContactProgress {
    let rings_on = told == ContactProgress::Dialing && contact.status.is_ours() && segment.status.is_final();
    if rings_on { ContactProgress::Done(Disposition::Unknown) } else { told }
}

fn clues(subject: Subject) -> Clues {
    Clues {
        segment: subject.segment,
        vendor_ref: subject.vendor_ref,
        contact: subject.contact,
        vendor_call_id: subject.vendor_call_id,
        phone: subject.phone,
    }
}

fn told_of_a_stranger(account: &Account, kind: &str) {
    tracing::warn!(account = %account.id, kind, "a push about nobody we know was acknowledged and not used");
}
