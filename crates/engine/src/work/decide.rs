//! What to do next: a pure function from everything known about a task to one step.
//!
//! The order of the questions is the order of importance: what is in doubt first, then what takes
//! people back, then what ends or pauses, and only then what dials.

use super::later;
use crate::{Account, Breaker};
use outdial_model::{
    ContactStatus, DesiredStatus, Dispatch, DispatchId, Segment, SegmentId, SegmentStatus, TaskStatus,
    Timestamp,
};
use outdial_provider::{Capabilities, Operation, Staging, Verb};
use outdial_store::TaskWork;
use std::collections::HashMap;
use std::time::Duration;

/// What a failure to hand people over is remembered by.
pub(super) const SENDING: &str = "send";
const SHORTEST_POLL: Duration = Duration::from_secs(1);
const SHORTEST_SETTLE: Duration = Duration::from_secs(1);

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

impl Step {
    /// What a failure of the step is remembered by.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Disown(dispatch) => format!("disown {dispatch}"),
            Self::Resolve(dispatch) => format!("resolve {dispatch}"),
            Self::CancelOurs { .. } => "cancel ours".to_owned(),
            Self::CancelAtVendor => "cancel at vendor".to_owned(),
            Self::Steer(segment, verb) => format!("{verb:?} {segment}"),
            Self::Update(segment) => format!("update {segment}"),
            Self::Close(segment, _) => format!("close {segment}"),
            Self::Open { .. } | Self::Add { .. } => SENDING.to_owned(),
            Self::Poll(segment) => format!("poll {segment}"),
            Self::Become(status) => format!("become {status}"),
            Self::Wait(_) => "wait".to_owned(),
        }
    }
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
    /// Steps that failed a moment ago, and until when each waits.
    paused: HashMap<String, Timestamp>,
    /// Most people for one request at present.
    batch: usize,
    /// The step before was a read: something else has its turn, if there is something else.
    has_just_read: bool,
}

impl<'a> Situation<'a> {
    pub(super) fn new(
        work: &'a TaskWork,
        account: &'a Account,
        now: Timestamp,
        paused: HashMap<String, Timestamp>,
        batch: usize,
        has_just_read: bool,
    ) -> Self {
        Self {
            work,
            capabilities: account.provider.capabilities(),
            window: window(work, account),
            settle: account.settle(),
            longest_poll: account.policy.poll_interval,
            fuse: account.policy.fuse,
            breaker: account.breaker(now),
            now,
            paused,
            batch,
            has_just_read,
        }
    }

    /// The step, unless it failed a moment ago.
    fn now(&self, step: Step) -> Option<Step> {
        (!self.paused.contains_key(&step.name())).then_some(step)
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

    /// The vendor refused the task: what it has of it is ended, and told to its end.
    fn has_failed(&self) -> bool {
        self.work.task.status == TaskStatus::Failed
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
    if s.work.task.status.is_final() && !s.has_failed() {
        return Step::Wait(None);
    }
    None.or_else(|| doubt(s))
        .or_else(|| cancellations(s))
        .or_else(|| ending(s))
        .or_else(|| pausing(s))
        .or_else(|| completion(s))
        .or_else(|| confirmation(s))
        .or_else(|| due_poll(s).filter(|_| !s.has_just_read))
        .or_else(|| changing(s))
        .or_else(|| dialing(s))
        .or_else(|| due_poll(s))
        .unwrap_or_else(|| Step::Wait(next_due(s)))
}

/// What may or may not have happened.
fn doubt(s: &Situation<'_>) -> Option<Step> {
    if let Some(left_open) = s.work.dispatches.iter().find(|dispatch| dispatch.outcome.is_none()) {
        return Some(Step::Disown(left_open.id.clone()));
    }
    let mut ripe = s.work.dispatches.iter().filter(|dispatch| look_up_at(s, dispatch) <= s.now);
    ripe.find_map(|dispatch| s.now(Step::Resolve(dispatch.id.clone())))
}

/// A look-up proves absence only after the settle delay, counted from when the request was over:
/// waits for a token or the rate budget lie between the ledger's row and the socket.
fn look_up_at(s: &Situation<'_>, dispatch: &Dispatch) -> Timestamp {
    let last = dispatch.settled_at.unwrap_or(dispatch.created_at);
    later(last, s.settle.max(SHORTEST_SETTLE))
}

fn cancellations(s: &Situation<'_>) -> Option<Step> {
    let wanted = s.work.cancels_pending > 0 && s.native(Operation::CancelContact);
    wanted.then_some(Step::CancelAtVendor).and_then(|step| s.now(step))
}

/// A stop that was asked for, a task the vendor refused, or the end of the schedule.
fn ending(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let stopping = task.desired == DesiredStatus::Stopped;
    let left_behind = task.is_adopted() && s.work.segments.is_empty();
    let (status, reason) = if s.has_failed() {
        (ContactStatus::Rejected, "the vendor refused the task")
    } else if stopping {
        (ContactStatus::Cancelled, "the task was stopped")
    } else if s.is_over() && task.desired != DesiredStatus::Draft {
        (ContactStatus::Expired, "the task's schedule is over")
    } else if left_behind {
        (ContactStatus::Rejected, "the vendor's task is over")
    } else {
        return None;
    };
    if s.ours() > 0 {
        return Some(Step::CancelOurs { status, reason });
    }
    let live = s.segments().filter(|segment| segment.status.is_live() && (stopping || !segment.adopted));
    let end = live.filter_map(|segment| {
        let id = segment.id.clone();
        if s.native(Operation::Stop) {
            s.now(Step::Steer(id, Verb::Stop))
        } else {
            (segment.open_contacts == 0).then_some(Step::Close(id, SegmentStatus::Stopped))
        }
    });
    if let Some(step) = end.into_iter().next() {
        return Some(step);
    }
    let quiet = s.work.segments.is_empty() && s.out() == 0 && s.work.dispatches.is_empty();
    (stopping && quiet && !s.has_failed()).then_some(Step::Become(TaskStatus::Stopped))
}

fn pausing(s: &Situation<'_>) -> Option<Step> {
    if s.work.task.desired != DesiredStatus::Paused || s.has_failed() {
        return None;
    }
    let is = |status| move |segment: &&Segment| segment.status == status;
    // A fuse that burns cannot be paused, but nobody in such a segment has been dialed: it is
    // withdrawn, and its people come back to us.
    let withdraws = s.capabilities.staging == Staging::WholeWithFuse && s.native(Operation::Stop);
    let mut burning = s.segments().filter(is(SegmentStatus::Ready)).filter(|_| withdraws);
    let withdraw = burning.find_map(|segment| s.now(Step::Steer(segment.id.clone(), Verb::Stop)));
    let mut running = s.segments().filter(is(SegmentStatus::Running)).filter(|_| s.native(Operation::Pause));
    let pause = || running.find_map(|segment| s.now(Step::Steer(segment.id.clone(), Verb::Pause)));
    withdraw.or_else(pause).or_else(|| {
        let dials = |segment: &Segment| match segment.status {
            SegmentStatus::Ready => withdraws,
            SegmentStatus::Running => s.native(Operation::Pause),
            _ => false,
        };
        let confirmed = s.work.dispatches.is_empty() && !s.segments().any(dials);
        (confirmed && s.work.task.status == TaskStatus::Pausing).then_some(Step::Become(TaskStatus::Paused))
    })
}

/// Everybody is done: the vendor's tasks are ended, then ours.
fn completion(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let started = matches!(task.desired, DesiredStatus::Running | DesiredStatus::Paused);
    let everybody_done = s.ours() == 0 && s.out() == 0 && s.work.dispatches.is_empty();
    let had_somebody = task.counts.total() > 0 || s.work.segments_opened > 0 || s.is_over();
    let stays_open = task.spec.keep_open && !s.is_over();
    if !started || !everybody_done || !had_somebody || stays_open || s.has_failed() {
        return None;
    }
    if s.work.segments.is_empty() {
        return s.now(Step::Become(TaskStatus::Completed));
    }
    let mut left = s.segments().filter(|segment| segment.status.is_live() && !segment.adopted);
    left.find_map(|segment| {
        let id = segment.id.clone();
        if s.native(Operation::Stop) {
            s.now(Step::Steer(id, Verb::Complete))
        } else {
            Some(Step::Close(id, SegmentStatus::Completed))
        }
    })
}

/// A spec that was changed, for a segment that stands still.
fn changing(s: &Situation<'_>) -> Option<Step> {
    let still = |segment: &&Segment| matches!(segment.status, SegmentStatus::Ready | SegmentStatus::Paused);
    let older = |segment: &&Segment| segment.spec_revision < s.work.task.spec_revision && !segment.adopted;
    let mut segments =
        s.segments().filter(still).filter(older).filter(|_| s.native(Operation::UpdateSegment));
    segments.find_map(|segment| s.now(Step::Update(segment.id.clone())))
}

fn dialing(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    if task.desired != DesiredStatus::Running || s.has_failed() || !task.spec.schedule.is_open(s.now) {
        return None;
    }
    let ready = |segment: &Segment| {
        segment.status == SegmentStatus::Ready
            && (segment.open_contacts > 0 || segment.adopted)
            && s.capabilities.staging == Staging::EmptyThenStart
    };
    let mut still = s.segments();
    let start = still.find_map(|segment| match segment.status {
        SegmentStatus::Paused if s.native(Operation::Resume) => {
            s.now(Step::Steer(segment.id.clone(), Verb::Resume))
        }
        _ if ready(segment) => s.now(Step::Steer(segment.id.clone(), Verb::Start)),
        _ => None,
    });
    start.or_else(|| sending(s))
}

/// Sends the next people, when there are some, the vendor has room and nothing is in doubt.
fn sending(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let unsure =
        |segment: &Segment| matches!(segment.status, SegmentStatus::Opening | SegmentStatus::Unknown);
    let free = s.window.saturating_sub(s.out());
    let whole = s.capabilities.staging == Staging::WholeWithFuse;
    // Room is used in portions: a request for every single person that finishes would be wasteful.
    let portion = if whole { s.window / 2 } else { s.window / 8 };
    let room = free >= portion.max(1) || s.out() == 0;
    let may_leave = !matches!(s.breaker, Breaker::Open { .. });
    if s.segments().any(unsure) || !room || !may_leave || !s.somebody_waits() || s.is_over() {
        return None;
    }
    let limits = &s.capabilities.limits;
    let batch =
        limits.contacts_per_request.min(usize::try_from(free).unwrap_or(usize::MAX)).min(s.batch).max(1);
    let capacity = |segment: &Segment| {
        let given = usize::try_from(segment.contacts).unwrap_or(usize::MAX);
        limits.contacts_per_segment.map_or(usize::MAX, |most| most.saturating_sub(given))
    };
    let takes = |segment: &&Segment| {
        segment.status.is_live() && capacity(segment) > 0 && s.native(Operation::AddContacts)
    };
    let step = match s.segments().filter(takes).last() {
        Some(segment) => Step::Add { segment: segment.id.clone(), contacts: batch.min(capacity(segment)) },
        // The vendor's own task is all an adopted one has.
        None if task.is_adopted() => return None,
        None if whole => {
            let not_before = (!s.fuse.is_zero()).then(|| later(s.now, s.fuse));
            let burns_too_long =
                not_before.zip(task.spec.schedule.not_after).is_some_and(|(start, end)| start >= end);
            if burns_too_long {
                return None;
            }
            let contacts = batch.min(limits.contacts_per_segment.unwrap_or(usize::MAX));
            Step::Open { contacts, not_before }
        }
        None => Step::Open { contacts: 0, not_before: None },
    };
    s.now(step)
}

/// What was asked for is so.
fn confirmation(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let waiting = matches!(task.status, TaskStatus::Scheduled | TaskStatus::Resuming);
    if task.desired != DesiredStatus::Running || !waiting {
        return None;
    }
    let dials = |segment: &Segment| matches!(segment.status, SegmentStatus::Running | SegmentStatus::Ending);
    let idle = s.ours() == 0 && s.out() == 0 && task.spec.schedule.is_open(s.now);
    (s.segments().any(dials) || idle).then_some(Step::Become(TaskStatus::Running))
}

fn due_poll(s: &Situation<'_>) -> Option<Step> {
    let mut due: Vec<_> =
        s.segments().filter_map(|segment| poll_at(s, segment).map(|at| (at, segment))).collect();
    due.sort_by_key(|(at, _)| *at);
    let mut ripe = due.into_iter().take_while(|(at, _)| *at <= s.now);
    ripe.find_map(|(_, segment)| s.now(Step::Poll(segment.id.clone())))
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
    let opening = task.spec.schedule.next_open(s.now).filter(|_| running);
    let end = task.spec.schedule.not_after.filter(|_| task.desired != DesiredStatus::Draft);
    let breaker = match s.breaker {
        Breaker::Open { until } if running => Some(until),
        _ => None,
    };
    let others = [opening, end, breaker, s.work.next_hold_ends];
    let pauses = s.paused.values().copied();
    polls.chain(look_ups).chain(others.into_iter().flatten()).filter(|at| *at > s.now).chain(pauses).min()
}
