//! What a vendor's report means for our contacts and calls. Pure.

use crate::recordings::is_link;
use outdial_model::{CallId, Contact, ContactStatus, Disposition, SegmentId, Timestamp};
use outdial_provider::{CallReport, ContactProgress, ContactReport};
use outdial_store::{CallChange, ContactChange};

/// What becomes of people whose segment ended without dialing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undialed {
    /// The status they get.
    pub(crate) status: ContactStatus,
    /// Why, for people.
    pub(crate) reason: &'static str,
}

/// The change a report makes to a contact, if it makes one. Reports that tell nothing new, or less
/// than is known, change nothing.
pub(crate) fn contact_change(
    contact: &Contact,
    progress: ContactProgress,
    undialed: Undialed,
) -> Option<ContactChange> {
    let (to, disposition, reason) = match progress {
        ContactProgress::Waiting => (ContactStatus::Submitted, None, None),
        ContactProgress::Dialing => (ContactStatus::Dialing, None, None),
        ContactProgress::Done(disposition) => (ContactStatus::Completed, Some(disposition), None),
        ContactProgress::NotDialed if contact.status == ContactStatus::Dialing => (
            ContactStatus::Completed,
            Some(Disposition::Unknown),
            Some("the vendor ended its task".to_owned()),
        ),
        ContactProgress::NotDialed if contact.cancel_requested => {
            (ContactStatus::Cancelled, None, Some("cancelled".to_owned()))
        }
        ContactProgress::NotDialed => (undialed.status, None, Some(undialed.reason.to_owned())),
        ContactProgress::Absent | ContactProgress::Unrecognized => return None,
    };
    contact.status.may_become(to).then(|| ContactChange {
        id: contact.id.clone(),
        from: contact.status,
        to,
        disposition,
        reason,
        hold: None,
        may_have_rung: false,
    })
}

/// What a report tells of a contact's calls.
pub(crate) fn call_changes<'a>(
    report: &'a ContactReport,
    segment: &'a SegmentId,
    now: Timestamp,
) -> impl Iterator<Item = CallChange> + 'a {
    report.calls.iter().filter(|call| call.has_an_id()).map(move |call: &CallReport| CallChange {
        id: CallId::generate(now),
        contact: report.key.clone(),
        segment: segment.clone(),
        vendor_call_id: call.vendor_call_id.clone(),
        started_at: call.started_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        talk_seconds: call.talk_seconds,
        disposition: call.disposition,
        raw: call.raw.clone(),
        insights: call.insights.clone(),
        recording: call.recording.clone().filter(|url| is_link(segment, url)),
    })
}
