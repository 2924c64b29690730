//! Placing a single call: the row first, then one request; whatever its answer leaves open is looked up, as with any
//! other that can ring a phone.
//!
//! From its answer on the call is a segment past its end: it is read to the end of the call and never steered.

use super::dispatch::{TRIED_AGAIN_AFTER, dial_contacts, known};
use super::gate::Turn;
use super::{After, Interrupted, Job};
use outdial_model::{DispatchKind, SegmentStatus};
use outdial_provider::{Added, Effect, ErrorKind, PlaceCall, ProviderError};
use outdial_store::SegmentTarget;

impl Job<'_> {
    /// Calls the task's person.
    pub(super) async fn place(&self) -> Result<After, Interrupted> {
        let Some(trial) = self.account.health.try_sending(self.now) else {
            return Ok(After::Later(TRIED_AGAIN_AFTER));
        };
        let segment = self.new_segment(None);
        let key = segment.id.clone();
        let target = SegmentTarget::New(Box::new(segment));
        let planned = match self.plan(DispatchKind::PlaceCall, target, 1, &Turn::Everybody).await? {
            Ok(planned) => planned,
            Err(nobody) => return self.nobody_to_send(nobody).await,
        };
        let people = dial_contacts(&planned.contacts);
        let answer = match people.first() {
            Some(contact) => {
                let request = PlaceCall { key: &key, spec: &self.work.task.spec, contact };
                self.account.provider.place_call(&request).await
            }
            None => {
                Err(ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, "the person is erased"))
            }
        };
        self.sent(trial, &answer);
        match answer {
            Ok(placed) => {
                let mut changes = self.taken(&planned, &Added::default());
                changes.segments.push(known(&key, SegmentStatus::Ending, Some(placed.vendor_ref)));
                self.settle(planned.dispatch.kind, changes).await
            }
            Err(error) => self.not_opened(&key, &planned, &error).await,
        }
    }
}
