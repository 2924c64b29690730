//! Dials nobody can tell the outcome of.

use super::Harness;
use super::world::{World, change};
use crate::{Changes, DispatchChange, Doubt, SegmentChange, StoreError};
use outdial_model::{ContactId, ContactStatus, Decision, DispatchOutcome, Disposition, EventType, TaskId};

/// A task with one contact nobody can tell anything about.
async fn doubtful(world: &World, n: usize) -> (TaskId, ContactId) {
    let task = world.task_with(world.people(n..n + 1)).await;
    let lease = world.lease(&task).await;
    let id = world.send(&lease, 1).await.dispatch.contacts.remove(0);
    world.move_on(&lease, change(&id, ContactStatus::Submitting, ContactStatus::Unknown)).await;
    world.store.release_lease(&lease, None, world.now()).await.unwrap();
    (task, id)
}

pub(super) async fn an_operator_decides_about_the_unknown(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let cases = [
        (Decision::AssumeDialed, ContactStatus::Completed, EventType::ContactCompleted),
        (Decision::Redial, ContactStatus::Queued, EventType::ContactReturned),
        (Decision::Cancel, ContactStatus::Cancelled, EventType::ContactCancelled),
    ];
    for (n, (decision, becomes, told)) in cases.into_iter().enumerate() {
        let (task, id) = doubtful(&world, n).await;
        assert_eq!(world.task(&task).await.counts.of(ContactStatus::Unknown), 1);
        let resolve = || world.store.resolve_contact(&world.tenant, &id, decision, None, world.now());
        let resolved = resolve().await.unwrap();
        assert_eq!(resolved.status, becomes);
        assert_eq!(
            resolved.disposition,
            (decision == Decision::AssumeDialed).then_some(Disposition::Unknown)
        );
        let counts = world.task(&task).await.counts;
        assert_eq!((counts.total(), counts.of(becomes)), (1, 1));
        let event = world.events(&id).await.pop().unwrap();
        assert_eq!(event.kind, told);
        assert!(event.data["reason"].as_str().unwrap().contains("operator"), "{}", event.data);
        assert_eq!(world.store.next_due().await.unwrap(), Some(world.now()), "the task is woken");
        let again = resolve().await;
        assert!(
            matches!(again, Err(StoreError::WrongState { status }) if status == becomes.as_str()),
            "{again:?}"
        );
        let lease = world.lease(&task).await;
        assert_eq!(world.store.work(&lease, world.now()).await.unwrap().segments[0].open_contacts, 0);
        world.store.release_lease(&lease, None, world.now()).await.unwrap();
    }
}

pub(super) async fn doubts_are_counted_by_account(harness: &dyn Harness) {
    let world = World::of(harness).await;
    assert_eq!(world.store.doubts().await.unwrap(), []);
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let settle = async |planned: &crate::Planned, outcome| {
        let mut changes = Changes::under(&lease);
        changes.dispatches.push(DispatchChange { id: planned.dispatch.id.clone(), outcome });
        world.apply(changes).await;
    };
    let oldest = world.now();
    let first = world.plan(world.open(&lease, 1, 1)).await.unwrap();
    world.pass(5);
    let second = world.plan(world.open(&lease, 2, 1)).await.unwrap();
    let third = world.plan(world.open(&lease, 3, 1)).await.unwrap();
    settle(&first, DispatchOutcome::Unknown).await;
    settle(&second, DispatchOutcome::Unknown).await;
    settle(&third, DispatchOutcome::Accepted).await;
    let account = first.dispatch.account.clone();
    let doubt = |dispatches, oldest| Doubt { account: account.clone(), dispatches, oldest };
    assert_eq!(world.store.doubts().await.unwrap(), [doubt(2, oldest)]);
    settle(&first, DispatchOutcome::Accepted).await;
    assert_eq!(world.store.doubts().await.unwrap(), [doubt(1, world.now())]);
}

pub(super) async fn a_segment_tells_when_it_was_verified(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let segment = world.send(&lease, 1).await.dispatch.segment;
    let learn = async |change| {
        let mut changes = Changes::under(&lease);
        changes.segments.push(change);
        world.apply(changes).await;
        world.store.work(&lease, world.now()).await.unwrap().segments.remove(0)
    };
    let polled = SegmentChange { polled: true, ..SegmentChange::of(&segment) };
    assert_eq!(learn(polled.clone()).await.verified_at, None);
    let verified = SegmentChange { verified: true, ..SegmentChange::of(&segment) };
    let at = world.now();
    assert_eq!(learn(verified).await.verified_at, Some(at));
    world.pass(1);
    let later = learn(polled).await;
    assert_eq!((later.verified_at, later.polled_at), (Some(at), Some(world.now())));
}
