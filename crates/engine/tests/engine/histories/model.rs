//! A history as it is lived through, and what must be true of it at every moment.

mod promises;

use super::circumstances::Circumstances;
use super::happening::Happening;
use crate::door::{Frozen, Meanwhile};
use crate::pushes::push_to;
use crate::world::{World, draft_of, tenant, work};
use outdial_engine::TaskVerb;
use outdial_model::{
    Clock, Contact, ContactId, ContactStatus, Decision, Disposition, HoldReason, NewSuppression, Obstacle,
    OnUnknown, Phone, Staged, SuppressionId, TaskId, TaskSpec, TaskStatus, Timestamp,
};
use outdial_provider::{MemoryOptions, MemoryPush, NextAnswer, Operation, Staging, Support};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Short enough that a history sees it.
pub const HORIZON: u32 = 45;
/// Long enough for a frozen process, a takeover and a look-up that fails a few times.
pub const FUSE: u32 = 60;
/// Faults that keep a twin from being found or stopped; more of them in a row outlast any fuse.
const MOST_BLINDING_FAULTS: usize = 3;
/// How late a request may leave that was planned while the hours were open: a claim's fence.
const LATEST: Duration = Duration::from_secs(10);
const WINDOW: u32 = 6;
const DAY: Duration = Duration::from_secs(86_400);

pub struct Model {
    world: World,
    circumstances: Circumstances,
    tasks: Vec<TaskId>,
    /// How many people each task was given.
    given: Vec<usize>,
    /// Somebody else than the vendor said what became of somebody.
    was_decided: bool,
    /// Whom an operator had dialed again.
    redialed: BTreeSet<ContactId>,
    blinding_faults: usize,
    /// What the vendor pushed.
    pushes: Vec<MemoryPush>,
    /// Numbers that are not to be called any more, and whoever had been sent by then.
    suppressed: BTreeMap<String, BTreeSet<ContactId>>,
    /// Rings of a task when it was seen stopped.
    rung_when_stopped: BTreeMap<TaskId, usize>,
    /// Rings before the last time everybody's call ended.
    finished: usize,
    closed_since: Option<Timestamp>,
    rung_when_closed: usize,
}

impl Model {
    pub async fn begin(staging: Staging, circumstances: Circumstances) -> Self {
        let is_blind = circumstances.is_blind;
        let options = move |clock| {
            let options = MemoryOptions::staged(staging, clock);
            let blind = Support::Unsupported("no look-up");
            if !is_blind {
                return options;
            }
            options.with(Operation::FindContacts, blind).with(Operation::FindSegment, blind)
        };
        let mut world = World::of(options, Some(WINDOW)).await;
        world.join().await;
        world.govern(&circumstances.policy());
        let mut tasks = Vec::new();
        for people in [3, 2] {
            let change = |spec: &mut TaskSpec| circumstances.characterise(spec);
            tasks.push(world.create_with(people, change).await.id);
        }
        Self {
            world,
            circumstances,
            tasks,
            given: vec![3, 2],
            was_decided: false,
            redialed: BTreeSet::new(),
            blinding_faults: 0,
            pushes: Vec::new(),
            suppressed: BTreeMap::new(),
            rung_when_stopped: BTreeMap::new(),
            finished: 0,
            closed_since: None,
            rung_when_closed: 0,
        }
    }

    pub async fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Add { task, first, people } => self.add(task, first, people).await,
            Happening::Steer { task, verb } => {
                drop(self.world.engine.steer(&tenant(), &self.tasks[task], verb, None).await);
            }
            Happening::Move { task, account } => {
                let account = format!("memory-{account}").parse().unwrap();
                drop(self.world.engine.move_task(&tenant(), &self.tasks[task], &account, None).await);
            }
            Happening::CancelSomebody { task, which } => {
                let people = self.world.contacts(&self.tasks[task]).await;
                let contact = &people[which % people.len()].id;
                drop(self.world.engine.cancel_contact(&tenant(), contact, None).await);
            }
            Happening::Decide { which, decision } => self.decide(which, decision).await,
            Happening::Finish => self.finish(),
            Happening::Fault(operation, answer) => self.fault(operation, answer),
            Happening::Twice { answered } => {
                let seen = !self.circumstances.is_blind && self.circumstances.staged == Staged::On;
                let answer = if answered { NextAnswer::Twice } else { NextAnswer::TwiceThenTimeout };
                if seen {
                    self.world.vendor.script(Operation::OpenSegment, answer);
                }
            }
            Happening::Hide(seconds) => self.world.vendor.hide_the_young(Duration::from_secs(seconds)),
            Happening::Patch { task } => {
                let mut spec = self.world.task(&self.tasks[task]).await.spec;
                spec.pacing.max_concurrent_calls = Some(3);
                drop(self.world.engine.patch_task(&tenant(), &self.tasks[task], spec, None).await);
            }
            Happening::Restart => self.world.restart().await,
            Happening::Crash(frozen) => self.world.crash(frozen),
            Happening::Freeze { replica, frozen, seconds } => self.freeze(replica, frozen, seconds),
            Happening::Push { which } => {
                let everybody = self.everybody().await;
                let contact = &everybody[which % everybody.len()].id;
                self.pushes.extend(self.world.vendor.push(contact));
            }
            Happening::Arrive { which, amid_a_read } => self.arrive(which, amid_a_read).await,
            Happening::Suppress { number } => self.suppress(number).await,
            Happening::Pass(seconds) => self.pass(seconds).await,
        }
        self.holds().await;
    }

    async fn add(&mut self, task: usize, first: usize, people: usize) {
        let status = self.world.task(&self.tasks[task]).await.status;
        if status.is_final() || status == TaskStatus::Stopping {
            return;
        }
        let known = self.given[task];
        let drafts: Vec<_> = (0..people).map(|next| draft_of(known + next, first + next)).collect();
        let added = self.world.engine.add_contacts(&tenant(), &self.tasks[task], &drafts, None).await;
        self.given[task] += added.map_or(0, |added| added.len());
    }

    async fn suppress(&mut self, number: usize) {
        let phone: Phone = draft_of(0, number).phone.parse().unwrap();
        let id = SuppressionId::generate(self.world.clock.now());
        let (purpose, reason, source, expires_at) = (None, None, None, None);
        let new = NewSuppression { id, phone: phone.clone(), purpose, reason, source, expires_at };
        self.world.engine.suppress(&tenant(), &[new], None).await.unwrap();
        let theirs =
            self.everybody().await.into_iter().filter(|contact| contact.phone.as_ref() == Some(&phone));
        let sent = theirs.filter(|contact| contact.segment.is_some()).map(|contact| contact.id);
        self.suppressed.entry(phone.e164().to_owned()).or_insert_with(|| sent.collect());
    }

    async fn decide(&mut self, which: usize, decision: Decision) {
        let unknown = self.everybody().await;
        let unknown: Vec<_> =
            unknown.into_iter().filter(|contact| contact.status == ContactStatus::Unknown).collect();
        let Some(contact) = unknown.get(which % unknown.len().max(1)) else { return };
        self.was_decided = true;
        if decision == Decision::Redial {
            self.redialed.insert(contact.id.clone());
        }
        self.world.engine.resolve_contact(&tenant(), &contact.id, decision, None).await.unwrap();
    }

    fn finish(&mut self) {
        self.world.vendor.finish_all(Disposition::Answered);
        self.finished = self.world.vendor.rings().len();
    }

    fn fault(&mut self, operation: Operation, answer: NextAnswer) {
        if matches!(operation, Operation::FindSegment | Operation::Stop) {
            self.blinding_faults += 1;
        }
        if self.blinding_faults <= MOST_BLINDING_FAULTS {
            self.world.vendor.script(operation, answer);
        }
    }

    /// While one process stands still the other one works.
    fn freeze(&self, replica: usize, frozen: Frozen, seconds: u64) {
        let (clock, other) = (self.world.clock.clone(), self.world.replicas[1 - replica].engine.clone());
        let meanwhile: Meanwhile = Box::pin(async move {
            for _ in 0..seconds {
                clock.advance(Duration::from_secs(1));
                work(std::iter::once(&other)).await;
            }
        });
        self.world.replicas[replica].door.freeze(frozen, meanwhile);
    }

    /// One that is too old is refused.
    async fn arrive(&self, which: usize, amid_a_read: bool) {
        let Some(push) = self.pushes.get(which % self.pushes.len().max(1)).cloned() else { return };
        let (engine, clock) = (self.world.replicas[1].engine.clone(), self.world.clock.clone());
        let arrival = async move {
            drop(push_to(&engine, clock.now(), &push).await);
            engine.use_pushes().await.unwrap();
        };
        if amid_a_read {
            self.world.replicas[0].door.freeze(Frozen::AfterARead, Box::pin(arrival));
        } else {
            arrival.await;
        }
    }

    async fn pass(&mut self, seconds: u64) {
        // Hours are watched second by second; without them time passes faster.
        let step = if self.circumstances.gaps.is_some() { 1 } else { seconds };
        for _ in 0..seconds / step {
            self.world.pass(Duration::from_secs(step)).await;
            if self.world.has_crashed() {
                self.world.restart().await;
            }
            self.keeps_hours();
        }
    }

    /// Lets everything come to its end. Who is still unknown is an operator's to decide.
    pub async fn end(mut self) {
        self.world.vendor.hide_the_young(Duration::ZERO);
        for task in self.tasks.clone() {
            for verb in [TaskVerb::Start, TaskVerb::Resume] {
                drop(self.world.engine.steer(&tenant(), &task, verb, None).await);
            }
        }
        for round in 0..80 {
            self.world.pass(Duration::from_secs(15)).await;
            if self.world.has_crashed() {
                self.world.restart().await;
            }
            self.holds().await;
            self.finish();
            if self.somebody_waits_for_another_day().await {
                // A week, so that the hours come again.
                self.world.clock.advance(7 * DAY);
            }
            if round > 10 {
                self.decide(0, Decision::AssumeDialed).await;
            }
            if self.all_over().await {
                break;
            }
        }
        for task in &self.tasks {
            let task = self.world.task(task).await;
            assert!(task.status.is_final(), "everybody comes to an end: {task:?}");
            assert_eq!(task.counts.sum(|status| !status.is_final()), 0, "{:?}", task.counts);
        }
        self.holds().await;
    }

    async fn somebody_waits_for_another_day(&self) -> bool {
        let is_capped =
            |contact: &Contact| contact.hold.is_some_and(|(reason, _)| reason == HoldReason::Capped);
        let everybody = self.everybody().await;
        // No process sleeps for a week while a vendor has somebody: what it was given twice would ring.
        if everybody.iter().any(|contact| contact.status.is_out()) {
            return false;
        }
        let mut waits = everybody.iter().any(is_capped);
        for task in &self.tasks {
            let seen = self.world.engine.blockers(&tenant(), task).await.unwrap();
            waits |= seen.blockers.iter().any(|blocker| blocker.obstacle == Obstacle::BudgetExhausted);
        }
        waits
    }

    async fn all_over(&self) -> bool {
        for task in &self.tasks {
            if !self.world.task(task).await.status.is_final() {
                return false;
            }
        }
        true
    }

    async fn everybody(&self) -> Vec<Contact> {
        let mut everybody = Vec::new();
        for task in &self.tasks {
            everybody.extend(self.world.contacts(task).await);
        }
        everybody
    }

    /// Only the vendor says what became of people, so what we believe is what is.
    fn is_certain(&self) -> bool {
        self.circumstances.on_unknown == OnUnknown::Hold && !self.was_decided
    }
}
