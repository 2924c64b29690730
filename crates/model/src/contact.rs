//! A contact: one person to reach within a task, and the life of that wish.

use crate::status::words;
use crate::{
    Cause, Confidence, ContactId, Disposition, PersonName, Phone, SegmentId, TaskId, TenantId, Timestamp,
    Whereabouts, Why,
};
use std::collections::BTreeMap;

/// Where a contact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactStatus {
    /// With us, waiting for its turn.
    Queued,
    /// With us, kept back for a reason until an instant.
    Held,
    /// In a request that is about to leave or has just left.
    Submitting,
    /// The vendor has it.
    Submitted,
    /// The vendor dials it, or waits between two attempts.
    Dialing,
    /// The vendor may or may not have it. Looked up, never blindly sent again.
    Unknown,
    /// Done; the disposition says how.
    Completed,
    /// Refused by the vendor; not dialed.
    Rejected,
    /// Cancelled before it was dialed, as far as is known.
    Cancelled,
    /// Its time ran out before it was dialed.
    Expired,
}

words!(ContactStatus, "contact status", {
    Queued => "queued", Held => "held", Submitting => "submitting", Submitted => "submitted",
    Dialing => "dialing", Unknown => "unknown", Completed => "completed", Rejected => "rejected",
    Cancelled => "cancelled", Expired => "expired",
});

impl ContactStatus {
    /// Nothing will happen to it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Cancelled | Self::Expired)
    }

    /// Still entirely with us: no vendor can know of it.
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::Queued | Self::Held)
    }

    /// The vendor has it, or may have it.
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Submitting | Self::Submitted | Self::Dialing | Self::Unknown)
    }

    /// Whether the life of a contact has an edge from here to `next`.
    ///
    /// Forward only, with one way back: to `queued`, and only for a contact that is proven not to
    /// have reached the vendor (the request never left, was refused whole, or a look-up found nothing).
    /// Should the vendor prove afterwards that it did ring, the ring counts: whoever waits to be sent again
    /// goes on from there.
    pub const fn may_become(self, next: Self) -> bool {
        use ContactStatus::{Cancelled, Completed, Dialing, Expired, Held, Queued, Rejected};
        use ContactStatus::{Submitted, Submitting, Unknown};
        match self {
            Queued => {
                matches!(next, Held | Submitting | Dialing | Completed | Cancelled | Expired | Rejected)
            }
            Held => {
                matches!(next, Queued | Submitting | Dialing | Completed | Cancelled | Expired | Rejected)
            }
            Submitting => matches!(next, Submitted | Dialing | Unknown | Completed | Rejected | Queued),
            Unknown => matches!(next, Submitted | Dialing | Completed | Rejected | Cancelled | Queued),
            Submitted => matches!(next, Dialing | Completed | Rejected | Cancelled | Expired | Queued),
            Dialing => matches!(next, Completed | Cancelled | Expired),
            Completed | Rejected | Cancelled | Expired => false,
        }
    }
}

/// Why a contact is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldReason {
    /// Outside the hours it may be called.
    OutsideWindow,
    /// Waiting between two attempts or after a refusal that may pass.
    Retry,
    /// Rung as often as a cap allows.
    Capped,
}

words!(HoldReason, "hold reason", {
    OutsideWindow => "outside_window", Retry => "retry", Capped => "capped",
});

/// Why somebody ended whose own time was over before they were dialed.
pub const EXPIRED: Why = Why::new(Cause::Expired, "its `expires_at` has passed");

/// A contact as stored. Printing it shows no personal data.
#[derive(Clone)]
pub struct Contact {
    /// Our id, also the key vendors know the person by.
    pub id: ContactId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its task.
    pub task: TaskId,
    /// The client's own key, unique within the task.
    pub external_id: Option<String>,
    /// Whom to ring; `None` for somebody who was erased.
    pub phone: Option<Phone>,
    /// What the person is called.
    pub name: Option<PersonName>,
    /// Values for the script's variables.
    pub variables: BTreeMap<String, String>,
    /// The IANA name of the zone they are in, as the client told it.
    pub time_zone: Option<Box<str>>,
    /// They are not dialed from this instant on.
    pub expires_at: Option<Timestamp>,
    /// The client's own key of the person, the same in every task.
    pub person_id: Option<String>,
    /// Where it stands.
    pub status: ContactStatus,
    /// Why and until when it is held; only with `held`.
    pub hold: Option<(HoldReason, Timestamp)>,
    /// How it ended; only with `completed`.
    pub disposition: Option<Disposition>,
    /// How sure that is; `None` where nobody told it.
    pub confidence: Option<Confidence>,
    /// Why it was rejected or is unknown, in a sentence without personal data.
    pub reason: Option<String>,
    /// The vendor-side task it was last sent with.
    pub segment: Option<SegmentId>,
    /// Somebody asked to cancel it and the vendor has not confirmed yet.
    pub cancel_requested: bool,
    /// Calls placed so far.
    pub calls: u32,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the person was erased: nothing personal is left of the contact.
    pub erased_at: Option<Timestamp>,
}

impl Contact {
    /// Where they are, as far as that is known.
    pub fn whereabouts(&self) -> Whereabouts {
        Whereabouts::of(self.phone.as_ref(), self.time_zone.as_deref())
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Contact");
        shown.field("id", &self.id).field("status", &self.status).field("disposition", &self.disposition);
        shown.field("reason", &self.reason).field("segment", &self.segment).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_a_final_status_and_nothing_returns_from_dialing() {
        for &from in ContactStatus::ALL {
            for &to in ContactStatus::ALL {
                assert!(!(from.is_final() && from.may_become(to)), "{from} -> {to}");
                assert!(
                    !(from == ContactStatus::Dialing && to.is_ours() && from.may_become(to)),
                    "{from} -> {to}"
                );
                assert!(from != to || !from.may_become(to), "{from} -> itself is no change");
            }
        }
    }

    #[test]
    fn every_status_can_reach_an_end() {
        for &from in ContactStatus::ALL {
            let mut reached = vec![from];
            let mut next = 0;
            while next < reached.len() {
                let status = reached[next];
                next += 1;
                for &to in ContactStatus::ALL {
                    if status.may_become(to) && !reached.contains(&to) {
                        reached.push(to);
                    }
                }
            }
            assert!(reached.iter().any(|status| status.is_final()), "{from} is a dead end");
        }
    }
}
