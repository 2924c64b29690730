//! Accepting tasks and people.

use super::Harness;
use super::world::{World, all, tenant};
use crate::{AddedContact, StoreError, TaskFilter};
use outdial_model::{ContactStatus, EventType, SegmentStatus, TaskStatus};

pub(super) async fn a_task_is_read_back_as_it_was_accepted(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (new, people) = (world.new_task(), world.people(0..2));
    let created =
        world.store.create_task(&world.tenant, new.clone(), people.clone(), None, world.now()).await.unwrap();
    let task = world.task(&new.id).await;
    assert_eq!(task.id, created.id);
    assert_eq!(task.spec, new.spec);
    assert_eq!((task.status, task.desired), (new.status, new.desired));
    assert_eq!(task.account, new.account);
    assert_eq!(task.revision, created.revision);
    assert_eq!((task.created_at, task.updated_at), (world.now(), world.now()));
    assert_eq!((task.started_at, task.ended_at, task.trouble), (None, None, None));
    assert_eq!((task.counts.total(), task.counts.of(ContactStatus::Queued)), (2, 2));

    let stored = world.contacts(&new.id).await;
    for (contact, person) in stored.iter().zip(&people) {
        assert_eq!(contact.id, person.id);
        assert_eq!(contact.external_id, person.external_id);
        assert_eq!(contact.phone.as_ref(), Some(&person.phone));
        assert!(contact.name == person.name);
        assert_eq!(contact.variables, person.variables);
        assert_eq!(contact.status, ContactStatus::Queued);
        assert_eq!((contact.calls, contact.cancel_requested), (0, false));
        assert_eq!(world.told(&contact.id).await, [EventType::ContactAccepted]);
    }
}

pub(super) async fn an_external_id_names_one_task(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let named = || crate::NewTask { external_id: Some("crm-1".into()), ..world.new_task() };
    let create = |tenant, task| world.store.create_task(tenant, task, world.people(0..1), None, world.now());
    let first = create(&world.tenant, named()).await.unwrap();
    match create(&world.tenant, named()).await {
        Err(StoreError::ExternalIdTaken { existing }) => assert_eq!(existing, first.id.as_str()),
        other => panic!("the id is taken, yet {other:?}"),
    }
    create(&tenant("other"), named()).await.unwrap();
    let filter = TaskFilter { external_id: Some("crm-1".into()), ..TaskFilter::default() };
    let found = world.store.tasks(&world.tenant, &filter, &all(10)).await.unwrap();
    assert_eq!(found.len(), 1, "nothing of the refused task was stored");
}

pub(super) async fn a_contact_is_added_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let there = world.contacts(&task).await.remove(0);
    let again = [world.person(0), world.person(1), world.person(1), world.person(2)];
    let mut nameless = world.person(1);
    nameless.external_id = None;
    let mut given = again.to_vec();
    given.extend([nameless.clone(), crate::NewContact { id: world.person(1).id, ..nameless }]);
    let outcome =
        world.store.add_contacts(&world.tenant, &task, given.clone(), None, world.now()).await.unwrap();
    let expected = [
        AddedContact::Existing(there.id),
        AddedContact::Added(given[1].id.clone()),
        AddedContact::Existing(given[1].id.clone()),
        AddedContact::Added(given[3].id.clone()),
        AddedContact::Added(given[4].id.clone()),
        AddedContact::Added(given[5].id.clone()),
    ];
    assert_eq!(outcome.contacts, expected);
    assert_eq!(world.task(&task).await.counts.total(), 5);
}

pub(super) async fn nobody_joins_a_task_that_is_over(harness: &dyn Harness) {
    let world = World::of(harness).await;
    for status in [TaskStatus::Stopping, TaskStatus::Stopped, TaskStatus::Completed, TaskStatus::Failed] {
        let task = crate::NewTask { status, ..world.new_task() };
        let id = task.id.clone();
        world.store.create_task(&world.tenant, task, Vec::new(), None, world.now()).await.unwrap();
        let refused =
            world.store.add_contacts(&world.tenant, &id, world.people(0..1), None, world.now()).await;
        assert!(
            matches!(refused, Err(StoreError::WrongState { status: told }) if told == status.as_str()),
            "{refused:?}"
        );
        assert_eq!(world.task(&id).await.counts.total(), 0);
    }
}

pub(super) async fn a_vendor_task_is_adopted_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let adopting = || {
        let task = world.new_task();
        let lease = crate::Lease { tenant: world.tenant.clone(), task: task.id.clone(), token: 0, wakes: 0 };
        let mut segment = world.segment(&lease, 1);
        segment.adopted = true;
        segment.status = SegmentStatus::Running;
        segment.vendor_ref = Some("vendor-7".into());
        crate::NewTask { adopted: Some(segment), ..task }
    };
    let create = |task| world.store.create_task(&world.tenant, task, Vec::new(), None, world.now());
    let first = create(adopting()).await.unwrap();
    let segments = world.store.segments(&world.tenant, &first.id).await.unwrap();
    assert_eq!(segments.len(), 1);
    assert!(segments[0].adopted);
    match create(adopting()).await {
        Err(StoreError::ExternalIdTaken { existing }) => assert_eq!(existing, first.id.as_str()),
        other => panic!("it is adopted already, yet {other:?}"),
    }
}

pub(super) async fn many_contacts_are_accepted_at_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(5_000).await;
    assert_eq!(world.task(&task).await.counts.of(ContactStatus::Queued), 5_000);
    let stored = world.contacts(&task).await;
    assert_eq!(stored.len(), 5_000);
    let last = stored.last().unwrap();
    assert_eq!(world.told(&last.id).await, [EventType::ContactAccepted]);
}

pub(super) async fn a_stream_that_is_sent_again_adds_nobody_twice(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(0).await;
    let people: Vec<_> = world
        .people(0..4)
        .into_iter()
        .map(|person| crate::NewContact { external_id: None, ..person })
        .collect();
    let add = async |people: &[crate::NewContact]| {
        let added =
            world.store.add_contacts(&world.tenant, &task, people.to_vec(), None, world.now()).await.unwrap();
        added.contacts
    };
    let there = |place: usize| AddedContact::Existing(people[place].id.clone());
    let new = |place: usize| AddedContact::Added(people[place].id.clone());
    assert_eq!(add(&people[..2]).await, [new(0), new(1)]);
    assert_eq!(add(&people).await, [there(0), there(1), new(2), new(3)]);
    assert_eq!(add(&people).await, [there(0), there(1), there(2), there(3)]);
    assert_eq!(world.task(&task).await.counts.total(), 4);
    for person in &people {
        assert_eq!(world.told(&person.id).await, [EventType::ContactAccepted]);
    }
}
