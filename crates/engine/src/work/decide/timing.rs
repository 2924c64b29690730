//! When the next thing becomes possible by time alone.

use super::super::later;
use super::super::told::NextPerson;
use super::{Situation, Step};
use crate::Breaker;
use outdial_model::{
    DesiredStatus, Dispatch, OnUnknown, Opening, Openings, Segment, SegmentStatus, Timestamp,
};
use outdial_provider::Staging;
use std::time::Duration;

const SHORTEST_POLL: Duration = Duration::from_secs(1);
const SHORTEST_SETTLE: Duration = Duration::from_secs(1);

pub(super) fn due_poll(s: &Situation<'_>) -> Option<Step> {
    let mut due: Vec<_> =
        s.segments().filter_map(|segment| poll_at(s, segment).map(|at| (at, segment))).collect();
    due.sort_by_key(|(at, _)| *at);
    let mut ripe = due.into_iter().take_while(|(at, _)| *at <= s.now);
    ripe.find_map(|(_, segment)| s.now(Step::Poll(segment.id.clone())))
}

/// Often while something happens, seldom while nothing does.
pub(super) fn poll_at(s: &Situation<'_>, segment: &Segment) -> Option<Timestamp> {
    let last = segment.polled_at.unwrap_or(segment.opened_at);
    let quiet_for = Duration::try_from(s.now.duration_since(s.work.task.updated_at)).unwrap_or_default();
    let longest = s.at(&segment.account)?.policy.poll_interval;
    let whole = s.staging(segment) == Some(Staging::WholeWithFuse);
    let lively = (quiet_for / 4).clamp(SHORTEST_POLL, longest.max(SHORTEST_POLL));
    let interval = match segment.status {
        SegmentStatus::Opening | SegmentStatus::Unknown => return None,
        SegmentStatus::Ready if !whole && !segment.adopted => {
            return None;
        }
        _ if segment.open_contacts > 0 || segment.status == SegmentStatus::Ending => lively,
        _ if whole => lively,
        _ => longest * 4,
    };
    let fuse_ends = segment.not_before.filter(|_| segment.status == SegmentStatus::Ready);
    let earliest = later(last, interval);
    Some(fuse_ends.map_or(earliest, |fuse| if fuse > s.now { fuse } else { earliest }))
}

/// A look-up proves absence only after the settle delay, counted from when the request was over:
/// waits for a token or the rate budget lie between the ledger's row and the socket.
pub(super) fn look_up_at(s: &Situation<'_>, dispatch: &Dispatch) -> Timestamp {
    let last = dispatch.settled_at.unwrap_or(dispatch.created_at);
    later(last, s.settle(&dispatch.account).max(SHORTEST_SETTLE))
}

/// From here on a dispatch in doubt no longer keeps the others of its segment from being started.
pub(super) fn doubted_until(s: &Situation<'_>, dispatch: &Dispatch) -> Timestamp {
    let last = dispatch.settled_at.unwrap_or(dispatch.created_at);
    later(last, s.settle(&dispatch.account).max(SHORTEST_SETTLE).saturating_mul(3))
}

/// When the task's policy decides about people nobody could tell anything about.
pub(super) fn horizon(s: &Situation<'_>, dispatch: &Dispatch) -> Timestamp {
    let wait = s.work.task.spec.safety.unknown_horizon_seconds;
    later(dispatch.created_at, Duration::from_secs(wait.into()))
}

/// When a segment that begins by itself is looked at next: after a third and after two thirds of its fuse,
/// and at once when it is about to be withdrawn unseen.
pub(super) fn verify_at(s: &Situation<'_>, segment: &Segment) -> Option<Timestamp> {
    let begins = segment.not_before.filter(|_| segment.status.is_live() && !segment.adopted)?;
    if !s.verifies(segment) || s.staging(segment) != Some(Staging::WholeWithFuse) {
        return None;
    }
    let fuse = Duration::try_from(begins.duration_since(segment.opened_at)).unwrap_or_default();
    let second = later(segment.opened_at, fuse / 3 * 2);
    match segment.verified_at {
        None if s.work.task.desired != DesiredStatus::Running || is_left(s, segment) => Some(s.now),
        None => Some(later(segment.opened_at, fuse / 3)),
        Some(first) => (first < second && s.now < begins).then_some(second),
    }
}

/// Whether its task has moved away from it.
fn is_left(s: &Situation<'_>, segment: &Segment) -> bool {
    segment.account != s.work.task.account
}

/// Until when a segment that is to be withdrawn is kept to be looked at: with it the vendor's list would lose
/// the one that tells of a twin. A look that keeps failing must leave time to withdraw it.
pub(super) fn watched_until(s: &Situation<'_>, segment: &Segment) -> Option<Timestamp> {
    let begins = segment.not_before.filter(|_| segment.verified_at.is_none())?;
    verify_at(s, segment)?;
    let fuse = Duration::try_from(begins.duration_since(segment.opened_at)).unwrap_or_default();
    Some(later(segment.opened_at, fuse / 3 * 2)).filter(|until| *until > s.now)
}

/// When hours begin that only the people of this segment have, as far as the task's by the same clock are open then, too; `None` when
/// they have none of their own, or none that begin.
pub(super) fn hours_open_at(s: &Situation<'_>, segment: &Segment) -> Option<Timestamp> {
    let hours = segment.hours.as_ref()?;
    let clock = || hours.time_zone.fixed().into_iter().collect();
    match Openings::of(&s.work.task.spec.schedule, [hours], clock)?.next(s.now) {
        Opening::Now => Some(s.now),
        Opening::At(at) => Some(at),
        Opening::Nowhere | Opening::Never => None,
    }
}

/// When the next thing becomes possible by time alone.
pub(super) fn next_due(s: &Situation<'_>) -> Option<Timestamp> {
    let task = &s.work.task;
    let polls = s.segments().filter_map(|segment| poll_at(s, segment));
    let verifications =
        s.segments().flat_map(|segment| verify_at(s, segment).into_iter().chain(watched_until(s, segment)));
    let doubts = s.work.dispatches.iter().flat_map(|dispatch| {
        let decides = task.spec.safety.on_unknown != OnUnknown::Hold;
        let horizon = decides.then(|| horizon(s, dispatch));
        [Some(look_up_at(s, dispatch)), Some(doubted_until(s, dispatch)), horizon].into_iter().flatten()
    });
    let running = task.desired == DesiredStatus::Running;
    // A fuse that would burn beyond the hours waits for the next ones.
    let whole = s.capabilities.staging == Staging::WholeWithFuse;
    let begin = if whole { later(s.now, s.fuse) } else { s.now };
    let opens = |hours: &Openings<'_>, from| match hours.next(from) {
        Opening::At(at) if running => Some(at),
        _ => None,
    };
    let (opening, beginning) = (opens(&s.who.hours, s.now), opens(&s.who.hours, begin));
    // Whoever is next waits for hours of their own; when those are over, somebody else is next.
    let theirs = match &s.who.next {
        NextPerson::With(_, hours) => opens(hours, begin).map(|at| at.min(begin)),
        NextPerson::Anybody | NextPerson::Nobody => None,
    };
    let end = task.spec.schedule.not_after.filter(|_| task.desired != DesiredStatus::Draft);
    let breaker = match s.breaker {
        Breaker::Open { until } if running => Some(until),
        _ => None,
    };
    let others = [opening, beginning, theirs, end, breaker, s.sides.escapes_at, s.work.next_hold_ends];
    let still = |segment: &&Segment| matches!(segment.status, SegmentStatus::Ready | SegmentStatus::Paused);
    let starts = s.here().filter(still).filter(|_| running).filter_map(|segment| hours_open_at(s, segment));
    let pauses = s.paused.values().copied();
    polls
        .chain(verifications)
        .chain(doubts)
        .chain(others.into_iter().flatten())
        .chain(starts)
        .filter(|at| *at > s.now)
        .chain(pauses)
        .min()
}
