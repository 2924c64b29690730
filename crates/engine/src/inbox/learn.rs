//! What a push changes: the same as what the worker reads, forward only.
//!
//! Somebody who was proven not to have reached the vendor and waits to be sent again is not sent when a push
//! proves the ring after all. A push that is not believed only wakes the task, and the worker reads for itself.
//!
//! Not for: what a segment's status means for its people. That takes the whole task, so the worker reads it.

use crate::work::observe::{Undialed, call_changes, contact_change};
use outdial_model::{Confidence, Disposition, Source, Timestamp};
use outdial_provider::{ContactProgress, PushedContact, Received, Subject};
use outdial_store::{Changes, Clues, SegmentChange, Traced};

/// What a push changes, `proven` to be the vendor's or not. The segment is named in any case, so that its task
/// wakes, and so is the person, so that it is known that the vendor pushed.
pub(super) fn learned(
    traced: &Traced,
    news: Option<&PushedContact>,
    proven: bool,
    now: Timestamp,
) -> Changes {
    let Traced { segment, contact } = traced;
    let mut changes = Changes { segments: vec![SegmentChange::of(&segment.id)], ..Changes::default() };
    changes = changes.by(Source::Push);
    changes.pushed = contact.as_ref().map(|contact| contact.id.clone());
    if proven {
        changes.confidence = Some(Confidence::Confirmed);
    }
    if let (Some(contact), Some(news)) = (contact, news) {
        let report = news.report(contact.id.clone());
        changes.calls.extend(call_changes(&report, &segment.id, now));
        // Whether somebody who was not dialed is sent again is the worker's to decide.
        let stays = Undialed { status: contact.status, reason: "the vendor did not dial it" };
        let is_there = contact.segment.as_ref() == Some(&segment.id);
        let gives_way = contact.confidence == Some(Confidence::Reported)
            || contact.disposition == Some(Disposition::Unknown);
        if let (ContactProgress::Done(disposition), true) = (report.progress, gives_way) {
            changes.outcomes.push((contact.id.clone(), disposition));
        }
        changes.contacts.extend(contact_change(contact, report.progress, stays).filter(|_| is_there));
    }
    changes
}

/// Whom a push is about, as the store looks for them.
pub(super) fn clues(received: &Received) -> Clues {
    let Subject { segment, vendor_ref, contact, phone, vendor_call_id } = received.subject.clone();
    Clues { segment, vendor_ref, contact, vendor_call_id, phone }
}
