//! Calling people of a task again.

use super::Harness;
use super::world::{World, all, change, phone};
use crate::{AddedContact, Begin, ContactChange, Lease, NewTask, StoreError, TaskFilter};
use outdial_model::{
    Contact, ContactId, ContactStatus, DesiredStatus, Disposition, Erased, ErasureId, EventType,
    NewSuppression, Redial, SUPPRESSED, SuppressionId, TaskId, TaskStatus,
};
use std::collections::BTreeSet;

const MISSED: [Disposition; 2] = [Disposition::NoAnswer, Disposition::Busy];

impl World {
    /// A task of so many people, all of whom are out.
    async fn all_out(&self, people: usize) -> (Lease, Vec<ContactId>) {
        let task = self.task_of(people).await;
        let lease = self.lease(&task).await;
        let sent = self.send(&lease, people).await;
        (lease, sent.dispatch.contacts)
    }

    async fn ends(&self, lease: &Lease, contact: &ContactId, disposition: Disposition) {
        let ended = change(contact, ContactStatus::Submitting, ContactStatus::Completed);
        self.move_on(lease, ContactChange { disposition: Some(disposition), ..ended }).await;
    }

    async fn forget(&self, contact: &ContactId) {
        let (id, who) = (ErasureId::generate(self.now()), Erased::Contact(contact.clone()));
        self.store.begin_erasure(&self.tenant, &id, &who, None, self.now()).await.unwrap();
    }

    /// A task that calls those of another again who were missed there.
    async fn redial(&self, of: &TaskId, people: u64) -> TaskId {
        let redial = Redial::of(of.clone(), BTreeSet::from(MISSED), people);
        let task = NewTask { redial: Some(redial), ..self.new_task() };
        self.store.create_task(&self.tenant, task, Vec::new(), None, self.now()).await.unwrap().id
    }

    async fn take_over(&self, lease: &Lease, limit: u32) -> bool {
        self.store.fill_task(lease, limit, self.now()).await.unwrap()
    }
}

/// What of somebody is the same, whichever task they are of.
fn person(contact: &Contact) -> (Option<&str>, Option<&str>, Option<&str>, &str) {
    let name = contact.name.as_ref().map(|name| name.expose());
    let phone = contact.phone.as_ref().map(|phone| phone.e164());
    (contact.external_id.as_deref(), phone, name, &contact.variables["due"])
}

pub(super) async fn whoever_was_missed_is_taken_over_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (first, people) = world.all_out(8).await;
    for (place, disposition) in [
        (0, Disposition::NoAnswer),
        (1, Disposition::Busy),
        (2, Disposition::AnsweredHuman),
        (5, Disposition::NoAnswer),
        (6, Disposition::Busy),
        (7, Disposition::NoAnswer),
    ] {
        world.ends(&first, &people[place], disposition).await;
    }
    world.move_on(&first, change(&people[3], ContactStatus::Submitting, ContactStatus::Unknown)).await;
    world.forget(&people[5]).await;
    while world.store.erase_some(10, world.now()).await.unwrap().seen > 0 {}

    world.pass(1);
    let again = world.redial(&first.task, 4).await;
    assert!(world.task(&again).await.is_filling());
    assert_eq!(world.contacts(&again).await.len(), 0);

    world.pass(1);
    // Too late to be called again, and somebody who is to be forgotten before it is their turn.
    world.ends(&first, &people[4], Disposition::NoAnswer).await;
    world.forget(&people[6]).await;
    let dead = world.lease(&again).await;
    assert!(world.take_over(&dead, 1).await);
    assert_eq!(world.task(&again).await.redial.map(|redial| redial.taken), Some(1));

    // Whoever took them over has died, and another goes on.
    let lease = world.lease_of(&again).await;
    let refused = world.store.fill_task(&dead, 1, world.now()).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost)), "{refused:?}");
    while world.take_over(&lease, 1).await {}
    let (before, after) = (world.contacts(&first.task).await, world.contacts(&again).await);
    let missed = [&before[0], &before[1], &before[7]];
    assert_eq!(after.iter().map(person).collect::<Vec<_>>(), missed.map(person));
    for (copy, contact) in after.iter().zip(missed) {
        assert_ne!(copy.id, contact.id);
        assert_eq!((copy.status, copy.disposition), (ContactStatus::Queued, None));
        assert_eq!(world.told(&copy.id).await, [EventType::ContactAccepted]);
    }
    let done = world.task(&again).await;
    let redial = Redial { taken: 3, is_filling: false, ..Redial::of(first.task.clone(), MISSED.into(), 4) };
    assert_eq!((done.redial, done.counts.total()), (Some(redial), 3));
    assert!(!world.take_over(&lease, 1).await);
    assert_eq!(world.task(&again).await.counts.total(), 3);

    let of = |task: &TaskId| TaskFilter { redial_of: Some(task.clone()), ..TaskFilter::default() };
    let listed = async |task: &TaskId| {
        let found = world.store.tasks(&world.tenant, &of(task), &all(10)).await.unwrap();
        found.into_iter().map(|task| task.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&first.task).await, std::slice::from_ref(&again));
    assert_eq!(listed(&again).await, []);
}

pub(super) async fn nobody_comes_to_a_redial_that_was_stopped(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (first, people) = world.all_out(3).await;
    for contact in &people {
        world.ends(&first, contact, Disposition::Busy).await;
    }
    let again = world.redial(&first.task, 3).await;
    let lease = world.lease(&again).await;
    assert!(world.take_over(&lease, 1).await);
    let stop = Begin { desired: DesiredStatus::Stopped, status: TaskStatus::Stopping };
    let asked = [TaskStatus::Scheduled];
    world.store.begin(&world.tenant, &again, stop, &asked, None, world.now()).await.unwrap();
    assert!(!world.take_over(&lease, 1).await);
    let stopped = world.task(&again).await;
    assert_eq!((stopped.counts.total(), stopped.is_filling()), (1, false));
}

pub(super) async fn whoever_is_taken_over_is_somebody_like_any_other(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (first, people) = world.all_out(2).await;
    for contact in &people {
        world.ends(&first, contact, Disposition::NoAnswer).await;
    }
    let (id, now) = (SuppressionId::generate(world.now()), world.now());
    let suppressed =
        NewSuppression { id, phone: phone(1), purpose: None, reason: None, source: None, expires_at: None };
    world.store.suppress(&world.tenant, &[suppressed], None, now).await.unwrap();
    let again = world.redial(&first.task, 2).await;
    // The client was faster with one of them.
    let by_hand = world.person(0);
    world.add(&again, vec![by_hand.clone()]).await;
    let lease = world.lease(&again).await;
    assert!(!world.take_over(&lease, 10).await);
    let there = world.contacts(&again).await;
    let told = |contact: &Contact| (contact.status, contact.reason.clone());
    let mut statuses: Vec<_> = there.iter().map(told).collect();
    statuses.sort();
    assert_eq!(
        statuses,
        [(ContactStatus::Queued, None), (ContactStatus::Cancelled, Some(SUPPRESSED.reason.to_owned()))]
    );
    let added =
        world.store.add_contacts(&world.tenant, &again, vec![world.person(1)], None, world.now()).await;
    let cancelled = there.iter().find(|contact| contact.status == ContactStatus::Cancelled).unwrap();
    assert_eq!(added.unwrap().contacts, [AddedContact::Existing(cancelled.id.clone())]);
}
