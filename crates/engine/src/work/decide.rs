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

use super::sides::Sides;
use super::told::NextPerson;
use crate::{Account, Breaker};
use outdial_model::{
    AccountId, ContactStatus, Delivery, DispatchId, DispatchKind, Hours, OnUnknown, Openings, Segment,
    SegmentId, SegmentStatus, Staged, TaskSpec, TaskStatus, Timestamp, Why,
};
use outdial_provider::{Capabilities, Operation, Staging, Verb};
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
    /// Call the task's one person at once.
    Place,
    /// Read what became of a segment and its people.
    Poll(SegmentId),
    /// Take over the next people a redial calls again.
    Fill,
    /// The account is of no use: whoever waits goes to the next one of the task's route.
    FailOver,
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
            Self::Open { .. } | Self::Add { .. } | Self::Sift { .. } | Self::Place => SENDING.to_owned(),
            Self::Poll(segment) => format!("poll {segment}"),
            Self::Fill => "fill".to_owned(),
            Self::FailOver => "fail over".to_owned(),
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
    /// The account the task dials with, and those it has people at.
    sides: &'a Sides,
    capabilities: &'a Capabilities,
    /// Who may be called.
    who: Who<'a>,
    window: u64,
    /// How far ahead a vendor's task that begins by itself is set to begin; zero when nothing is staged.
    fuse: Duration,
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
        sides: &'a Sides,
        who: Who<'a>,
        now: Timestamp,
        paused: HashMap<String, Timestamp>,
        batch: usize,
        has_just_read: bool,
    ) -> Self {
        let (safety, account) = (&work.task.spec.safety, &sides.home);
        let fuse =
            safety.fuse_seconds.map_or(account.policy.fuse, |seconds| Duration::from_secs(seconds.into()));
        let staged = is_staged(work, account);
        Self {
            work,
            sides,
            capabilities: account.provider.capabilities(),
            who,
            window: window(work, account),
            fuse: if staged { fuse } else { Duration::ZERO },
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

    /// Those of them the task's own account has: others do not take its room.
    fn out_here(&self) -> u64 {
        self.out().saturating_sub(out_elsewhere(self.work))
    }

    /// Somebody waits who may be sent now.
    fn somebody_waits(&self) -> bool {
        self.work.task.counts.of(ContactStatus::Queued) > 0
            || self.work.next_hold_ends.is_some_and(|end| end <= self.now)
    }

    fn native(&self, operation: Operation) -> bool {
        self.capabilities.is_native(operation)
    }

    /// Every segment that is not over, wherever it is.
    fn segments(&self) -> impl Iterator<Item = &'a Segment> + use<'a> {
        self.work.segments.iter()
    }

    /// Those at the account the task dials with.
    fn here(&self) -> impl Iterator<Item = &'a Segment> + use<'a> {
        let account = &self.work.task.account;
        self.segments().filter(move |segment| segment.account == *account)
    }

    /// Those at accounts it has moved away from.
    fn elsewhere(&self) -> impl Iterator<Item = &'a Segment> + use<'a> {
        let account = &self.work.task.account;
        self.segments().filter(move |segment| segment.account != *account)
    }

    /// The account of a segment or a request; `None` once it is not configured any more.
    fn at(&self, account: &AccountId) -> Option<&'a Account> {
        self.sides.at(account).map(|account| &**account)
    }

    /// What can be done with a segment where it is; nothing at an account nobody knows.
    fn can(&self, segment: &Segment, operation: Operation) -> bool {
        self.at(&segment.account).is_some_and(|account| account.provider.capabilities().is_native(operation))
    }

    /// How a segment came to life.
    fn staging(&self, segment: &Segment) -> Option<Staging> {
        self.at(&segment.account).map(|account| account.provider.capabilities().staging)
    }

    /// How long after a request of an account absence is no proof.
    fn settle(&self, account: &AccountId) -> Duration {
        self.at(account).map_or(Duration::ZERO, Account::settle)
    }

    /// Whether a segment is looked at as a whole before it may ring.
    fn verifies(&self, segment: &Segment) -> bool {
        let account = self.at(&segment.account);
        account.is_some_and(|account| is_staged(self.work, account))
            && self.can(segment, Operation::FindSegment)
    }

    /// The vendor refused the task: what it has of it is ended, and told to its end.
    fn has_failed(&self) -> bool {
        self.work.task.status == TaskStatus::Failed
    }

    fn is_over(&self) -> bool {
        self.work.task.spec.schedule.is_over(self.now)
    }
}

/// Whether what is created at the account for the task is looked at before it may ring.
fn is_staged(work: &TaskWork, account: &Account) -> bool {
    work.task.spec.safety.staging.unwrap_or(account.policy.staging) == Staged::On
}

/// Contacts of the task that are out with accounts it has moved away from.
pub(crate) fn out_elsewhere(work: &TaskWork) -> u64 {
    let elsewhere = work.segments.iter().filter(|segment| segment.account != work.task.account);
    elsewhere.map(|segment| u64::from(segment.open_contacts)).sum()
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
        .or_else(|| ending::leaving(s))
        .or_else(|| ending::completion(s))
        .or_else(|| ending::confirmation(s))
        .or_else(|| timing::due_poll(s).filter(|_| !s.has_just_read))
        .or_else(|| dialing::escaping(s))
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
    // Where nobody can be asked any more, nothing is proven: whoever is in doubt there waits for somebody to decide.
    let mut known = s.work.dispatches.iter().filter(|dispatch| s.at(&dispatch.account).is_some());
    known.find_map(|dispatch| {
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
