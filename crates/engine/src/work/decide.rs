//! What to do next: a pure function from everything known about a task to one step.
//!
//! The order of the questions is the order of importance: what is in doubt first, then what takes
//! people back, then what ends or pauses, and only then what dials.

use super::later;
use crate::{Account, Breaker};
use outdial_model::{
    ContactStatus, DesiredStatus, DispatchId, DispatchOutcome, Segment, SegmentId, SegmentStatus, TaskStatus,
    Timestamp,
};
use outdial_provider::{Capabilities, Operation, Staging, Verb};
use outdial_store::TaskWork;
use std::time::Duration;

const SHORTEST_POLL: Duration = Duration::from_secs(1);

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A dispatch somebody left open: it is `unknown` from now on.
    Disown(DispatchId),
    /// Look for an unknown dispatch by our own keys.
    Resolve(DispatchId),
    /// End contacts that never left.
    CancelOurs { status: ContactStatus, reason: &'static str },
    /// Ask the vendor to take people back.
    CancelAtVendor,
    /// Bring a segment into a state.
    Steer(SegmentId, Verb),
    /// Give the vendor the task's spec as it is now.
    Update(SegmentId),
    /// Nothing is left in a segment the vendor cannot end: it is over for us.
    Close(SegmentId, SegmentStatus),
    /// Open a segment with at most so many people (0: empty), dialing not before.
    Open { contacts: usize, not_before: Option<Timestamp> },
    /// Add at most so many people to a segment.
    Add { segment: SegmentId, contacts: usize },
    /// Read what became of a segment and its people.
    Poll(SegmentId),
    /// What was asked for is confirmed.
    Become(TaskStatus),
    /// Nothing to do before this instant, if nobody asks for something.
    Wait(Option<Timestamp>),
}

/// Everything a decision depends on.
pub(super) struct Situation<'a> {
    work: &'a TaskWork,
    capabilities: &'a Capabilities,
    window: u64,
    settle: Duration,
    longest_poll: Duration,
    fuse: Duration,
    breaker: Breaker,
    now: Timestamp,
    cancels_tried: bool,
}

impl<'a> Situation<'a> {
    pub(super) fn new(work: &'a TaskWork, account: &'a Account, now: Timestamp, cancels_tried: bool) -> Self {
        Self {
            work,
            capabilities: account.provider.capabilities(),
            window: window(work, account),
            settle: account.settle(),
            longest_poll: account.policy.poll_interval,
            fuse: account.policy.fuse,
            breaker: account.breaker(now),
            now,
            cancels_tried,
        }
    }

    fn ours(&self) -> u64 {
        self.work.task.counts.sum(ContactStatus::is_ours)
    }

    fn out(&self) -> u64 {
        self.work.task.counts.sum(ContactStatus::is_out)
    }

    /// Somebody waits who may be sent now.
    fn somebody_waits(&self) -> bool {
        self.work.task.counts.of(ContactStatus::Queued) > 0
            || self.work.next_hold_ends.is_some_and(|end| end <= self.now)
    }

    fn native(&self, operation: Operation) -> bool {
        self.capabilities.is_native(operation)
    }

    fn segments(&self) -> impl Iterator<Item = &'a Segment> + use<'a> {
        self.work.segments.iter()
    }

    fn is_over(&self) -> bool {
        self.work.task.spec.schedule.is_over(self.now)
    }
}

/// Most contacts of the task the vendor may hold.
pub(super) fn window(work: &TaskWork, account: &Account) -> u64 {
    let concurrency = work.task.spec.pacing.max_concurrent_calls.unwrap_or(0);
    u64::from(account.policy.window.unwrap_or_else(|| concurrency.saturating_mul(2).max(50)))
}

/// The next step.
pub(super) fn decide(s: &Situation<'_>) -> Step {
    if s.work.task.status.is_final() {
        return Step::Wait(None);
    }
    None.or_else(|| doubt(s))
        .or_else(|| cancellations(s))
        .or_else(|| ending(s))
        .or_else(|| pausing(s))
        .or_else(|| completion(s))
        .or_else(|| changing(s))
        .or_else(|| dialing(s))
        .or_else(|| confirmation(s))
        .or_else(|| due_poll(s))
        .unwrap_or_else(|| Step::Wait(next_due(s)))
}

/// What may or may not have happened.
fn doubt(s: &Situation<'_>) -> Option<Step> {
    if let Some(left_open) = s.work.dispatches.iter().find(|dispatch| dispatch.outcome.is_none()) {
        return Some(Step::Disown(left_open.id.clone()));
    }
    let ripe = s.work.dispatches.iter().find(|dispatch| look_up_at(s, dispatch) <= s.now);
    ripe.map(|dispatch| Step::Resolve(dispatch.id.clone()))
}

/// A look-up proves absence only after the settle delay; one that told nothing is repeated at ease.
fn look_up_at(s: &Situation<'_>, dispatch: &outdial_model::Dispatch) -> Timestamp {
    debug_assert_eq!(dispatch.outcome, Some(DispatchOutcome::Unknown));
    let settled = later(dispatch.created_at, s.settle);
    match dispatch.settled_at {
        Some(looked_at) if looked_at >= settled => later(looked_at, s.settle.max(Duration::from_secs(5))),
        _ => settled,
    }
}

fn cancellations(s: &Situation<'_>) -> Option<Step> {
    let wanted = s.work.cancels_pending > 0 && !s.cancels_tried && s.native(Operation::CancelContact);
    wanted.then_some(Step::CancelAtVendor)
}

/// A stop that was asked for, or the end of the schedule.
fn ending(s: &Situation<'_>) -> Option<Step> {
    let stopping = s.work.task.desired == DesiredStatus::Stopped;
    let over = s.is_over() && s.work.task.desired != DesiredStatus::Draft;
    if !stopping && !over {
        return None;
    }
    if s.ours() > 0 {
        let (status, reason) = if stopping {
            (ContactStatus::Cancelled, "the task was stopped")
        } else {
            (ContactStatus::Expired, "the task's schedule is over")
        };
        return Some(Step::CancelOurs { status, reason });
    }
    for segment in s.segments().filter(|segment| segment.status.is_live()) {
        if !stopping && segment.adopted {
            continue;
        }
        if s.native(Operation::Stop) {
            return Some(Step::Steer(segment.id.clone(), Verb::Stop));
        }
        if segment.open_contacts == 0 {
            return Some(Step::Close(segment.id.clone(), SegmentStatus::Stopped));
        }
    }
    let quiet = s.work.segments.is_empty() && s.out() == 0 && s.work.dispatches.is_empty();
    (stopping && quiet).then_some(Step::Become(TaskStatus::Stopped))
}

fn pausing(s: &Situation<'_>) -> Option<Step> {
    if s.work.task.desired != DesiredStatus::Paused {
        return None;
    }
    let is = |status| move |segment: &&Segment| segment.status == status;
    // A fuse that burns cannot be paused, but nobody in such a segment has been dialed: it is
    // withdrawn, and its people come back to us.
    let burning = s.segments().find(is(SegmentStatus::Ready));
    if let Some(segment) =
        burning.filter(|_| s.capabilities.staging == Staging::WholeWithFuse && s.native(Operation::Stop))
    {
        return Some(Step::Steer(segment.id.clone(), Verb::Stop));
    }
    if let Some(segment) =
        s.segments().find(is(SegmentStatus::Running)).filter(|_| s.native(Operation::Pause))
    {
        return Some(Step::Steer(segment.id.clone(), Verb::Pause));
    }
    let confirmed = s.work.dispatches.is_empty();
    (confirmed && s.work.task.status == TaskStatus::Pausing).then_some(Step::Become(TaskStatus::Paused))
}

/// Everybody is done: the vendor's tasks are ended, then ours.
fn completion(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let started = matches!(task.desired, DesiredStatus::Running | DesiredStatus::Paused);
    let everybody_done = s.ours() == 0 && s.out() == 0 && s.work.dispatches.is_empty();
    let had_somebody = task.counts.total() > 0 || s.work.segments_opened > 0 || s.is_over();
    if !started || !everybody_done || !had_somebody || (task.spec.keep_open && !s.is_over()) {
        return None;
    }
    let left = s.segments().find(|segment| segment.status.is_live() && !segment.adopted);
    if let Some(segment) = left {
        return Some(if s.native(Operation::Stop) {
            Step::Steer(segment.id.clone(), Verb::Complete)
        } else {
            Step::Close(segment.id.clone(), SegmentStatus::Completed)
        });
    }
    s.work.segments.is_empty().then_some(Step::Become(TaskStatus::Completed))
}

/// A spec that was changed, for a segment that stands still.
fn changing(s: &Situation<'_>) -> Option<Step> {
    let still = |segment: &&Segment| matches!(segment.status, SegmentStatus::Ready | SegmentStatus::Paused);
    let older = |segment: &&Segment| segment.spec_revision < s.work.task.spec_revision && !segment.adopted;
    let segment = s.segments().filter(still).find(older)?;
    s.native(Operation::UpdateSegment).then(|| Step::Update(segment.id.clone()))
}

fn dialing(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    if task.desired != DesiredStatus::Running || !task.spec.schedule.is_open(s.now) {
        return None;
    }
    let paused = s.segments().find(|segment| segment.status == SegmentStatus::Paused);
    if let Some(segment) = paused.filter(|_| s.native(Operation::Resume)) {
        return Some(Step::Steer(segment.id.clone(), Verb::Resume));
    }
    let ready = |segment: &&Segment| {
        segment.status == SegmentStatus::Ready && (segment.open_contacts > 0 || segment.adopted)
    };
    let still = s.segments().find(ready);
    if let Some(segment) = still.filter(|_| s.capabilities.staging == Staging::EmptyThenStart) {
        return Some(Step::Steer(segment.id.clone(), Verb::Start));
    }
    sending(s)
}

/// Sends the next people, when there are some, the vendor has room and nothing is in doubt.
fn sending(s: &Situation<'_>) -> Option<Step> {
    let in_doubt =
        s.segments().any(|segment| matches!(segment.status, SegmentStatus::Opening | SegmentStatus::Unknown));
    let free = s.window.saturating_sub(s.out());
    let whole = s.capabilities.staging == Staging::WholeWithFuse;
    // Room is used in portions: a request for every single person that finishes would be wasteful.
    let portion = if whole { s.window / 2 } else { s.window / 8 };
    let room = free >= portion.max(1) || s.out() == 0;
    let may_leave = !matches!(s.breaker, Breaker::Open { .. });
    if in_doubt || !room || !may_leave || !s.somebody_waits() || s.is_over() {
        return None;
    }
    let limits = &s.capabilities.limits;
    let batch = limits.contacts_per_request.min(usize::try_from(free).unwrap_or(usize::MAX)).max(1);
    if whole {
        let contacts = batch.min(limits.contacts_per_segment.unwrap_or(usize::MAX));
        let not_before = (!s.fuse.is_zero()).then(|| later(s.now, s.fuse));
        return Some(Step::Open { contacts, not_before });
    }
    let capacity = |segment: &Segment| {
        let given = usize::try_from(segment.contacts).unwrap_or(usize::MAX);
        limits.contacts_per_segment.map_or(usize::MAX, |most| most.saturating_sub(given))
    };
    let takes = |segment: &&Segment| {
        segment.status.is_live() && capacity(segment) > 0 && s.native(Operation::AddContacts)
    };
    Some(match s.segments().filter(takes).last() {
        Some(segment) => Step::Add { segment: segment.id.clone(), contacts: batch.min(capacity(segment)) },
        None => Step::Open { contacts: 0, not_before: None },
    })
}

/// What was asked for is so.
fn confirmation(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let waiting = matches!(task.status, TaskStatus::Scheduled | TaskStatus::Resuming);
    if task.desired != DesiredStatus::Running || !waiting {
        return None;
    }
    let dials =
        s.segments().any(|segment| matches!(segment.status, SegmentStatus::Running | SegmentStatus::Ending));
    let idle = s.ours() == 0 && s.out() == 0 && task.spec.schedule.is_open(s.now);
    (dials || idle).then_some(Step::Become(TaskStatus::Running))
}

fn due_poll(s: &Situation<'_>) -> Option<Step> {
    let due = s.segments().filter_map(|segment| poll_at(s, segment).map(|at| (at, segment)));
    let next = due.min_by_key(|(at, _)| *at);
    next.filter(|(at, _)| *at <= s.now).map(|(_, segment)| Step::Poll(segment.id.clone()))
}

/// Often while something happens, seldom while nothing does.
fn poll_at(s: &Situation<'_>, segment: &Segment) -> Option<Timestamp> {
    let last = segment.polled_at.unwrap_or(segment.opened_at);
    let quiet_for = Duration::try_from(s.now.duration_since(s.work.task.updated_at)).unwrap_or_default();
    let lively = (quiet_for / 4).clamp(SHORTEST_POLL, s.longest_poll.max(SHORTEST_POLL));
    let interval = match segment.status {
        SegmentStatus::Opening | SegmentStatus::Unknown => return None,
        SegmentStatus::Ready if s.capabilities.staging != Staging::WholeWithFuse && !segment.adopted => {
            return None;
        }
        _ if segment.open_contacts > 0 || segment.status == SegmentStatus::Ending => lively,
        _ if s.capabilities.staging == Staging::WholeWithFuse => lively,
        _ => s.longest_poll * 4,
    };
    let fuse_ends = segment.not_before.filter(|_| segment.status == SegmentStatus::Ready);
    let earliest = later(last, interval);
    Some(fuse_ends.map_or(earliest, |fuse| if fuse > s.now { fuse } else { earliest }))
}

/// When the next thing becomes possible by time alone.
fn next_due(s: &Situation<'_>) -> Option<Timestamp> {
    let task = &s.work.task;
    let polls = s.segments().filter_map(|segment| poll_at(s, segment));
    let look_ups = s.work.dispatches.iter().map(|dispatch| look_up_at(s, dispatch));
    let running = task.desired == DesiredStatus::Running;
    let opening = task.spec.schedule.next_open(s.now).filter(|_| running && s.ours() > 0);
    let opening = opening.filter(|at| *at > s.now);
    let end = task.spec.schedule.not_after.filter(|_| task.desired != DesiredStatus::Draft);
    let breaker = match s.breaker {
        Breaker::Open { until } if s.ours() > 0 && running => Some(until),
        _ => None,
    };
    let cancels = (s.work.cancels_pending > 0).then(|| later(s.now, Duration::from_secs(2)));
    let hold = s.work.next_hold_ends.filter(|at| *at > s.now);
    let numbers_busy = (running && s.somebody_waits()).then(|| later(s.now, s.longest_poll));
    let others = [opening, end.filter(|at| *at > s.now), breaker, cancels, hold, numbers_busy];
    polls.chain(look_ups).chain(others.into_iter().flatten()).min()
}
