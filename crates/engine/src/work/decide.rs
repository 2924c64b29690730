//! What to do next: a pure function from everything known about a task to one step.
//!
//! The order of the questions is the order of importance: what is in doubt first, then what may have
//! happened twice, then what takes people back, then what ends or pauses, and only then what dials.
//!
//! `ending.rs` takes back, ends, pauses and confirms · `dialing.rs` fills, verifies and starts ·
//! `timing.rs` knows when what is next possible.

mod dialing;
mod ending;
mod timing;

use super::told::NextPerson;
use crate::{Account, Breaker};
use outdial_model::{
    ContactStatus, Delivery, DispatchId, DispatchKind, Hours, OnUnknown, Openings, Segment, SegmentId,
    SegmentStatus, Staged, TaskSpec, TaskStatus, Timestamp, Why,
};
use outdial_provider::{Capabilities, Operation, Verb};
use outdial_store::TaskWork;
use std::collections::HashMap;
use std::time::Duration;

/// What a failure to hand people over is remembered by.
pub(super) const SENDING: &str = "send";

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A dispatch somebody left open: it is `unknown` from now on.
    Disown(DispatchId),
    /// Look for an unknown dispatch by our own keys.
    Resolve(DispatchId, Occasion),
    /// Look at a segment as a whole: are all there, is it there once.
    Verify(SegmentId),
    /// End contacts that never left.
    CancelOurs { status: ContactStatus, why: Why },
    /// Ask the vendor to take people back, of those so many were asked for.
    CancelAtVendor { asked: u64 },
    /// Bring a segment into a state.
    Steer(SegmentId, Verb),
    /// Give the vendor the task's spec as it is now.
    Update(SegmentId),
    /// Nothing is left in a segment the vendor cannot end: it is over for us.
    Close(SegmentId, SegmentStatus),
    /// Open a segment with at most so many people (0: empty), dialing not before, whose vendor is told these hours where they
    /// are others than the task's own.
    Open { contacts: usize, not_before: Option<Timestamp>, hours: Option<Hours> },
    /// Hold or end at most so many people who may not be dialed now.
    Sift { contacts: usize },
    /// Add at most so many people to a segment.
    Add { segment: SegmentId, contacts: usize },
    /// Read what became of a segment and its people.
    Poll(SegmentId),
    /// Take over the next people a redial calls again.
    Fill,
    /// What was asked for is confirmed.
    Become(TaskStatus),
    /// Nothing to do before this instant, if nobody asks for something.
    Wait(Option<Timestamp>),
}

/// Why a dispatch in doubt is looked at now. Each has pauses of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Its settle delay is over.
    Ripe,
    /// Nobody of it is unknown any more: others told, or an operator decided.
    Decided,
    /// Its horizon is reached, and the task's policy decides if the vendor still cannot tell.
    Overdue,
}

impl Step {
    /// What a failure of the step is remembered by.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Disown(dispatch) => format!("disown {dispatch}"),
            Self::Resolve(dispatch, occasion) => format!("resolve {dispatch}, {occasion:?}"),
            Self::Verify(segment) => format!("verify {segment}"),
            Self::CancelOurs { .. } => "cancel ours".to_owned(),
            // Whoever is asked for anew does not wait for the others.
            Self::CancelAtVendor { asked } => format!("cancel {asked} at vendor"),
            Self::Steer(segment, verb) => format!("{verb:?} {segment}"),
            Self::Update(segment) => format!("update {segment}"),
            Self::Close(segment, _) => format!("close {segment}"),
            Self::Open { .. } | Self::Add { .. } | Self::Sift { .. } => SENDING.to_owned(),
            Self::Poll(segment) => format!("poll {segment}"),
            Self::Fill => "fill".to_owned(),
            Self::Become(status) => format!("become {status}"),
            Self::Wait(_) => "wait".to_owned(),
        }
    }
}

/// Who may be called.
pub(super) struct Who<'a> {
    /// When anybody may be: else nobody, whoever it is.
    pub(super) hours: Openings<'a>,
    /// Whose turn it is.
    pub(super) next: NextPerson<'a>,
}

/// Everything a decision depends on.
pub(super) struct Situation<'a> {
    work: &'a TaskWork,
    capabilities: &'a Capabilities,
    /// Who may be called.
    who: Who<'a>,
    window: u64,
    settle: Duration,
    longest_poll: Duration,
    /// How far ahead a vendor's task that begins by itself is set to begin; zero when nothing is staged.
    fuse: Duration,
    /// What is created is looked at before it may ring.
    staged: bool,
    breaker: Breaker,
    /// The account is there for the task's tenant; else nobody new is dialed with it.
    may_dial: bool,
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
        who: Who<'a>,
        now: Timestamp,
        paused: HashMap<String, Timestamp>,
        batch: usize,
        has_just_read: bool,
    ) -> Self {
        let safety = &work.task.spec.safety;
        let staged = safety.staging.unwrap_or(account.policy.staging) == Staged::On;
        let fuse =
            safety.fuse_seconds.map_or(account.policy.fuse, |seconds| Duration::from_secs(seconds.into()));
        Self {
            work,
            capabilities: account.provider.capabilities(),
            who,
            window: window(work, account),
            settle: account.settle(),
            longest_poll: account.policy.poll_interval,
            fuse: if staged { fuse } else { Duration::ZERO },
            staged,
            breaker: account.breaker(now),
            may_dial: account.policy.clients.include(&work.task.tenant),
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

    /// Whether our segments are looked at as a whole before they may ring.
    fn verifies(&self) -> bool {
        self.staged && self.native(Operation::FindSegment)
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
pub(crate) fn window(work: &TaskWork, account: &Account) -> u64 {
    window_of(&work.task.spec, account)
}

/// The same for a task that is asked for.
pub(crate) fn window_of(spec: &TaskSpec, account: &Account) -> u64 {
    if spec.safety.delivery == Delivery::Direct {
        return u64::MAX;
    }
    let concurrency = spec.pacing.max_concurrent_calls.unwrap_or(0);
    u64::from(account.policy.window.unwrap_or_else(|| concurrency.saturating_mul(2).max(50)))
}

/// How much room there must be in the window before others follow: a request for every single person that finishes would
/// be wasteful.
pub(crate) const fn portion(window: u64, is_whole: bool) -> u64 {
    let portion = if is_whole { window / 2 } else { window / 8 };
    if portion == 0 { 1 } else { portion }
}

/// The next step.
pub(super) fn decide(s: &Situation<'_>) -> Step {
    if s.work.task.status.is_final() && !s.has_failed() {
        return Step::Wait(None);
    }
    None.or_else(|| doubt(s))
        .or_else(|| dialing::burning(s))
        .or_else(|| ending::cancellations(s))
        .or_else(|| ending::ending(s))
        .or_else(|| ending::pausing(s))
        .or_else(|| ending::completion(s))
        .or_else(|| ending::confirmation(s))
        .or_else(|| timing::due_poll(s).filter(|_| !s.has_just_read))
        .or_else(|| dialing::changing(s))
        .or_else(|| dialing::dialing(s))
        .or_else(|| timing::due_poll(s))
        .or_else(|| filling(s))
        .unwrap_or_else(|| Step::Wait(timing::next_due(s)))
}

/// People of a redial who are still to come, while nothing else is to be done: those who are there are called meanwhile.
fn filling(s: &Situation<'_>) -> Option<Step> {
    s.work.task.is_filling().then_some(Step::Fill).and_then(|step| s.now(step))
}

/// What may or may not have happened.
fn doubt(s: &Situation<'_>) -> Option<Step> {
    if let Some(left_open) = s.work.dispatches.iter().find(|dispatch| dispatch.outcome.is_none()) {
        return Some(Step::Disown(left_open.id.clone()));
    }
    let nobody_unknown = s.work.task.counts.of(ContactStatus::Unknown) == 0;
    let decides = s.work.task.spec.safety.on_unknown != OnUnknown::Hold;
    s.work.dispatches.iter().find_map(|dispatch| {
        let look = |occasion| s.now(Step::Resolve(dispatch.id.clone(), occasion));
        let ripe = timing::look_up_at(s, dispatch) <= s.now;
        let overdue = decides && timing::horizon(s, dispatch) <= s.now;
        // What was created is still to be found, or given up; who was added, others have told.
        let decided = nobody_unknown && !dispatch.contacts.is_empty();
        None.or_else(|| look(Occasion::Overdue).filter(|_| ripe && overdue))
            .or_else(|| {
                look(Occasion::Decided)
                    .filter(|_| decided && (ripe || dispatch.kind == DispatchKind::AddContacts))
            })
            .or_else(|| look(Occasion::Ripe).filter(|_| ripe))
    })
}
