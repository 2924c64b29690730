//! What the vendor pushes: taken at once, only forward, and only by whoever may.

use crate::world::{SECRET, World, tenant};
use outdial_engine::{Engine, IngestError, Page, TaskVerb};
use outdial_model::{
    Clock, Confidence, ContactId, ContactStatus, Disposition, PushState, SegmentStatus, TaskId, TaskStatus,
    Timestamp,
};
use outdial_provider::{
    Ack, CallReport, Inbound, MemoryPush, NextAnswer, Operation, ReceiveError, SegmentState, Staging,
};
use outdial_store::{Inbox, testing::spoil_calls};
use std::time::Duration;

async fn push_as(world: &World, secret: &str, push: &MemoryPush) -> Result<Ack, IngestError> {
    let door = world.engine.door(&"memory-1".parse().unwrap(), secret, None)?;
    world.engine.ingest(&door, &inbound(push, world.clock.now())).await
}

/// Pushes to an engine that has the account's door open.
pub async fn push_to(engine: &Engine, now: Timestamp, push: &MemoryPush) -> Result<Ack, IngestError> {
    let door = engine.door(&"memory-1".parse().unwrap(), SECRET, None)?;
    engine.ingest(&door, &inbound(push, now)).await
}

fn inbound(push: &MemoryPush, received_at: Timestamp) -> Inbound<'_> {
    Inbound { kind: push.kind, query: "", headers: &push.headers, body: &push.body, received_at }
}

/// Pushes, and lets what was pushed be used.
pub async fn push(world: &World, push: &MemoryPush) {
    push_as(world, SECRET, push).await.unwrap();
    world.engine.use_pushes().await.unwrap();
}

/// How many pushes are in a state, and how often they were delivered.
pub async fn kept(world: &World, state: PushState) -> (usize, u64) {
    let page = Page { after: None, limit: 100 };
    let pushes = world.engine.pushes(&tenant(), &"memory-1".parse().unwrap(), &[state], &page).await.unwrap();
    (pushes.len(), pushes.iter().map(|push| push.deliveries).sum())
}

/// A world with somebody who is being dialed.
pub async fn dialing() -> (World, TaskId, ContactId) {
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
async fn the_same_push_a_thousand_times_is_one_change() {
    let (world, task, contact) = dialing().await;
    world.vendor.finish(&contact, Disposition::Answered);
    let told = world.vendor.push(&contact).unwrap();
    push(&world, &told).await;
    let ended = world.contacts(&task).await.remove(0);
    for _ in 1..1_000 {
        push_as(&world, SECRET, &told).await.unwrap();
    }
    assert_eq!(world.engine.use_pushes().await.unwrap(), 0, "nothing is to be done again");
    assert_eq!(world.contacts(&task).await[0].updated_at, ended.updated_at);
    assert_eq!(kept(&world, PushState::Used).await, (1, 1_000));
}

#[tokio::test]
async fn a_push_about_nobody_we_know_is_acknowledged_looked_at_again_and_listed() {
    let (world, ..) = dialing().await;
    let (elsewhere, _, stranger) = dialing().await;
    let told = elsewhere.vendor.push(&stranger).unwrap();
    let mut body: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    body["vendor_ref"] = "elsewhere".into();
    body["call"] = "elsewhere".into();
    let told = MemoryPush { body: body.to_string().into_bytes(), ..told };
    push(&world, &told).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 1), "its person may become known");
    world.pass(Duration::from_secs(299)).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 1));
    world.pass(Duration::from_secs(40)).await;
    assert_eq!(kept(&world, PushState::Unusable).await, (1, 1));

    push(&world, &MemoryPush::proven(told.body, world.clock.now())).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 2), "told again, it may be of use now");
}

#[tokio::test]
async fn what_was_kept_is_used_by_whoever_comes_next() {
    let (mut world, task, contact) = dialing().await;
    world.vendor.finish(&contact, Disposition::Busy);
    push_as(&world, SECRET, &world.vendor.push(&contact).unwrap()).await.unwrap();
    world.restart().await;
    world.work().await;
    assert_eq!(world.task(&task).await.counts.dispositions[&Disposition::Busy], 1);
    assert_eq!(kept(&world, PushState::Used).await, (1, 1));
}

#[tokio::test]
async fn what_is_refused_moves_nobody() {
    let (world, task, contact) = dialing().await;
    world.vendor.finish(&contact, Disposition::Answered);
    let good = world.vendor.push(&contact).unwrap();
    let unproven = MemoryPush { headers: Vec::new(), ..good.clone() };
    let refused = push_as(&world, SECRET, &unproven).await;
    assert!(matches!(refused, Err(IngestError::Refused(ReceiveError::MissingProof))));
    let stale = MemoryPush::proven(good.body.clone(), world.clock.now() - Duration::from_secs(24 * 3600));
    let refused = push_as(&world, SECRET, &stale).await;
    assert!(matches!(refused, Err(IngestError::Refused(ReceiveError::Stale))));
    assert_eq!(kept(&world, PushState::Refused).await, (1, 2), "both say the same");
    let refused = push_as(&world, "hush", &good).await;
    assert!(matches!(refused, Err(IngestError::NoSuchPlace)));
    world.engine.use_pushes().await.unwrap();
    assert_eq!(world.in_status(&task, ContactStatus::Dialing).await, 1);
}

#[tokio::test]
async fn what_is_kept_cannot_be_read_in_the_store_and_is_forgotten_when_it_is_used() {
    let (world, _, contact) = dialing().await;
    world.vendor.finish(&contact, Disposition::Busy);
    let told = world.vendor.push(&contact).unwrap();
    push_as(&world, SECRET, &told).await.unwrap();
    let leased = world.store.lease_pushes(world.clock.now(), Duration::ZERO, 9).await.unwrap();
    let sealed = &leased[0].sealed;
    assert!(sealed.len() > told.body.len() && !sealed.contains("call"), "{sealed}");
    push(&world, &told).await;
    assert_eq!(kept(&world, PushState::Used).await, (1, 2));
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

#[tokio::test]
async fn what_is_proven_of_a_ring_nobody_followed_comes_to_the_same_in_any_order() {
    for is_in_order in [true, false] {
        let (world, task, contact) = denied().await;
        let over = SegmentState::Known(SegmentStatus::Completed);
        world.vendor.set_state(&world.vendor.segments()[0], over);
        world.pass(Duration::from_secs(600)).await;
        let rings = world.vendor.push(&contact).unwrap();
        assert!(world.vendor.finish(&contact, Disposition::Answered));
        let ended = world.vendor.push(&contact).unwrap();
        let [first, second] = if is_in_order { [&rings, &ended] } else { [&ended, &rings] };
        push(&world, first).await;
        let seen = world.contacts(&task).await.remove(0);
        let known = if is_in_order { Disposition::Unknown } else { Disposition::Answered };
        assert_eq!((seen.status, seen.disposition), (ContactStatus::Completed, Some(known)));
        push(&world, second).await;
        let seen = world.contacts(&task).await.remove(0);
        assert_eq!(
            (seen.disposition, seen.confidence),
            (Some(Disposition::Answered), Some(Confidence::Confirmed))
        );
        assert_eq!(world.task(&task).await.counts.dispositions[&Disposition::Answered], 1);
    }
}

#[tokio::test]
async fn a_call_without_a_sensible_id_is_passed_over_and_its_person_is_not() {
    let (world, task, contact) = dialing().await;
    assert!(world.vendor.finish(&contact, Disposition::Answered));
    let told = world.vendor.push(&contact).unwrap();
    let mut body: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    body["call"] = "x".repeat(CallReport::MOST_ID_BYTES + 1).into();
    push(&world, &MemoryPush::proven(body.to_string().into_bytes(), world.clock.now())).await;
    let seen = world.contacts(&task).await.remove(0);
    assert_eq!((seen.disposition, seen.calls), (Some(Disposition::Answered), 1), "the call that rang");
}

#[tokio::test]
async fn what_cannot_be_written_is_tried_for_a_week_and_listed() {
    let (world, _, contact) = dialing().await;
    assert!(world.vendor.finish(&contact, Disposition::Answered));
    spoil_calls(&world.url()).await.unwrap();
    push(&world, &world.vendor.push(&contact).unwrap()).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 1));
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    world.clock.advance(week - Duration::from_secs(60));
    world.engine.use_pushes().await.unwrap();
    assert_eq!(kept(&world, PushState::New).await, (1, 1), "whatever is in the way may be gone some day");
    world.clock.advance(Duration::from_secs(60));
    world.engine.use_pushes().await.unwrap();
    assert_eq!(kept(&world, PushState::Unusable).await, (1, 1));
}

#[tokio::test]
async fn a_push_there_is_no_place_to_ask_about_waits_longer_every_time() {
    let (world, _, contact) = dialing().await;
    world.replicas[0].door.ask_about_pushes();
    push_as(&world, SECRET, &world.vendor.push(&contact).unwrap()).await.unwrap();
    for seconds in [1, 2, 4, 8] {
        assert_eq!(world.engine.use_pushes_while(0).await.unwrap(), 1);
        let pause = Duration::from_secs(seconds);
        assert_eq!(world.store.next_push_due().await.unwrap(), Some(world.clock.now() + pause));
        world.clock.advance(pause);
    }
    world.engine.use_pushes_while(1).await.unwrap();
    assert_eq!(kept(&world, PushState::New).await, (0, 0), "there was a place at last");
}
