//! Taking people back.

use super::Harness;
use super::world::{World, change};
use crate::StoreError;
use outdial_model::{Cause, ContactId, ContactStatus, EventType, Why};

pub(super) async fn a_contact_of_ours_is_cancelled_at_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let id = world.contacts(&task).await[0].id.clone();
    let cancelled = world.store.cancel_contact(&world.tenant, &id, None, world.now()).await.unwrap();
    assert_eq!(cancelled.status, ContactStatus::Cancelled);
    assert_eq!(world.told(&id).await, [EventType::ContactAccepted, EventType::ContactCancelled]);
    assert_eq!(world.task(&task).await.counts.of(ContactStatus::Cancelled), 1);
    let again = world.store.cancel_contact(&world.tenant, &id, None, world.now()).await;
    assert!(matches!(again, Err(StoreError::WrongState { status: "cancelled" })));
}

pub(super) async fn a_contact_that_is_out_waits_to_be_cancelled(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let sent = world.send(&lease, 3).await.dispatch.contacts;
    for id in [&sent[2], &sent[0], &sent[0]] {
        let asked = world.store.cancel_contact(&world.tenant, id, None, world.now()).await.unwrap();
        assert!(asked.cancel_requested);
        assert_eq!(asked.status, ContactStatus::Submitting);
    }
    let waiting = async |after: Option<&ContactId>| {
        let rows = world.store.contacts_to_cancel(&task, after, 10).await.unwrap();
        let work = world.store.work(&lease, world.now()).await.unwrap();
        (work.cancels_pending, rows.into_iter().map(|row| row.id).collect::<Vec<_>>())
    };
    assert_eq!(waiting(None).await, (2, vec![]), "nobody knows yet whether the vendor has them");
    for id in [&sent[0], &sent[2]] {
        world.move_on(&lease, change(id, ContactStatus::Submitting, ContactStatus::Submitted)).await;
    }
    assert_eq!(waiting(None).await, (2, vec![sent[0].clone(), sent[2].clone()]));
    assert_eq!(waiting(Some(&sent[0])).await, (2, vec![sent[2].clone()]), "whoever comes after");
    world.move_on(&lease, change(&sent[0], ContactStatus::Submitted, ContactStatus::Completed)).await;
    assert_eq!(waiting(None).await, (1, vec![sent[2].clone()]));
    assert!(!world.contact(&sent[0]).await.cancel_requested);
}

pub(super) async fn an_unwanted_contact_is_not_sent_again(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let id = world.send(&lease, 1).await.dispatch.contacts.remove(0);
    world.store.cancel_contact(&world.tenant, &id, None, world.now()).await.unwrap();
    world.move_on(&lease, change(&id, ContactStatus::Submitting, ContactStatus::Queued)).await;
    let home = world.contact(&id).await;
    assert_eq!((home.status, home.cancel_requested), (ContactStatus::Cancelled, false));
    let told = world.told(&id).await;
    assert_eq!(told[2..], [EventType::ContactReturned, EventType::ContactCancelled]);
    assert!(world.plan(world.open(&lease, 2, 5)).await.is_none());
}

pub(super) async fn whoever_is_still_ours_is_ended_in_portions(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(6).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 1).await;
    let end = async || {
        let (status, why) = (ContactStatus::Expired, Why::new(Cause::ScheduleOver, "its time is over"));
        let ended = world.store.cancel_ours(&lease, status, why, 3, world.now()).await;
        ended.unwrap()
    };
    assert_eq!((end().await, end().await, end().await), (3, 2, 0));
    let counts = world.task(&task).await.counts;
    assert_eq!(counts.of(ContactStatus::Expired), 5);
    assert_eq!(counts.of(ContactStatus::Submitting), 1);
    let ended = world.contacts(&task).await.remove(5);
    assert_eq!(ended.reason.as_deref(), Some("its time is over"));
    assert_eq!(world.events(&ended.id).await.last().unwrap().data["cause"], "schedule_over");
}
