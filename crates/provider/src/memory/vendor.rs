//! The vendor's end of the line: what a test may see and cause there.

use super::push::MemoryPush;
use super::script::NextAnswer;
use super::world::World;
use crate::{ContactProgress, Operation, SegmentState};
use outdial_model::{Clock, ContactId, Disposition, Phone, SegmentId, TaskSpec, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A phone that rang.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// For which segment.
    pub segment: SegmentId,
    /// For whom.
    pub contact: ContactId,
    /// Which number.
    pub phone: Phone,
    /// When.
    pub at: Timestamp,
}

/// The vendor behind a [`MemoryProvider`](super::MemoryProvider); clones are the same vendor.
#[derive(Debug, Clone)]
pub struct MemoryVendor {
    world: Arc<Mutex<World>>,
    clock: Arc<dyn Clock>,
}

impl MemoryVendor {
    pub(super) fn new(world: World, clock: Arc<dyn Clock>) -> Self {
        Self { world: Arc::new(Mutex::new(world)), clock }
    }

    /// The vendor as it is now, after everything that was due has happened.
    pub(super) fn now(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.pass_time(self.clock.now());
        world
    }

    /// Every ring so far, oldest first. Somebody in it twice was rung twice.
    pub fn rings(&self) -> Vec<Ring> {
        self.now().rings.clone()
    }

    /// Everybody the vendor ever took, whether rung yet or not. Somebody in it twice was sent twice.
    pub fn taken(&self) -> Vec<ContactId> {
        let world = self.now();
        let people = world.segments.iter().flat_map(|segment| &segment.people);
        people.map(|person| person.key.clone()).collect()
    }

    /// The keys of the segments it was asked to make, in order, those made twice twice.
    pub fn segments(&self) -> Vec<SegmentId> {
        self.now().segments.iter().map(|segment| segment.key.clone()).collect()
    }

    /// What a segment is to dial by.
    pub fn spec(&self, segment: &SegmentId) -> Option<TaskSpec> {
        let world = self.now();
        let segment = world.segments.iter().find(|candidate| candidate.key == *segment);
        segment.map(|segment| segment.spec.clone())
    }

    /// What it shows of a segment.
    pub fn state(&self, segment: &SegmentId) -> Option<SegmentState> {
        let world = self.now();
        let segment = world.segments.iter().find(|candidate| candidate.key == *segment);
        segment.map(|segment| segment.report().state)
    }

    /// Every segment it made for a key, by the vendor's own id and with its state: more than one when a
    /// request was carried out twice.
    pub fn copies(&self, segment: &SegmentId) -> Vec<(String, SegmentState)> {
        let world = self.now();
        let copies = world.segments.iter().filter(|candidate| candidate.key == *segment);
        copies.map(|copy| (copy.vendor_ref.clone(), copy.report().state)).collect()
    }

    /// Puts a segment into a state, as people do in a vendor's console. Unrecognized: from now on it
    /// shows a status nobody knows, and goes on dialing as before.
    pub fn set_state(&self, segment: &SegmentId, state: SegmentState) {
        let mut world = self.now();
        for segment in world.segments.iter_mut().filter(|candidate| candidate.key == *segment) {
            segment.is_strange = state == SegmentState::Unrecognized;
            if let SegmentState::Known(status) = state {
                segment.status = status;
            }
        }
    }

    /// Ends the call in progress with a person. False when there is none.
    pub fn finish(&self, contact: &ContactId, disposition: Disposition) -> bool {
        self.finish_where(disposition, |key| key == contact) > 0
    }

    /// Ends all calls in progress; tells how many there were.
    pub fn finish_all(&self, disposition: Disposition) -> usize {
        self.finish_where(disposition, |_| true)
    }

    /// Keeps a recording of the call in progress with a person at `url`. False when there is none.
    pub fn record(&self, contact: &ContactId, url: &str) -> bool {
        let mut world = self.now();
        let mut people = world.segments.iter_mut().flat_map(|segment| &mut segment.people);
        people.find(|person| person.key == *contact).is_some_and(|person| person.record(url))
    }

    fn finish_where(&self, disposition: Disposition, is_meant: impl Fn(&ContactId) -> bool) -> usize {
        let now = self.clock.now();
        let mut world = self.now();
        let people = world.segments.iter_mut().flat_map(|segment| &mut segment.people);
        people
            .filter(|person| person.progress == ContactProgress::Dialing && is_meant(&person.key))
            .map(|person| person.finish(disposition, now))
            .count()
    }

    /// Decides what becomes of the next request of `operation`; several are used up in order.
    pub fn script(&self, operation: Operation, answer: NextAnswer) {
        self.now().script.entry(operation).or_default().push_back(answer);
    }

    /// From now on, what is younger than `age` is missing from look-ups, although it is there.
    pub fn hide_the_young(&self, age: Duration) {
        self.now().hidden = age;
    }

    /// Requests of `operation` that reached the vendor, answered or not. Reading a segment's state
    /// counts as [`Operation::Progress`], completing one as [`Operation::Stop`].
    pub fn requests(&self, operation: Operation) -> usize {
        self.now().requests.get(&operation).copied().unwrap_or(0)
    }

    /// All requests that reached the vendor.
    pub fn requests_in_all(&self) -> usize {
        self.now().requests.values().sum()
    }

    /// The push the vendor sends about a person: how far it has come. `None` for a stranger.
    pub fn push(&self, contact: &ContactId) -> Option<MemoryPush> {
        let world = self.now();
        let mut segments = world.segments.iter();
        segments.find_map(|segment| {
            let person = segment.people.iter().find(|person| person.key == *contact)?;
            Some(MemoryPush::about(segment, &person.report(), self.clock.now()))
        })
    }
}
