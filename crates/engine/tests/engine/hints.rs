//! Recordings that pushes nobody proved tell of: read from the vendor, however long that takes. And links that are none.

use crate::pushes::{dialing, kept, push};
use crate::world::{World, tenant};
use outdial_engine::{CallFilter, Page};
use outdial_model::{ContactId, Disposition, Erased, PushState, TaskId, TaskStatus};
use outdial_provider::{ErrorKind, MemoryPush, NextAnswer, Operation};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const URL: &str = "https://media.example.com/r.wav";

/// Somebody who is done, in a task nobody reads any more.
async fn done() -> (World, TaskId, ContactId) {
    let (world, task, contact) = dialing().await;
    finish(&world, &task, &contact).await;
    (world, task, contact)
}

async fn finish(world: &World, task: &TaskId, contact: &ContactId) {
    assert!(world.vendor.finish(contact, Disposition::Answered));
    world.pass(MINUTE).await;
    assert_eq!(world.task(task).await.status, TaskStatus::Completed);
    assert!(!is_recorded(world).await);
}

/// What somebody says who claims to be the vendor: there is a recording.
fn hint(world: &World, contact: &ContactId) -> MemoryPush {
    let told = world.vendor.push(contact).unwrap();
    let mut body: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    body["recording"] = "https://somebody.example.com/else.wav".into();
    MemoryPush { body: body.to_string().into_bytes(), ..told }.unproven()
}

async fn is_recorded(world: &World) -> bool {
    let page = Page { after: None, limit: 10 };
    let calls = world.engine.calls(&tenant(), &CallFilter::default(), &page).await.unwrap();
    calls[0].has_recording
}

#[tokio::test]
async fn a_recording_told_of_while_the_vendor_is_in_trouble_is_known_when_the_trouble_is_over() {
    let (world, _, contact) = done().await;
    world.vendor.record(&contact, URL);
    for _ in 0..30 {
        world.vendor.script(Operation::Progress, NextAnswer::Timeout);
        world.vendor.script(Operation::Progress, NextAnswer::Refuse(ErrorKind::Unavailable));
    }
    push(&world, &hint(&world, &contact)).await;
    world.pass(10 * MINUTE).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 1), "nothing was learned from it");
    world.pass(60 * MINUTE).await;
    assert!(is_recorded(&world).await);
    assert_eq!(kept(&world, PushState::Used).await, (1, 1));
}

#[tokio::test]
async fn a_recording_the_vendor_never_tells_of_is_listed() {
    let (world, _, contact) = done().await;
    push(&world, &hint(&world, &contact)).await;
    world.pass(4 * MINUTE).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 1), "the vendor may be late");
    world.pass(3 * MINUTE).await;
    assert_eq!(kept(&world, PushState::Unusable).await, (1, 1));
    assert!(!is_recorded(&world).await);
}

#[tokio::test]
async fn a_recording_of_somebody_who_was_erased_is_not_looked_for() {
    let (world, _, contact) = done().await;
    world.engine.erase(&tenant(), &Erased::Contact(contact.clone()), None).await.unwrap();
    let reads = world.vendor.requests(Operation::Progress);
    push(&world, &hint(&world, &contact)).await;
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(kept(&world, PushState::Used).await, (1, 1));
    assert_eq!(world.vendor.requests(Operation::Progress), reads, "the vendor was asked");
}

#[tokio::test]
async fn a_recording_told_of_before_the_end_of_a_call_is_looked_for_after_it() {
    let (world, task, contact) = dialing().await;
    push(&world, &hint(&world, &contact)).await;
    assert_eq!(kept(&world, PushState::New).await, (1, 1));
    world.pass(20 * MINUTE).await;
    finish(&world, &task, &contact).await;
    world.vendor.record(&contact, URL);
    world.pass(2 * MINUTE).await;
    assert!(is_recorded(&world).await, "nobody asked again");
    assert_eq!(kept(&world, PushState::Used).await, (1, 1));
}

#[tokio::test]
async fn a_recording_the_worker_has_read_is_not_asked_for_again() {
    let (world, task, contact) = dialing().await;
    push(&world, &hint(&world, &contact)).await;
    world.vendor.record(&contact, URL);
    world.vendor.finish(&contact, Disposition::Answered);
    world.pass(2 * MINUTE).await;
    assert_eq!(world.task(&task).await.status, TaskStatus::Completed);
    assert!(is_recorded(&world).await);
    assert_eq!(kept(&world, PushState::Used).await, (1, 1));
}

#[tokio::test]
async fn what_is_no_url_is_no_recording_and_hides_none() {
    let (world, task, contact) = dialing().await;
    for nonsense in
        ["", "r.wav", "ftp://media.example.com/r.wav", "https://user:word@media.example.com/r.wav"]
    {
        world.vendor.record(&contact, nonsense);
        world.pass(MINUTE).await;
        assert!(!is_recorded(&world).await, "{nonsense:?}");
    }
    world.vendor.record(&contact, URL);
    world.vendor.finish(&contact, Disposition::Answered);
    world.pass(MINUTE).await;
    assert_eq!(world.task(&task).await.status, TaskStatus::Completed);
    assert!(is_recorded(&world).await);
}
