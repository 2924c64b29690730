//! Whose data it is.

use super::Harness;
use super::world::{TERM, World, all, tenant};
use crate::{Begin, CallFilter, Changes, ContactFilter, StoreError, TaskFilter, TaskPatch};
use outdial_model::{DesiredStatus, TaskStatus};

pub(super) async fn a_foreign_tenant_sees_nothing(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (store, now) = (&world.store, world.now());
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let mut changes = Changes::under(&lease);
    changes.calls.push(world.call(&planned, "call-1"));
    world.apply(changes).await;
    let contact = &planned.dispatch.contacts[0];
    let call = store.calls(&world.tenant, &CallFilter::default(), &all(9)).await.unwrap().remove(0);

    let foreign = tenant("other");
    let begin = Begin { desired: DesiredStatus::Stopped, status: TaskStatus::Stopping };
    let patch = TaskPatch { spec: world.spec() };
    let refusals = [
        store.task(&foreign, &task).await.err(),
        store.patch_task(&foreign, &task, patch, None, now).await.err(),
        store.begin(&foreign, &task, begin, TaskStatus::ALL, None, now).await.err(),
        store.segments(&foreign, &task).await.err(),
        store.add_contacts(&foreign, &task, world.people(5..6), None, now).await.err(),
        store.contact(&foreign, contact).await.err(),
        store.contacts(&foreign, &task, &ContactFilter::default(), &all(9)).await.err(),
        store.cancel_contact(&foreign, contact, None, now).await.err(),
        store.call(&foreign, &call.id).await.err(),
    ];
    for (place, refusal) in refusals.into_iter().enumerate() {
        assert!(matches!(refusal, Some(StoreError::NotFound)), "{place}: {refusal:?}");
    }
    assert!(store.tasks(&foreign, &TaskFilter::default(), &all(9)).await.unwrap().is_empty());
    assert!(store.calls(&foreign, &CallFilter::default(), &all(9)).await.unwrap().is_empty());
    let by_id = CallFilter { ids: vec![call.id], ..CallFilter::default() };
    assert!(store.calls(&foreign, &by_id, &all(9)).await.unwrap().is_empty());
    assert!(store.contact_events(&foreign, contact, None, 9).await.unwrap().is_empty());
    let mut stolen = lease.clone();
    stolen.tenant = foreign;
    assert!(store.renew_lease(&stolen, now, TERM).await.is_err());
    assert_eq!(world.task(&task).await.status, TaskStatus::Scheduled, "nothing was changed");
}
