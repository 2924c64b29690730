//! The gate: who is dialed now, later, or never.
//!
//! [`gate`] is one pure function. It is asked about every candidate in the transaction that writes the ledger's row
//! ([`choose`]), so that what it was told still holds when the row is on the disk. Whoever is not clearly allowed stays.
//!
//! Not for: the number lock and the room at the vendor, which decide who is a candidate (the store), and what to do next
//! with a task as a whole ([`decide`](super::decide())).

use super::later;
use crate::caps;
use crate::rulebook::Rulebook;
use outdial_model::{
    Cause, ContactStatus, DispatchKind, EXPIRED, HoldReason, Hours, Opening, SUPPRESSED, Timestamp,
    Whereabouts, Why,
};
use outdial_store::{Candidate, Choice, ChosenBatch};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How soon somebody is asked about again whose hours never meet: rules are changed by people.
const AGAIN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Why somebody ended who was not dialed in time.
pub(super) const SCHEDULE_OVER: Why = Why::new(Cause::ScheduleOver, "the task's schedule is over");

/// Why somebody is not dialed whose hour nobody can know.
const NOWHERE_KNOWN: Why = Why::new(
    Cause::UnknownTimeZone,
    "hours are told by the clock of each person, and nobody knows where they are",
);

/// What becomes of somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Dialed now.
    Dial,
    /// Kept back until then.
    Hold(HoldReason, Timestamp),
    /// Never dialed: how it ends, and why.
    Never(ContactStatus, Why),
}

/// Whose turn it is, of those who may be dialed.
pub(super) enum Turn<'a> {
    /// Everybody's.
    Everybody,
    /// Whoever's vendor is told these hours.
    With(&'a Hours),
    /// Nobody's: whoever may not be dialed is held or ended.
    Nobody,
}

/// Whether somebody is dialed now.
pub(crate) fn gate(candidate: &Candidate, rules: &Rulebook<'_>, now: Timestamp) -> Verdict {
    let contact = &candidate.contact;
    if candidate.is_suppressed {
        return Verdict::Never(ContactStatus::Cancelled, SUPPRESSED);
    }
    if contact.expires_at.is_some_and(|end| now >= end) {
        return Verdict::Never(ContactStatus::Expired, EXPIRED);
    }
    // Whoever's time is over before they may be called is looked at then.
    let at_the_latest = |until: Timestamp| contact.expires_at.map_or(until, |end| end.min(until));
    let whereabouts = rules.whereabouts(contact);
    match rules.opening(&whereabouts, now) {
        Some(Opening::Now) => {
            let attempts = rules.spec.retry.max_attempts;
            let full = caps::held_until(rules.caps(&whereabouts), attempts, &candidate.past, now);
            full.map_or(Verdict::Dial, |until| Verdict::Hold(HoldReason::Capped, at_the_latest(until)))
        }
        Some(Opening::At(opening)) => Verdict::Hold(HoldReason::OutsideWindow, at_the_latest(opening)),
        Some(Opening::Nowhere) => {
            Verdict::Hold(HoldReason::OutsideWindow, at_the_latest(later(now, AGAIN_AFTER)))
        }
        Some(Opening::Never) => Verdict::Never(ContactStatus::Expired, SCHEDULE_OVER),
        None => Verdict::Never(ContactStatus::Rejected, NOWHERE_KNOWN),
    }
}

/// Asks about every candidate. `digest` becomes that of the request which follows; `told` answers what hours the vendor of
/// somebody there is told.
pub(super) fn choose(
    rules: &Rulebook<'_>,
    turn: &Turn<'_>,
    told: impl Fn(&Whereabouts) -> Option<Hours>,
    kind: DispatchKind,
    candidates: &[Candidate],
    mut digest: Sha256,
    now: Timestamp,
) -> ChosenBatch {
    let mut chosen = ChosenBatch::default();
    digest.update(kind.as_str());
    digest.update(serde_json::to_vec(rules.spec).unwrap_or_default());
    for candidate in candidates {
        let contact = &candidate.contact;
        let choice = match gate(candidate, rules, now) {
            Verdict::Dial => {
                let is_their_turn = match turn {
                    Turn::Everybody => true,
                    Turn::With(hours) => told(&rules.whereabouts(contact)).as_ref() == Some(hours),
                    Turn::Nobody => false,
                };
                if !is_their_turn {
                    continue;
                }
                digest.update(contact.id.as_str());
                digest.update(contact.phone.as_ref().map_or("", |phone| phone.e164()));
                digest.update(contact.name.as_ref().map_or("", |name| name.expose()));
                for (name, value) in &contact.variables {
                    digest.update(name);
                    digest.update([0]);
                    digest.update(value);
                }
                chosen.dial.push(contact.id.clone());
                continue;
            }
            Verdict::Hold(reason, until) => Choice::Hold(reason, until),
            Verdict::Never(status, why) => Choice::Never(status, why),
        };
        chosen.others.push((contact.id.clone(), choice));
    }
    chosen.digest = hex::encode(digest.finalize());
    chosen
}
