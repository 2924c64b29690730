//! Somebody who came home as proven not to have reached the vendor, and whom a push proves to ring there after all.

use super::Harness;
use super::world::{World, change};
use crate::{Changes, Planned, SegmentChange};
use outdial_model::{Confidence, ContactId, ContactStatus, Disposition, SegmentStatus, Source};

use ContactStatus::{Completed, Dialing, Queued, Submitting};

/// Somebody who was sent and came home.
async fn home(world: &World) -> (Planned, ContactId) {
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let id = planned.dispatch.contacts[0].clone();
    world.move_on(&lease, change(&id, Submitting, Queued)).await;
    (planned, id)
}

/// A push the vendor has signed tells so.
async fn rings(world: &World, id: &ContactId) {
    let contacts = vec![change(id, Queued, Dialing)];
    let confidence = Some(Confidence::Confirmed);
    world.apply(Changes { contacts, confidence, ..Changes::default().by(Source::Push) }).await;
}

async fn ends(world: &World, planned: &Planned) -> SegmentStatus {
    let segment = &planned.dispatch.segment;
    let over = SegmentChange { status: Some(SegmentStatus::Completed), ..SegmentChange::of(segment) };
    world.apply(Changes { segments: vec![over], ..Changes::default() }).await;
    let segments = world.store.segments(&world.tenant, &planned.dispatch.task).await.unwrap();
    segments.iter().find(|found| found.id == *segment).unwrap().status
}

pub(super) async fn a_ring_is_followed_and_its_segment_is_not_over_before_it(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (planned, id) = home(&world).await;
    rings(&world, &id).await;
    assert_eq!(world.contact(&id).await.status, Dialing);
    assert_eq!(ends(&world, &planned).await, SegmentStatus::Ending, "read before the push was");
    let done = vec![change(&id, Dialing, Completed)];
    world.apply(Changes { contacts: done, ..Changes::default() }).await;
    assert_eq!(ends(&world, &planned).await, SegmentStatus::Completed);
}

pub(super) async fn a_ring_nobody_can_follow_is_done(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (planned, id) = home(&world).await;
    assert_eq!(ends(&world, &planned).await, SegmentStatus::Completed);
    rings(&world, &id).await;
    let contact = world.contact(&id).await;
    assert_eq!((contact.status, contact.disposition), (Completed, Some(Disposition::Unknown)));
    assert!(contact.reason.is_some());
    assert_eq!(contact.confidence, Some(Confidence::Reported), "nobody confirmed that nothing is known");
}

pub(super) async fn a_ring_leaves_the_number_to_whoever_holds_it(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (_, first) = home(&world).await;
    let other = world.task_of(1).await;
    let second = world.send(&world.lease(&other).await, 1).await.dispatch.contacts.remove(0);
    assert_eq!(world.contact(&first).await.phone, world.contact(&second).await.phone);
    rings(&world, &first).await;
    assert_eq!(world.contact(&first).await.status, Completed);
    assert_eq!(world.contact(&second).await.status, Submitting);
}
