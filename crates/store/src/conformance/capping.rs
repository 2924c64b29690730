//! How often somebody was rung, or may have been.

use super::Harness;
use super::world::{World, change, phone};
use crate::{
    Candidate, Changes, ContactChange, Keyring, Lease, MasterKey, NewContact, Past, PastWanted, Planned, Step,
};
use outdial_model::{Attempt, ContactId, ContactStatus, Decision, Erased, ErasureId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use ContactStatus::{Cancelled, Completed, Dialing, Queued, Rejected, Submitted, Submitting, Unknown};

const DAY: Duration = Duration::from_secs(86_400);

impl World {
    /// What the gate is told when the next of a fresh task with the person is planned, who goes nowhere.
    async fn past_of(&self, person: NewContact, most: u32) -> Past {
        let task = self.task_with(vec![person]).await;
        let mut plan = self.open(&self.lease(&task).await, 1, 1);
        plan.past = Some(PastWanted { since: self.now() - DAY, most, of_person: true });
        let seen = Mutex::new(None);
        let look = |candidates: &[Candidate]| {
            *seen.lock().unwrap() = candidates.first().map(|one| one.past.clone());
            crate::ChosenBatch::default()
        };
        assert!(self.store.plan_dispatch(plan, &look, self.now()).await.unwrap().is_err());
        seen.into_inner().unwrap().expect("somebody is looked at")
    }

    /// The attempts to the first person's number.
    async fn tried(&self) -> Vec<Attempt> {
        self.past_of(NewContact { external_id: None, ..self.person(0) }, 100).await.number
    }

    /// The first person, sent by a task of their own; the vendor may ring them so often.
    async fn sent(&self, attempts: u32) -> (Lease, Planned, ContactId) {
        let task = self.task_of(1).await;
        let lease = self.lease(&task).await;
        let mut plan = self.open(&lease, 1, 1);
        plan.attempts = attempts;
        let planned = self.plan(plan).await.unwrap();
        let id = planned.dispatch.contacts[0].clone();
        (lease, planned, id)
    }
}

fn over(at: Timestamp, times: u32) -> Attempt {
    Attempt { over_at: Some(at), times }
}

pub(super) async fn an_attempt_counts_for_the_number_whatever_the_task(harness: &dyn Harness) {
    let world = World::of(harness).await;
    for round in 1..=3 {
        let (lease, _, id) = world.sent(1).await;
        world.move_on(&lease, change(&id, Submitting, Completed)).await;
        assert_eq!(world.tried().await.len(), round);
        world.pass(60);
    }
    let tried = world.tried().await;
    let ended = [60, 120, 180].map(|seconds| over(world.now() - Duration::from_secs(seconds), 1));
    assert_eq!(tried, ended, "the last first");
    let other = NewContact { phone: phone(7), ..world.person(7) };
    assert_eq!(world.past_of(other, 100).await.number, [], "another number");
    assert_eq!(world.past_of(world.person(0), 2).await.number, tried[..2], "no more than is asked for");
    let foreign = world.of_tenant("globex");
    assert_eq!(foreign.tried().await, [], "another tenant's calls are its own");
}

pub(super) async fn whoever_is_proven_not_to_have_rung_was_not_tried(harness: &dyn Harness) {
    let world = World::of(harness).await;
    for path in [
        &[Submitting, Queued][..],
        &[Submitting, Rejected],
        &[Submitting, Submitted, Cancelled],
        &[Submitting, Submitted, Queued],
        &[Submitting, Unknown, Queued],
        &[Submitting, Unknown, Rejected],
    ] {
        let (lease, _, id) = world.sent(1).await;
        for step in path.windows(2) {
            world.move_on(&lease, change(&id, step[0], step[1])).await;
        }
        assert_eq!(world.tried().await, [], "{path:?}");
    }
}

pub(super) async fn whoever_may_have_rung_was_tried(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let mut tried = 0;
    for path in [
        &[Submitting, Unknown, Queued][..],
        &[Submitting, Submitted, Rejected],
        &[Submitting, Dialing, Cancelled],
    ] {
        let (lease, _, id) = world.sent(1).await;
        for step in path.windows(2) {
            let change = ContactChange { may_have_rung: true, ..change(&id, step[0], step[1]) };
            world.move_on(&lease, change).await;
        }
        tried += 1;
        assert_eq!(world.tried().await.len(), tried, "{path:?}");
    }
    for decision in [Decision::Redial, Decision::Cancel, Decision::AssumeDialed] {
        let (lease, _, id) = world.sent(1).await;
        world.move_on(&lease, change(&id, Submitting, Unknown)).await;
        world.store.resolve_contact(&world.tenant, &id, decision, None, world.now()).await.unwrap();
        tried += 1;
        assert_eq!(world.tried().await.len(), tried, "{decision:?}");
    }
}

pub(super) async fn an_attempt_counts_as_often_as_it_rang_or_may_have(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (lease, planned, id) = world.sent(3).await;
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    assert_eq!(world.tried().await[0].times, 3, "nobody knows how often it rang");
    let told = async |planned: &Planned, name: &str| {
        let calls = vec![world.call(planned, name)];
        world.apply(Changes { calls, ..Changes::default() }).await;
    };
    told(&planned, "late").await;
    assert_eq!(world.tried().await[0].times, 3, "one of them is told");
    world.pass(60);

    let (lease, planned, id) = world.sent(3).await;
    told(&planned, "first").await;
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    assert_eq!(world.tried().await[0].times, 1, "as is known at the end");
    told(&planned, "second").await;
    told(&planned, "second").await;
    assert_eq!(world.tried().await[0].times, 2, "and later");
    world.pass(60);

    let (lease, planned, id) = world.sent(1).await;
    world.move_on(&lease, change(&id, Submitting, Rejected)).await;
    assert_eq!(world.tried().await.len(), 2);
    told(&planned, "after all").await;
    assert_eq!(world.tried().await[0], over(world.now(), 1), "it was rung, whatever was said");
}

pub(super) async fn whoever_rings_after_coming_home_was_tried(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (lease, _, id) = world.sent(1).await;
    world.move_on(&lease, change(&id, Submitting, Queued)).await;
    assert_eq!(world.tried().await, []);
    world.move_on(&lease, change(&id, Queued, Dialing)).await;
    world.pass(60);
    world.move_on(&lease, change(&id, Dialing, Completed)).await;
    assert_eq!(world.tried().await, [over(world.now(), 1)]);
    let (lease, _, id) = world.sent(1).await;
    world.move_on(&lease, change(&id, Submitting, Queued)).await;
    world.move_on(&lease, change(&id, Queued, Completed)).await;
    assert_eq!(world.tried().await.len(), 2);
}

pub(super) async fn attempts_are_forgotten_when_they_are_old_enough(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (lease, _, id) = world.sent(1).await;
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    world.pass(10);
    let ended = world.now();
    let (lease, _, id) = world.sent(1).await;
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    let forget = async |before| world.store.forget_attempts(before, 10).await.unwrap();
    assert_eq!(forget(ended).await, 1);
    assert_eq!(world.tried().await, [over(ended, 1)]);
    let (lease, _, id) = world.sent(1).await;
    world.pass(10);
    assert_eq!(forget(world.now()).await, 1, "whoever is out is not old");
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    assert_eq!(world.tried().await, [over(world.now(), 1)]);
}

pub(super) async fn the_calls_of_somebody_erased_count_on(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (lease, _, id) = world.sent(1).await;
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    let ended = world.now();
    let erasure = ErasureId::generate(world.now());
    let who = Erased::Phone(phone(0));
    let told_before = async || {
        let wanted = Some(PastWanted { since: Timestamp::UNIX_EPOCH, most: 9, of_person: true });
        let people = [NewContact::new(ContactId::generate(world.now()), phone(0))];
        let told = world.store.prospects(&world.tenant, None, &people, wanted.as_ref(), world.now()).await;
        told.unwrap().remove(0).past.number
    };
    assert_eq!(told_before().await, [over(ended, 1)]);
    world.store.begin_erasure(&world.tenant, &erasure, &who, None, world.now()).await.unwrap();
    assert_eq!(told_before().await, [over(ended, 1)], "whoever only reads can, too");
    while world.store.erase_some(10, world.now()).await.unwrap().seen > 0 {}
    assert!(world.contact(&id).await.erased_at.is_some());
    assert_eq!(world.tried().await, [over(ended, 1)]);
    assert_eq!(told_before().await, [over(ended, 1)]);
}

pub(super) async fn attempts_of_before_there_was_a_key_count_on(harness: &dyn Harness) {
    let over_store = async |keyring: Option<&Keyring>| World::over(harness.open_with(keyring).await.unwrap());
    let plain = over_store(None).await;
    let (lease, _, id) = plain.sent(1).await;
    plain.move_on(&lease, change(&id, Submitting, Completed)).await;
    let ended = plain.now();
    plain.store.close().await;

    let key = MasterKey::from_base64(&"A".repeat(43)).unwrap();
    let keyring = Keyring::new("k1", BTreeMap::from([("k1".to_owned(), key)])).unwrap();
    let sealed = over_store(Some(&keyring)).await;
    assert_eq!(sealed.tried().await, [over(ended, 1)], "as they were written");
    let mut next = Some(Step::first(10));
    while let Some(step) = next {
        next = sealed.store.seal_step(&step).await.unwrap().next;
    }
    assert_eq!(sealed.tried().await, [over(ended, 1)], "and sealed");
}

pub(super) async fn a_person_is_known_by_whatever_number(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let known = |n: usize, key: &str| NewContact { person_id: Some(key.to_owned()), ..world.person(n) };
    let task = world.task_with(vec![known(0, "ada")]).await;
    let lease = world.lease(&task).await;
    let id = world.send(&lease, 1).await.dispatch.contacts[0].clone();
    world.move_on(&lease, change(&id, Submitting, Completed)).await;
    let ended = world.now();
    let other_number = world.past_of(known(1, "ada"), 9).await;
    assert_eq!((other_number.number, other_number.person), (vec![], vec![over(ended, 1)]));
    assert_eq!(world.past_of(known(2, "grace"), 9).await.person, []);
    assert_eq!(world.past_of(world.person(3), 9).await.person, [], "nobody says who that is");
}
