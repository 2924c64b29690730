//! What dials: segments are filled, verified and started; one whose fuse burns is verified meanwhile.

use super::super::later;
use super::super::told::NextPerson;
use super::timing::{self, verify_at};
use super::{Situation, Step, portion};
use crate::Breaker;
use outdial_model::{DesiredStatus, Segment, SegmentStatus};
use outdial_provider::{Operation, Staging, Verb};

/// A segment that begins by itself is looked at before it does: whatever was made twice must be stopped
/// while it is harmless, also when the task is being paused or stopped.
pub(super) fn burning(s: &Situation<'_>) -> Option<Step> {
    let due = |segment: &&Segment| verify_at(s, segment).is_some_and(|at| at <= s.now);
    s.segments().filter(due).find_map(|segment| s.now(Step::Verify(segment.id.clone())))
}

/// A spec that was changed, for a segment that stands still.
pub(super) fn changing(s: &Situation<'_>) -> Option<Step> {
    let still = |segment: &&Segment| matches!(segment.status, SegmentStatus::Ready | SegmentStatus::Paused);
    let mut segments = s.here().filter(still).filter(|segment| is_outdated(s, segment));
    segments.find_map(|segment| s.now(Step::Update(segment.id.clone())))
}

/// Whoever waits does not wait for an account that has been of no use for too long, where there is another.
pub(super) fn escaping(s: &Situation<'_>) -> Option<Step> {
    s.sides.escapes_at.filter(|at| *at <= s.now).and_then(|_| s.now(Step::FailOver))
}

pub(super) fn dialing(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let is_wanted = task.desired == DesiredStatus::Running && !s.has_failed();
    if !is_wanted || !s.may_dial || !s.who.hours.are_open(s.now) {
        return None;
    }
    // Nobody is rung by hours of before that the vendor is told otherwise as soon as it can be asked.
    let is_told = |segment: &Segment| segment.hours.is_none() || !is_outdated(s, segment);
    let may_start = |segment: &&Segment| is_in_its_hours(s, segment) && is_told(segment);
    let start = s.here().filter(may_start).find_map(|segment| match segment.status {
        SegmentStatus::Paused if s.native(Operation::Resume) => {
            s.now(Step::Steer(segment.id.clone(), Verb::Resume))
        }
        SegmentStatus::Ready if s.capabilities.staging == Staging::EmptyThenStart => start(s, segment),
        _ => None,
    });
    start.or_else(|| sending(s))
}

/// Whether its vendor can be told of a change of the spec, and is not yet.
fn is_outdated(s: &Situation<'_>, segment: &Segment) -> bool {
    let is_older = segment.spec_revision < s.work.task.spec_revision && !segment.adopted;
    is_older && s.native(Operation::UpdateSegment)
}

/// Whether the hours are open that only the people of this segment have.
fn is_in_its_hours(s: &Situation<'_>, segment: &Segment) -> bool {
    segment.hours.is_none() || timing::hours_open_at(s, segment).is_some_and(|at| at <= s.now)
}

/// Starts a segment that was filled, once the vendor is seen to have it as it was given.
fn start(s: &Situation<'_>, segment: &Segment) -> Option<Step> {
    if segment.adopted {
        return s.now(Step::Steer(segment.id.clone(), Verb::Start));
    }
    if segment.open_contacts == 0 {
        return None;
    }
    if !s.verifies(segment) || segment.verified_at.is_some() {
        return s.now(Step::Steer(segment.id.clone(), Verb::Start));
    }
    // Whoever is in doubt is looked for first; a vendor that cannot tell does not keep the others for ever.
    let in_doubt = s
        .work
        .dispatches
        .iter()
        .filter(|dispatch| dispatch.segment == segment.id)
        .map(|d| timing::doubted_until(s, d));
    if in_doubt.max().is_some_and(|until| until > s.now) {
        return None;
    }
    s.now(Step::Verify(segment.id.clone()))
}

/// Verified as it is, and not started yet: who would be added now would be started unseen.
fn is_sealed(s: &Situation<'_>, segment: &Segment) -> bool {
    let still = s.capabilities.staging == Staging::EmptyThenStart && segment.status == SegmentStatus::Ready;
    s.verifies(segment) && still && segment.verified_at.is_some() && segment.open_contacts > 0
}

/// Sends the next people, when there are some, the vendor has room and they go nowhere that is in doubt.
fn sending(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let whole = s.capabilities.staging == Staging::WholeWithFuse;
    // While it is not known whether an empty segment was made, nobody needs another one. One made whole
    // holds its own people, and others may go elsewhere: no number is dialed twice.
    let unsure = |segment: &Segment| match segment.status {
        SegmentStatus::Opening => true,
        SegmentStatus::Unknown => !whole,
        // One whose hours are over waits for them, and the others do not wait for it.
        _ => is_sealed(s, segment) && is_in_its_hours(s, segment),
    };
    let free = s.window.saturating_sub(s.out_here());
    let room = free >= portion(s.window, whole) || s.out_here() == 0;
    let may_leave = !matches!(s.breaker, Breaker::Open { .. });
    if s.here().any(unsure) || !room || !may_leave || !s.somebody_waits() || s.is_over() {
        return None;
    }
    if task.spec.single_call && s.native(Operation::PlaceCall) {
        return s.now(Step::Place);
    }
    let limits = &s.capabilities.limits;
    let (told, theirs) = match &s.who.next {
        NextPerson::Anybody => (None, &s.who.hours),
        NextPerson::With(hours, openings) => (Some(hours), openings),
        NextPerson::Nobody => return s.now(Step::Sift { contacts: s.batch }),
    };
    let batch = limits
        .contacts_per_request
        .min(usize::try_from(free.min(s.ours())).unwrap_or(usize::MAX))
        .min(s.batch)
        .max(1);
    let capacity = |segment: &Segment| {
        let given = usize::try_from(segment.contacts).unwrap_or(usize::MAX);
        limits.contacts_per_segment.map_or(usize::MAX, |most| most.saturating_sub(given))
    };
    let takes = |segment: &&Segment| {
        // The vendor keeps its own hours for what was made in its console.
        let fits = segment.adopted || segment.hours.as_ref() == told;
        fits && !is_sealed(s, segment)
            && segment.status.is_live()
            && capacity(segment) > 0
            && s.native(Operation::AddContacts)
    };
    let step = match s.here().filter(takes).last() {
        Some(segment) => {
            let add = Step::Add { segment: segment.id.clone(), contacts: batch.min(capacity(segment)) };
            return first_look(s, segment).or_else(|| s.now(add));
        }
        // The vendor's own task is all an adopted one has.
        None if task.is_adopted() => return None,
        None if whole => {
            let not_before = (!s.fuse.is_zero()).then(|| later(s.now, s.fuse));
            if !theirs.are_open(not_before.unwrap_or(s.now)) {
                return None;
            }
            let contacts = batch.min(limits.contacts_per_segment.unwrap_or(usize::MAX));
            Step::Open { contacts, not_before, hours: told.cloned() }
        }
        None => Step::Open { contacts: 0, not_before: None, hours: told.cloned() },
    };
    s.now(step)
}

/// A live segment is looked at once while it holds nobody. It is harmless then, and so is another that was
/// made with it: a look that fails keeps nobody waiting.
fn first_look(s: &Situation<'_>, segment: &Segment) -> Option<Step> {
    let first = segment.contacts == 0 && segment.verified_at.is_none() && !segment.adopted;
    let live = s.capabilities.staging == Staging::EmptyLive;
    (s.verifies(segment) && first && live)
        .then_some(Step::Verify(segment.id.clone()))
        .and_then(|step| s.now(step))
}
