//! What the vendor pushes: taken at once, only forward, and only by whoever may.

use crate::world::{SECRET, World};
use outdial_engine::{IngestError, TaskVerb};
use outdial_model::{Clock, ContactId, ContactStatus, Disposition, TaskId, TaskStatus};
use outdial_provider::{Ack, Inbound, MemoryPush, NextAnswer, Operation, ReceiveError, Staging};
use std::time::Duration;

async fn push_as(world: &World, secret: &str, push: &MemoryPush) -> Result<Ack, IngestError> {
    let inbound = Inbound {
        kind: push.kind,
        query: "",
        headers: &push.headers,
        body: &push.body,
        received_at: world.clock.now(),
    };
    world.engine.ingest(&"memory-1".parse().unwrap(), secret, &inbound).await
}

async fn push(world: &World, push: &MemoryPush) {
    push_as(world, SECRET, push).await.unwrap();
}

/// A world with somebody who is being dialed.
async fn dialing() -> (World, TaskId, ContactId) {
    let world = World::new(Staging::EmptyThenStart).await;
    let task = world.create(1).await.id;
    world.pass(Duration::from_secs(10)).await;
    let contact = world.contacts(&task).await.remove(0);
    assert_eq!(contact.status, ContactStatus::Dialing);
    (world, task, contact.id)
}

#[tokio::test]
async fn a_push_is_taken_without_a_read() {
    let (world, task, contact) = dialing().await;
    world.vendor.finish(&contact, Disposition::Busy);

    push(&world, &world.vendor.push(&contact).unwrap()).await;

    let counts = world.task(&task).await.counts;
    assert_eq!(counts.dispositions[&Disposition::Busy], 1);
    world.work().await;
    assert_eq!(world.task(&task).await.status, TaskStatus::Completed, "the worker was woken");
}

#[tokio::test]
async fn late_and_repeated_pushes_change_nothing() {
    let (world, task, contact) = dialing().await;
    let early = world.vendor.push(&contact).unwrap();
    world.vendor.finish(&contact, Disposition::Answered);
    let last = world.vendor.push(&contact).unwrap();
    push(&world, &last).await;
    let ended = world.contacts(&task).await.remove(0);
    for again in [&last, &early, &last] {
        push(&world, again).await;
    }
    let seen = world.contacts(&task).await.remove(0);
    assert_eq!((seen.status, seen.updated_at, seen.calls), (ended.status, ended.updated_at, 1));
}

#[tokio::test]
async fn a_push_about_nobody_we_know_is_acknowledged() {
    let (world, ..) = dialing().await;
    let (elsewhere, _, stranger) = dialing().await;
    push(&world, &elsewhere.vendor.push(&stranger).unwrap()).await;
}

#[tokio::test]
async fn what_is_refused_moves_nobody() {
    let (world, task, contact) = dialing().await;
    world.vendor.finish(&contact, Disposition::Answered);
    let good = world.vendor.push(&contact).unwrap();
    let unproven = MemoryPush { headers: Vec::new(), ..good.clone() };
    let refused = push_as(&world, SECRET, &unproven).await;
    assert!(matches!(refused, Err(IngestError::Refused(ReceiveError::MissingProof))));
    let refused = push_as(&world, "hush", &good).await;
    assert!(matches!(refused, Err(IngestError::NoSuchPlace)));
    assert_eq!(world.in_status(&task, ContactStatus::Dialing).await, 1);
}

/// Somebody the vendor rings and denied to have: they are with us again, in a task that is paused.
async fn denied() -> (World, TaskId, ContactId) {
    let world = World::new(Staging::EmptyLive).await;
    world.vendor.script(Operation::AddContacts, NextAnswer::TimeoutAfterCommit);
    world.vendor.hide_the_young(Duration::from_secs(3_600));
    let task = world.create(1).await.id;
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.rung().len(), 1);
    world.steer(&task, TaskVerb::Pause).await;
    world.pass(world.settle() + Duration::from_secs(60)).await;
    let contact = world.contacts(&task).await.remove(0);
    assert_eq!(contact.status, ContactStatus::Queued, "the vendor said that it does not have it");
    world.vendor.hide_the_young(Duration::ZERO);
    (world, task, contact.id)
}

#[tokio::test]
async fn whoever_is_proven_to_have_been_rung_after_all_is_not_sent_again() {
    let (world, task, contact) = denied().await;
    assert!(world.vendor.finish(&contact, Disposition::Answered));
    push(&world, &world.vendor.push(&contact).unwrap()).await;
    assert_eq!(world.in_status(&task, ContactStatus::Completed).await, 1);
    world.steer(&task, TaskVerb::Resume).await;
    world.pass(Duration::from_secs(600)).await;
    let task = world.task(&task).await;
    assert_eq!((world.rung().len(), task.status), (1, TaskStatus::Completed));
    assert_eq!(task.counts.dispositions[&Disposition::Answered], 1);
}

#[tokio::test]
async fn whoever_is_proven_to_ring_after_all_is_waited_for() {
    let (world, task, contact) = denied().await;
    push(&world, &world.vendor.push(&contact).unwrap()).await;
    assert_eq!(world.in_status(&task, ContactStatus::Dialing).await, 1);
    world.steer(&task, TaskVerb::Resume).await;
    world.pass(Duration::from_secs(60)).await;
    world.vendor.finish(&contact, Disposition::Busy);
    world.pass(Duration::from_secs(600)).await;
    assert_eq!((world.rung().len(), world.task(&task).await.status), (1, TaskStatus::Completed));
}
