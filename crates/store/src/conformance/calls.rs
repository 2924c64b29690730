//! What is known of calls.

use super::Harness;
use super::world::{World, all};
use crate::{CallChange, CallFilter, Changes};
use outdial_model::{Call, ContactId, Disposition, EventType, RawOutcome};

async fn learn(world: &World, call: CallChange) {
    let changes = Changes { calls: vec![call], ..Changes::default() };
    world.apply(changes).await;
}

async fn only_call(world: &World) -> Call {
    let mut calls = world.store.calls(&world.tenant, &CallFilter::default(), &all(9)).await.unwrap();
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

pub(super) async fn what_is_known_of_a_call_is_never_forgotten(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let contact = &planned.dispatch.contacts[0];
    let ringing = world.call(&planned, "call-1");
    learn(&world, ringing.clone()).await;
    world.pass(5);
    let mut ended = world.call(&planned, "call-1");
    ended.started_at = None;
    ended.answered_at = Some(world.now());
    ended.ended_at = Some(world.now());
    ended.talk_seconds = 12;
    ended.disposition = Some(Disposition::Unknown);
    ended.raw.code = Some("16".into());
    ended.recording = Some("https://vendor.example/r".into());
    learn(&world, ended.clone()).await;
    let known = only_call(&world).await;
    assert_eq!((known.id.clone(), &known.contact), (ringing.id.clone(), contact));
    assert_eq!(known.started_at, ringing.started_at);
    assert_eq!((known.answered_at, known.talk_seconds), (ended.answered_at, 12));
    assert_eq!((known.status(), known.has_recording), ("ended", true));

    // Told late and out of order: nothing known is undone, what was unknown is filled in.
    world.pass(5);
    learn(&world, ringing).await;
    assert_eq!(only_call(&world).await.ended_at, known.ended_at);
    let mut late = world.call(&planned, "call-1");
    late.disposition = Some(Disposition::AnsweredHuman);
    late.ended_at = Some(world.now());
    late.raw = RawOutcome { code: Some("0".into()), text: Some("done".into()) };
    learn(&world, late.clone()).await;
    let told = only_call(&world).await;
    assert_eq!(told.disposition, Some(Disposition::AnsweredHuman));
    assert_eq!(told.ended_at, known.ended_at);
    assert_eq!((told.raw.code.as_deref(), told.raw.text.as_deref()), (Some("16"), Some("done")));
    learn(&world, late).await;
    assert_eq!(only_call(&world).await.updated_at, told.updated_at);

    assert_eq!(world.contact(contact).await.calls, 1);
    let story = [EventType::CallStarted, EventType::CallAnswered, EventType::CallEnded];
    assert_eq!(world.told(contact).await[2..], story);
}

pub(super) async fn a_call_of_a_stranger_is_not_told(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let mut changes = Changes::under(&lease);
    let mut call = world.call(&planned, "call-1");
    call.contact = ContactId::generate(world.now());
    changes.calls.push(call);
    world.apply(changes).await;
    let found = world.store.calls(&world.tenant, &CallFilter::default(), &all(9)).await;
    assert!(found.unwrap().is_empty());
}

pub(super) async fn calls_are_listed_by_what_they_belong_to(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 2).await;
    let mut ids = Vec::new();
    for n in 0..4 {
        let mut call = world.call(&planned, &format!("call-{n}"));
        call.contact = planned.dispatch.contacts[n % 2].clone();
        call.disposition = Some(if n < 2 { Disposition::Busy } else { Disposition::NoAnswer });
        ids.push(call.id.clone());
        learn(&world, call).await;
    }
    let listed = async |filter: CallFilter| {
        let calls = world.store.calls(&world.tenant, &filter, &all(9)).await.unwrap();
        let place = |call: &Call| ids.iter().position(|id| *id == call.id).unwrap();
        calls.iter().map(place).collect::<Vec<_>>()
    };
    let any = CallFilter::default;
    let contact = Some(planned.dispatch.contacts[0].clone());
    let dispositions = vec![Disposition::Busy];
    assert_eq!(listed(any()).await, [3, 2, 1, 0]);
    assert_eq!(listed(CallFilter { task: Some(task.clone()), ..any() }).await, [3, 2, 1, 0]);
    assert_eq!(listed(CallFilter { contact: contact.clone(), ..any() }).await, [2, 0]);
    assert_eq!(listed(CallFilter { dispositions: dispositions.clone(), ..any() }).await, [1, 0]);
    let both = CallFilter { contact, dispositions: dispositions.clone(), ..any() };
    assert_eq!(listed(both).await, [0]);
    let task = Some(task);
    assert_eq!(listed(CallFilter { task, dispositions, ..any() }).await, [1, 0]);
    let some = vec![ids[0].clone(), ids[3].clone()];
    assert_eq!(listed(CallFilter { ids: some, ..any() }).await, [3, 0]);
    let found = world.store.call(&world.tenant, &ids[2]).await.unwrap();
    assert_eq!(found.disposition, Some(Disposition::NoAnswer));
}
