//! The dialing engine all three vendors share: contacts, attempts, retries, concurrency, start and stop.
//!
//! A campaign is a discrete-event simulation. [`Campaign::advance`] plays everything that is due up to a
//! moment, each event at its own simulated time, and returns what happened; the vendor turns that into its
//! records and webhooks. The campaign knows no vendor: `C` is whatever card the vendor keeps per contact.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::call::{Call, Stage};
use crate::clock::{Clock, Moment};
use crate::outcome::{Outcome, Plan};
use crate::windows::Windows;

/// How a campaign dials. Zero `concurrency` or `tries` count as one.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) concurrency: usize,
    pub(crate) tries: usize,
    pub(crate) retry_after: Duration,
    pub(crate) retry_on: Vec<Outcome>,
    pub(crate) ring_limit: Option<u64>,
    pub(crate) not_before: Option<Moment>,
    pub(crate) not_after: Option<Moment>,
    /// Closed windows hold back new calls; `None` dials at any hour.
    pub(crate) windows: Option<Windows>,
    /// Stay open after the last contact is finished.
    pub(crate) keep_open: bool,
}

impl Rules {
    /// What a second attempt usually makes sense for.
    pub(crate) const WORTH_RETRYING: [Outcome; 3] = [Outcome::NoAnswer, Outcome::Busy, Outcome::Declined];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Waiting for a start, by hand or by `not_before`.
    Pending,
    Running,
    Paused,
    /// No new calls; live ones go on.
    Closing(End),
    Over(End),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    Stopped,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Waiting,
    InCall,
    AwaitingRetry,
    Finished,
    Cancelled,
}

pub(crate) struct Contact<C> {
    /// E.164 with `+`.
    pub(crate) number: String,
    pub(crate) card: C,
    pub(crate) calls: Vec<Call>,
    pub(crate) standing: Standing,
    /// Told to stop while in a call: that call is the last.
    halted: bool,
}

impl<C> Contact<C> {
    /// Nothing more will happen to this contact.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.standing, Standing::Finished | Standing::Cancelled)
    }

    pub(crate) fn was_answered(&self) -> bool {
        self.calls.iter().any(|call| call.plan.outcome == Outcome::Answered && call.ended)
    }
}

/// What happened, in the order it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A call of a contact reached a stage; `call` is its index.
    Call {
        contact: usize,
        call: usize,
        stage: Stage,
    },
    /// Nothing more will happen to this contact.
    ContactFinal {
        contact: usize,
    },
    /// No contact is left to call.
    Drained,
    Phase(Phase),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Ring,
    Answer,
    End,
    Retry,
}

pub(crate) struct Campaign<C> {
    pub(crate) rules: Rules,
    pub(crate) contacts: Vec<Contact<C>>,
    phase: Phase,
    cursor: Moment,
    ready: VecDeque<usize>,
    agenda: BinaryHeap<Reverse<(Moment, usize, Step)>>,
    live: usize,
    open: usize,
    happened: Vec<Event>,
}

impl<C> Campaign<C> {
    pub(crate) fn new(rules: Rules, now: Moment) -> Campaign<C> {
        Campaign {
            rules,
            contacts: Vec::new(),
            phase: Phase::Pending,
            cursor: now,
            ready: VecDeque::new(),
            agenda: BinaryHeap::new(),
            live: 0,
            open: 0,
            happened: Vec::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = (&Contact<C>, &Call)> {
        self.contacts.iter().flat_map(|contact| contact.calls.iter().map(move |call| (contact, call)))
    }

    pub(crate) fn add(&mut self, number: String, card: C) {
        let index = self.contacts.len();
        self.contacts.push(Contact {
            number,
            card,
            calls: Vec::new(),
            standing: Standing::Waiting,
            halted: false,
        });
        self.ready.push_back(index);
        self.open += 1;
    }

    /// Starts or goes on; a campaign that is closing or over stays so.
    pub(crate) fn run(&mut self) {
        if matches!(self.phase, Phase::Pending | Phase::Paused) {
            self.enter(Phase::Running);
        }
    }

    pub(crate) fn pause(&mut self) {
        if self.phase == Phase::Running {
            self.enter(Phase::Paused);
        }
    }

    /// No new calls; over once the live ones have ended.
    pub(crate) fn close(&mut self, end: End) {
        if !matches!(self.phase, Phase::Closing(_) | Phase::Over(_)) {
            self.enter(if self.live == 0 { Phase::Over(end) } else { Phase::Closing(end) });
        }
    }

    /// Takes a contact out. A live call is not cut, but it is the last.
    pub(crate) fn cancel(&mut self, index: usize) {
        let Some(contact) = self.contacts.get_mut(index) else {
            return;
        };
        match contact.standing {
            Standing::InCall => contact.halted = true,
            Standing::Waiting | Standing::AwaitingRetry => {
                contact.standing = Standing::Cancelled;
                self.finish(index);
            }
            Standing::Finished | Standing::Cancelled => {}
        }
    }

    /// Takes out everyone who is not in a call.
    pub(crate) fn cancel_waiting(&mut self) {
        for index in 0..self.contacts.len() {
            if self.contacts[index].standing != Standing::InCall {
                self.cancel(index);
            }
        }
    }

    /// Plays everything due up to `now` and returns what happened since the last time, commands included.
    pub(crate) fn advance(&mut self, now: Moment, clock: &Clock, seed: u64) -> Vec<Event> {
        loop {
            self.dial_ready(clock, seed);
            match self.next_due() {
                Some(due) if due <= now => {
                    self.cursor = self.cursor.max(due);
                    self.play_due();
                }
                _ => break,
            }
        }
        self.cursor = self.cursor.max(now);
        self.dial_ready(clock, seed);
        std::mem::take(&mut self.happened)
    }

    /// When something will happen by itself, if anything will.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        let start = self.rules.not_before.filter(|_| self.phase == Phase::Pending);
        let end = self.rules.not_after.filter(|_| !matches!(self.phase, Phase::Closing(_) | Phase::Over(_)));
        let step = self.agenda.peek().map(|Reverse((at, ..))| *at);
        let window = self.waits_for_window().then(|| self.cursor + Duration::from_secs(1));
        [start, end, step, window].into_iter().flatten().min()
    }

    fn waits_for_window(&self) -> bool {
        self.rules.windows.is_some() && self.may_dial()
    }

    fn may_dial(&self) -> bool {
        self.phase == Phase::Running && !self.ready.is_empty() && self.live < self.rules.concurrency.max(1)
    }

    fn play_due(&mut self) {
        let due = |deadline: Option<Moment>| deadline.is_some_and(|deadline| deadline <= self.cursor);
        if due(self.rules.not_after) {
            self.close(End::Expired);
        } else if self.phase == Phase::Pending && due(self.rules.not_before) {
            self.enter(Phase::Running);
        }
        while let Some(Reverse((at, index, step))) = self.agenda.peek().copied() {
            if at > self.cursor {
                break;
            }
            self.agenda.pop();
            self.play(index, step);
        }
    }

    fn play(&mut self, index: usize, step: Step) {
        let contact = &mut self.contacts[index];
        let call = contact.calls.len().saturating_sub(1);
        match step {
            Step::Ring => self.happened.push(Event::Call { contact: index, call, stage: Stage::Ringing }),
            Step::Answer => self.happened.push(Event::Call { contact: index, call, stage: Stage::Answered }),
            Step::End => self.hang_up(index, call),
            Step::Retry if contact.standing == Standing::AwaitingRetry => self.ready.push_back(index),
            Step::Retry => {}
        }
    }

    fn hang_up(&mut self, index: usize, call: usize) {
        let contact = &mut self.contacts[index];
        contact.calls[call].ended = true;
        let outcome = contact.calls[call].plan.outcome;
        let again = !contact.halted
            && contact.calls.len() < self.rules.tries.max(1)
            && self.rules.retry_on.contains(&outcome);
        contact.standing = if again { Standing::AwaitingRetry } else { Standing::Finished };
        self.live -= 1;
        self.happened.push(Event::Call { contact: index, call, stage: Stage::HungUp { last: !again } });
        if again {
            self.agenda.push(Reverse((self.cursor + self.rules.retry_after, index, Step::Retry)));
        } else {
            self.finish(index);
        }
        if let Phase::Closing(end) = self.phase
            && self.live == 0
        {
            self.enter(Phase::Over(end));
        }
    }

    fn finish(&mut self, index: usize) {
        self.open -= 1;
        self.happened.push(Event::ContactFinal { contact: index });
        if self.open == 0 {
            self.happened.push(Event::Drained);
        }
    }

    fn dial_ready(&mut self, clock: &Clock, seed: u64) {
        while self.may_dial() {
            if let Some(windows) = &self.rules.windows
                && !windows.is_open(clock.wall_at(self.cursor))
            {
                return;
            }
            if let Some(index) = self.ready.pop_front() {
                self.dial(index, clock, seed);
            }
        }
        if self.phase == Phase::Running
            && self.open == 0
            && !self.contacts.is_empty()
            && !self.rules.keep_open
        {
            self.enter(Phase::Over(End::Completed));
        }
    }

    fn dial(&mut self, index: usize, clock: &Clock, seed: u64) {
        let contact = &mut self.contacts[index];
        if contact.is_final() {
            return;
        }
        let attempt = contact.calls.len() + 1;
        let plan = Plan::of(seed, &contact.number, attempt, self.rules.ring_limit);
        let steps = [(plan.ring, Step::Ring), (plan.answer, Step::Answer), (Some(plan.end), Step::End)];
        for (offset, step) in steps {
            if let Some(offset) = offset {
                self.agenda.push(Reverse((self.cursor + offset, index, step)));
            }
        }
        contact.standing = Standing::InCall;
        contact.calls.push(Call::begin(attempt, self.cursor, clock.wall_at(self.cursor), plan));
        self.live += 1;
        self.happened.push(Event::Call { contact: index, call: attempt - 1, stage: Stage::Dialed });
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.happened.push(Event::Phase(phase));
    }
}
