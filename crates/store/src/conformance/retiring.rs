//! People who are forgotten because their task ended long ago.

use super::Harness;
use super::world::{World, change, tenant};
use crate::{Changes, Lease, TaskChange};
use outdial_model::{ContactStatus, Erased, ErasureId, TaskId, TaskStatus};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl World {
    /// A task with that many people, which ends now: all of them are cancelled.
    async fn ended(&self, people: usize) -> TaskId {
        let task = self.task_of(people).await;
        for contact in self.contacts(&task).await {
            self.store.cancel_contact(&self.tenant, &contact.id, None, self.now()).await.unwrap();
        }
        let lease = self.lease(&task).await;
        self.end(&lease).await;
        task
    }

    async fn end(&self, lease: &Lease) {
        let mut changes = Changes::under(lease);
        let (from, to) = (TaskStatus::Scheduled, TaskStatus::Completed);
        changes.task = Some(TaskChange { from, to, trouble: None });
        assert_eq!(self.apply(changes).await, Default::default());
        self.store.release_lease(lease, None, self.now()).await.unwrap();
    }

    /// Puts down everybody whose task ended more than a day ago; answers in how many pages.
    async fn retire(&self) -> usize {
        let mut pages = 0;
        let (id, now) = (|| ErasureId::generate(self.now()), self.now());
        while self.store.retire_some(&self.tenant, &id(), now - DAY, 2, now).await.unwrap() {
            pages += 1;
        }
        pages
    }

    async fn erase_all(&self) -> u64 {
        let mut all = 0;
        loop {
            match self.store.erase_some(100, self.now()).await.unwrap().seen {
                0 => return all,
                some => all += some,
            }
        }
    }

    async fn known(&self, task: &TaskId) -> usize {
        self.contacts(task).await.iter().filter(|contact| contact.erased_at.is_none()).count()
    }
}

pub(super) async fn people_of_a_task_that_ended_long_ago_are_put_down_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let old = world.ended(5).await;
    world.pass(DAY.as_secs() / 2);
    let (young, open) = (world.ended(2).await, world.task_of(2).await);
    world.pass(DAY.as_secs() / 2);
    assert_eq!((world.retire().await, world.erase_all().await), (0, 0), "a day ago is not long enough");
    world.pass(1);
    assert_eq!(world.retire().await, 6, "two, two, and one; and once more, which meets nobody new");
    assert_eq!(world.known(&old).await, 5);
    assert_eq!(world.erase_all().await, 5);
    for (task, known) in [(&old, 0), (&young, 2), (&open, 2)] {
        assert_eq!(world.known(task).await, known);
    }
    assert_eq!(world.task(&old).await.counts.of(ContactStatus::Cancelled), 5);
    assert_eq!((world.retire().await, world.erase_all().await), (0, 0), "it is done");
}

pub(super) async fn whoever_is_erased_already_is_not_put_down(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.ended(3).await;
    let contacts = world.contacts(&task).await;
    let erase = async |n: usize| {
        let (id, who) = (ErasureId::generate(world.now()), Erased::Contact(contacts[n].id.clone()));
        world.store.begin_erasure(&world.tenant, &id, &who, None, world.now()).await.unwrap();
        id
    };
    erase(0).await;
    assert_eq!(world.erase_all().await, 1);
    let asked = erase(1).await;
    world.pass(DAY.as_secs() + 1);
    assert_eq!(world.retire().await, 4);
    assert_eq!(world.erase_all().await, 2);
    assert_eq!(world.known(&task).await, 0);
    let asked = world.store.erasure(&world.tenant, &asked).await.unwrap();
    assert_eq!((asked.contacts, asked.erased, asked.completed_at), (1, 1, Some(world.now())));
}

pub(super) async fn whoever_ends_behind_the_walk_is_put_down_too(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let out = world.send(&lease, 3).await.dispatch.contacts;
    for id in &out[..2] {
        world.move_on(&lease, change(id, ContactStatus::Submitting, ContactStatus::Completed)).await;
    }
    world.move_on(&lease, change(&out[2], ContactStatus::Submitting, ContactStatus::Submitted)).await;
    let mut changes = Changes::under(&lease);
    let (from, to) = (TaskStatus::Scheduled, TaskStatus::Failed);
    changes.task = Some(TaskChange { from, to, trouble: None });
    assert_eq!(world.apply(changes).await, Default::default());
    world.pass(DAY.as_secs() + 1);
    let put_down = async || {
        let (id, now) = (ErasureId::generate(world.now()), world.now());
        world.store.retire_some(&world.tenant, &id, now - DAY, 2, now).await.unwrap()
    };
    assert!(put_down().await, "the two who are done");
    let mut changes = Changes::default();
    changes.contacts.push(change(&out[2], ContactStatus::Submitted, ContactStatus::Cancelled));
    assert_eq!(world.apply(changes).await, Default::default());
    while put_down().await {}
    assert_eq!(world.erase_all().await, 3);
    assert_eq!(world.known(&task).await, 0);
}

pub(super) async fn a_tenants_retention_is_not_anothers(harness: &dyn Harness) {
    let mut world = World::of(harness).await;
    let task = world.ended(1).await;
    world.pass(DAY.as_secs() + 1);
    world.tenant = tenant("globex");
    assert_eq!((world.retire().await, world.erase_all().await), (0, 0));
    world.tenant = tenant("acme");
    assert_eq!(world.known(&task).await, 1);
}
