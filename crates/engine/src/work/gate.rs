//! The gate: who is dialed now, later, or never.
//!
//! [`gate`] is one pure function. It is asked about every candidate in the transaction that writes the ledger's row
//! ([`choose`]), so that what it was told still holds when the row is on the disk. Whoever is not clearly allowed stays.
//!
//! Not for: the number lock and the room at the vendor, which decide who is a candidate (the store), and what to do next
//! with a task as a whole ([`decide`](super::decide())).

use outdial_model::{ContactStatus, DispatchKind, HoldReason, SUPPRESSED, TaskSpec, Timestamp};
use outdial_store::{Candidate, Choice, ChosenBatch};
use sha2::{Digest, Sha256};

/// What becomes of somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Dialed now.
    Dial,
    /// Kept back until then.
    Hold(HoldReason, Timestamp),
    /// Never dialed: how it ends, and why.
    Never(ContactStatus, &'static str),
}

/// Whether somebody is dialed now.
pub(super) fn gate(candidate: &Candidate, spec: &TaskSpec, now: Timestamp) -> Verdict {
    if candidate.is_suppressed {
        return Verdict::Never(ContactStatus::Cancelled, SUPPRESSED);
    }
    if spec.schedule.is_open(now) {
        return Verdict::Dial;
    }
    match spec.schedule.next_open(now) {
        Some(opening) => Verdict::Hold(HoldReason::OutsideWindow, opening),
        None => Verdict::Never(ContactStatus::Expired, "the task's schedule is over"),
    }
}

/// Asks about every candidate. `digest` becomes that of the request which follows.
pub(super) fn choose(
    spec: &TaskSpec,
    kind: DispatchKind,
    candidates: &[Candidate],
    mut digest: Sha256,
    now: Timestamp,
) -> ChosenBatch {
    let mut chosen = ChosenBatch::default();
    digest.update(kind.as_str());
    digest.update(serde_json::to_vec(spec).unwrap_or_default());
    for candidate in candidates {
        let contact = &candidate.contact;
        let choice = match gate(candidate, spec, now) {
            Verdict::Dial => {
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
            Verdict::Never(status, why) => Choice::Never(status, why.to_owned()),
        };
        chosen.others.push((contact.id.clone(), choice));
    }
    chosen.digest = hex::encode(digest.finalize());
    chosen
}
