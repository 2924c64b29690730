//! People who are forgotten, and what is left of them.

use super::remains::spoil;
use super::world::{World, change, phone, tenant};
use super::{Harness, everything_in};
use crate::{
    AddedContact, Answer, Changes, Effect, Forgetting, Lease, NewContact, Once, OnceKey, StoreError,
};
use outdial_model::{
    Contact, ContactId, ContactStatus, Erased, Erasure, ErasureId, ErasureStatus, Insight, InsightKind,
    TaskId,
};

impl World {
    async fn erase(&self, who: Erased) -> Erasure {
        let id = ErasureId::generate(self.now());
        let begun = self.store.begin_erasure(&self.tenant, &id, &who, None, self.now()).await.unwrap();
        assert_eq!(begun.erased, 0);
        self.go_on(&id).await
    }

    /// Goes on with every erasure as far as it goes; answers this one.
    async fn go_on(&self, id: &ErasureId) -> Erasure {
        while self.look().await.seen > 0 {}
        self.store.erasure(&self.tenant, id).await.unwrap()
    }

    async fn look(&self) -> Forgetting {
        self.store.erase_some(2, self.now()).await.unwrap()
    }

    async fn out(&self, task: &TaskId) -> (Lease, Contact) {
        let lease = self.lease(task).await;
        let planned = self.send(&lease, 1).await;
        (lease, planned.contacts[0].clone())
    }
}

fn is_empty(contact: &Contact) {
    assert!(contact.erased_at.is_some(), "{contact:?}");
    assert!(contact.phone.is_none() && contact.name.is_none() && contact.external_id.is_none());
    assert!(contact.variables.is_empty());
}

pub(super) async fn whoever_waits_is_cancelled_and_forgotten(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let tasks = [world.task_of(3).await, world.task_of(3).await];
    let erasure = world.erase(Erased::Phone(phone(1))).await;
    assert_eq!((erasure.contacts, erasure.erased, erasure.status), (2, 2, ErasureStatus::Completed));
    assert_eq!(erasure.completed_at, Some(world.now()));
    for task in &tasks {
        let contacts = world.contacts(task).await;
        let (gone, left): (Vec<_>, Vec<_>) =
            contacts.iter().partition(|contact| contact.status == ContactStatus::Cancelled);
        assert_eq!((gone.len(), left.len()), (1, 2));
        is_empty(gone[0]);
        assert!(left.iter().all(|contact| contact.phone.is_some() && contact.external_id.is_some()));
        let counts = world.task(task).await.counts;
        assert_eq!((counts.of(ContactStatus::Cancelled), counts.of(ContactStatus::Queued)), (1, 2));
    }
    let bytes = everything_in(&harness.url()).await.unwrap();
    let number = phone(1);
    let number = number.digits().as_bytes();
    assert!(!bytes.windows(number.len()).any(|part| part == number), "the number is still there");
}

pub(super) async fn whoever_is_out_is_taken_back_and_forgotten_at_the_end(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let (lease, contact) = world.out(&task).await;
    let begun = world.erase(Erased::Contact(contact.id.clone())).await;
    assert_eq!((begun.contacts, begun.erased, begun.status), (1, 0, ErasureStatus::Running));
    let asked = world.contact(&contact.id).await;
    assert!(asked.cancel_requested && asked.phone == Some(phone(0)), "who rings may not ring twice");
    let other = world.task_of(1).await;
    let other = world.lease(&other).await;
    assert!(world.plan(world.open(&other, 1, 9)).await.is_none(), "the number is locked");
    let again = vec![NewContact { external_id: None, ..world.person(0) }];
    let added = world.store.add_contacts(&world.tenant, &task, again, None, world.now()).await.unwrap();
    assert_eq!(added.contacts, [AddedContact::Existing(contact.id.clone())]);

    world.move_on(&lease, change(&contact.id, ContactStatus::Submitting, ContactStatus::Completed)).await;
    world.pass(31);
    let done = world.go_on(&begun.id).await;
    assert_eq!((done.erased, done.status), (1, ErasureStatus::Completed));
    let left = world.contact(&contact.id).await;
    assert_eq!(left.status, ContactStatus::Completed);
    is_empty(&left);
}

pub(super) async fn what_is_told_of_somebody_erased_is_not_kept(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let told = |id: &str| {
        let mut changes = Changes::default();
        let mut call = world.call(&planned, id);
        call.recording = Some("https://media.example/1.wav".into());
        call.insights.extend(Insight::new(InsightKind::Transcript, None, "I cannot pay"));
        changes.calls.push(call);
        changes
    };
    world.apply(told("call-1")).await;
    let contact = &planned.contacts[0].id;
    world.move_on(&lease, change(contact, ContactStatus::Submitting, ContactStatus::Completed)).await;
    world.erase(Erased::Contact(contact.clone())).await;
    world.apply(told("call-1")).await;
    world.apply(told("call-2")).await;
    let calls = world.store.calls(&world.tenant, &Default::default(), &super::world::all(9)).await.unwrap();
    assert_eq!(calls.len(), 2, "that somebody was called is no secret");
    for call in calls {
        assert!(call.insights.is_empty() && !call.has_recording, "{call:?}");
        assert!(world.store.recording(&world.tenant, &call.id).await.unwrap().url.is_none());
    }
}

pub(super) async fn nobody_is_added_again_to_a_task_they_were_erased_from(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let old = world.contacts(&task).await[0].id.clone();
    world.erase(Erased::ExternalId("person-0".into())).await;
    let (same, mut renamed) = (world.person(0), world.person(0));
    renamed.external_id = Some("another".into());
    let added = world.store.add_contacts(&world.tenant, &task, vec![same, renamed], None, world.now()).await;
    let there = AddedContact::Existing(old.clone());
    assert_eq!(added.unwrap().contacts, [there.clone(), there]);
    is_empty(&world.contact(&old).await);

    let new = world.task_of(1).await;
    assert_eq!(world.contacts(&new).await[0].phone, Some(phone(0)), "a new task may have them again");
}

pub(super) async fn whoever_has_the_external_id_is_forgotten_whatever_their_number(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (first, mut same) = (world.task_of(2).await, world.person(7));
    same.external_id = Some("person-0".into());
    let second = world.task_with(vec![same, NewContact { external_id: None, ..world.person(0) }]).await;
    let erasure = world.erase(Erased::ExternalId("person-0".into())).await;
    assert_eq!((erasure.contacts, erasure.status), (3, ErasureStatus::Completed));
    let (first, second) = (world.contacts(&first).await, world.contacts(&second).await);
    [&first[0], &second[0], &second[1]].into_iter().for_each(is_empty);
    assert_eq!(first[1].phone, Some(phone(1)));
}

pub(super) async fn who_cannot_be_read_keeps_nobody_else_from_being_forgotten(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let contacts = world.contacts(&task).await;
    let set = async |calls: i64| {
        spoil(harness, &format!("UPDATE contacts SET calls = {calls} WHERE id = '{}'", contacts[0].id)).await;
    };
    set(-1).await;
    let id = ErasureId::generate(world.now());
    let who = Erased::ExternalId("person-0".into());
    world.store.begin_erasure(&world.tenant, &id, &who, None, world.now()).await.unwrap();
    assert_eq!(world.look().await, Forgetting { seen: 1, unreadable: vec![contacts[0].id.clone()] });
    let other = world.erase(Erased::Phone(phone(1))).await;
    assert_eq!((other.erased, other.status), (1, ErasureStatus::Completed));

    set(0).await;
    world.pass(60 * 60 - 1);
    assert_eq!(world.go_on(&id).await.status, ErasureStatus::Running, "it is not tried all the time");
    world.pass(1);
    assert_eq!(world.go_on(&id).await.status, ErasureStatus::Completed);
    is_empty(&world.contact(&contacts[0].id).await);
}

pub(super) async fn whoever_stays_out_is_looked_at_less_and_less_and_wakes_nobody(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let (lease, contact) = world.out(&task).await;
    world.store.release_lease(&lease, None, world.now()).await.unwrap();
    world.erase(Erased::Contact(contact.id)).await;
    let lease = world.lease(&task).await;
    world.store.release_lease(&lease, None, world.now()).await.unwrap();
    let looks_within = async |seconds: u64| {
        let mut looks = 0;
        for _ in 0..seconds / 30 {
            world.pass(30);
            looks += world.look().await.seen;
        }
        looks
    };
    assert_eq!(looks_within(600).await, 20);
    world.pass(48 * 60 * 60);
    assert_eq!(looks_within(3 * 60 * 60).await, 3, "an hour is the longest");
    assert_eq!(world.store.next_due().await.unwrap(), None, "who was asked for once is asked for");
}

pub(super) async fn what_was_answered_about_somebody_erased_is_forgotten(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let contact: ContactId = world.contacts(&task).await[0].id.clone();
    let words = |_: Effect<'_>| Answer { status: 202, headers: Vec::new(), body: "Ada Lovelace".into() };
    let (fingerprint, formerly) = ("f".into(), String::new());
    let key = OnceKey { scope: "POST /x".into(), key: "k".into(), fingerprint, formerly };
    let once = Once { key: key.clone(), answer: &words };
    world.store.cancel_contact(&world.tenant, &contact, Some(&once), world.now()).await.unwrap();
    assert!(world.store.answered(&world.tenant, &key, world.now()).await.unwrap().is_some());
    world.erase(Erased::Contact(contact)).await;
    assert!(world.store.answered(&world.tenant, &key, world.now()).await.unwrap().is_none());
}

pub(super) async fn an_erasure_stays_within_its_tenant(harness: &dyn Harness) {
    let mut world = World::of(harness).await;
    let task = world.task_of(1).await;
    let contact = world.contacts(&task).await[0].id.clone();
    world.tenant = tenant("globex");
    let nothing = world.erase(Erased::Phone(phone(0))).await;
    assert_eq!((nothing.contacts, nothing.status), (0, ErasureStatus::Completed));
    let id = ErasureId::generate(world.now());
    let foreign = Erased::Contact(contact.clone());
    let refused = world.store.begin_erasure(&world.tenant, &id, &foreign, None, world.now()).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    world.tenant = tenant("acme");
    assert_eq!(world.contact(&contact).await.phone, Some(phone(0)));
    let hidden = world.store.erasure(&world.tenant, &nothing.id).await;
    assert!(matches!(hidden, Err(StoreError::NotFound)), "{hidden:?}");
}
