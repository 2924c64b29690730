//! What an unproven push tells of a call, where the vendor can be asked. Those who are not done are read by the worker;
//! those who are done nobody reads any more, so they are read once more, and what the vendor says then counts. The push
//! itself is believed in nothing, and of no use before what it hints at is known or the vendor has had time to tell.

use super::look::ended;
use super::{TERM, Understood};
use crate::work::observe::call_changes;
use crate::work::{dial_contacts, reference};
use crate::{CallFilter, Engine, Page};
use outdial_model::{Contact, Source};
use outdial_provider::{CallReport, ErrorKind, Operation, ProviderError, ReadProgress};
use outdial_store::{CallChange, Changes, PushEnd, SegmentChange, SettledPush, Traced};
use std::slice;
use tokio::time::timeout;

/// Most calls of one person that are looked through.
const MOST_CALLS: u32 = 100;

impl Engine {
    /// Whether it tells, without a proof, of a recording or of something that was understood of a call, and nobody knows it.
    /// Of somebody who was erased nobody wants to know.
    pub(super) async fn is_hint(&self, understood: &Understood, traced: &Traced) -> bool {
        let readable = understood.account.provider.capabilities().is_native(Operation::Progress);
        let call = understood.received.contact.as_ref().and_then(|news| news.call.as_ref());
        let call = call.filter(|call| call.recording.is_some() || !call.insights.is_empty());
        match (&traced.contact, call) {
            (Some(contact), Some(call)) if !understood.proven && readable && contact.erased_at.is_none() => {
                !self.knows(contact, call).await
            }
            _ => false,
        }
    }

    /// Whether everything the call brings is known. What cannot be looked up is not.
    async fn knows(&self, contact: &Contact, call: &CallReport) -> bool {
        let filter = CallFilter { contact: Some(contact.id.clone()), ..CallFilter::default() };
        let page = Page { after: None, limit: MOST_CALLS };
        let calls = self.store().calls(&contact.tenant, &filter, &page).await.unwrap_or_default();
        calls.iter().any(|known| {
            known.vendor_call_id == call.vendor_call_id
                && (call.recording.is_none() || known.has_recording)
                && call.insights.iter().all(|insight| known.insights.contains(insight))
        })
    }

    /// Reads the person, and settles the push. A vendor that does not tell yet is asked again for a while, one that cannot be
    /// asked for as long as anything is tried.
    pub(super) async fn read_late(&self, understood: &Understood, traced: &Traced) -> SettledPush {
        let Understood { push, account, received, .. } = understood;
        let Traced { segment, contact: Some(contact) } = traced else {
            return ended(push, PushEnd::Used);
        };
        let people = dial_contacts(slice::from_ref(contact));
        let request = ReadProgress { segment: &reference(segment), contacts: &people };
        let answer = timeout(TERM / 2, account.provider.progress(&request)).await;
        if let Ok(answer) = &answer {
            self.observe(account, answer);
        }
        let calls: Vec<_> = match answer {
            Ok(Ok(progress)) => {
                let reports = progress.contacts.iter().filter(|report| report.key == contact.id);
                let (line, now) = (&self.0.transcripts, self.now());
                reports.clone().for_each(|report| line.join(&account.id, &segment.id, report, now));
                reports.flat_map(|report| call_changes(report, &segment.id, self.now())).collect()
            }
            Ok(Err(error)) if is_an_answer(&error) => Vec::new(),
            Ok(Err(_)) | Err(_) => return self.try_rarely(push, "the vendor could not be read"),
        };
        let pushed = received.contact.as_ref().and_then(|news| news.call.as_ref());
        let end = match pushed {
            Some(pushed) if !tells(&calls, pushed) => {
                // What somebody ended with may have come long after the push.
                if self.is_patient_since(push.last_received_at.max(contact.updated_at)) {
                    return ended(push, PushEnd::Later(self.pause(push)));
                }
                PushEnd::Unusable("the vendor does not tell of it".to_owned())
            }
            _ => PushEnd::Used,
        };
        let changes = Changes {
            calls,
            segments: vec![SegmentChange::of(&segment.id)],
            pushed: Some(contact.id.clone()),
            ..Changes::default()
        };
        SettledPush { changes: Some(changes.by(Source::Poll)), ..ended(push, end) }
    }
}

/// Whether the vendor, asked, has nothing to say of them; every other error may be gone some day.
fn is_an_answer(error: &ProviderError) -> bool {
    use ErrorKind::{Conflict, InvalidRequest, NotFound, TooLarge, Unsupported};
    matches!(error.kind, Conflict | InvalidRequest | NotFound | TooLarge | Unsupported)
}

/// Whether the vendor knows of the call, and of its recording if there is said to be one.
fn tells(calls: &[CallChange], pushed: &CallReport) -> bool {
    let known = calls.iter().find(|call| call.vendor_call_id == pushed.vendor_call_id);
    known.is_some_and(|known| pushed.recording.is_none() || known.recording.is_some())
}
