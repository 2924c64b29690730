//! What is known of calls.

use super::Harness;
use super::world::{World, all, change, phone, tenant};
use crate::{CallChange, CallFilter, Changes, Clues, SegmentChange, StoreError};
use outdial_model::{
    Call, CallId, Confidence, ContactId, ContactStatus, Disposition, EventType, ExposeSecret, RawOutcome,
    SegmentId,
};

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
    use EventType::{CallAnswered, CallEnded, CallStarted, CallUpdated, RecordingAvailable};
    let story = [CallStarted, CallAnswered, CallEnded, RecordingAvailable, CallUpdated];
    assert_eq!(world.told(contact).await[2..], story);
}

pub(super) async fn where_a_recording_is_is_known_to_its_tenant_alone(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let call = world.call(&planned, "call-1");
    learn(&world, call.clone()).await;
    let kept = async || world.store.recording(&world.tenant, &call.id).await.unwrap();
    let url = async || kept().await.url.map(|url| url.expose_secret().to_owned());
    assert_eq!((kept().await.account, url().await), ("somewhere".parse().unwrap(), None));
    let at = |url: &str| CallChange { recording: Some(url.to_owned()), ..call.clone() };
    learn(&world, at("https://vendor.example/first")).await;
    learn(&world, at("https://vendor.example/second")).await;
    assert_eq!(url().await.as_deref(), Some("https://vendor.example/second"));
    assert!(!format!("{:?}", kept().await).contains("vendor.example"), "the vendor's URL does not print");

    let stranger = world.store.recording(&tenant("other"), &call.id).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)), "{stranger:?}");
    let unknown = world.store.recording(&world.tenant, &CallId::generate(world.now())).await;
    assert!(matches!(unknown, Err(StoreError::NotFound)), "{unknown:?}");
}

pub(super) async fn the_newest_link_to_a_recording_counts_from_whoever_is_as_sure(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let call = world.call(&planned, "call-1");
    let tell = async |url: &str, confidence: Confidence| {
        let disposition = Some(Disposition::AnsweredHuman);
        let told = CallChange { recording: Some(url.to_owned()), disposition, ..call.clone() };
        world.apply(Changes { calls: vec![told], confidence: Some(confidence), ..Changes::default() }).await;
        let kept = world.store.recording(&world.tenant, &call.id).await.unwrap();
        kept.url.unwrap().expose_secret().to_owned()
    };
    use Confidence::{Confirmed, Reported};
    assert_eq!(tell("https://vendor.example/1", Reported).await, "https://vendor.example/1");
    assert_eq!(tell("https://vendor.example/2", Reported).await, "https://vendor.example/2");
    assert_eq!(tell("https://vendor.example/3", Confirmed).await, "https://vendor.example/3");
    assert_eq!(tell("https://elsewhere.example", Reported).await, "https://vendor.example/3");
    let known = only_call(&world).await;
    world.pass(60);
    assert_eq!(tell("https://vendor.example/4", Confirmed).await, "https://vendor.example/4");
    assert_eq!(only_call(&world).await.updated_at, known.updated_at, "another link is no news");
    let told = world.told(&planned.dispatch.contacts[0]).await;
    assert_eq!(told.iter().filter(|kind| **kind == EventType::RecordingAvailable).count(), 1, "{told:?}");
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

pub(super) async fn whom_a_push_is_about_is_found_by_what_it_tells(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 2).await;
    let (segment, people) = (&planned.dispatch.segment, &planned.dispatch.contacts);
    let mut changes = Changes::under(&lease);
    changes.segments.push(SegmentChange { vendor_ref: Some("v-1".into()), ..SegmentChange::of(segment) });
    changes.calls.push(world.call(&planned, "call-1"));
    world.apply(changes).await;
    let trace = async |account: &str, clues: Clues| {
        let traced = world.store.trace(&account.parse().unwrap(), &clues).await.unwrap();
        traced.map(|traced| (traced.segment.id, traced.contact.map(|contact| contact.id)))
    };
    let (none, first, second) = (Clues::default, Some(people[0].clone()), Some(people[1].clone()));
    let found = |person: &Option<ContactId>| Some((segment.clone(), person.clone()));

    let by_key = Clues { contact: second.clone(), ..none() };
    assert_eq!(trace("somewhere", by_key.clone()).await, found(&second));
    assert_eq!(trace("elsewhere", by_key).await, None, "the account is not its own");
    let by_call = Clues { vendor_call_id: Some("call-1".into()), ..none() };
    assert_eq!(trace("somewhere", by_call.clone()).await, found(&first));
    assert_eq!(trace("elsewhere", by_call).await, None);
    let vendor_ref = Some("v-1".to_owned());
    let nobody = Clues { vendor_ref: vendor_ref.clone(), ..none() };
    assert_eq!(trace("somewhere", nobody.clone()).await, found(&None));
    assert_eq!(trace("elsewhere", nobody.clone()).await, None);
    let adopted = Clues { segment: Some(SegmentId::generate(world.now())), ..nobody };
    assert_eq!(trace("somewhere", adopted).await, found(&None), "the key is the vendor's own");

    let by_number = Clues { vendor_ref, phone: Some(phone(1)), ..none() };
    assert_eq!(trace("somewhere", by_number.clone()).await, found(&second));
    use ContactStatus::{Completed, Submitting};
    world.move_on(&lease, change(&people[1], Submitting, Completed)).await;
    assert_eq!(trace("somewhere", by_number).await, found(&None), "the number may be another's by now");
    assert_eq!(trace("somewhere", Clues { phone: Some(phone(0)), ..none() }).await, None);
}

pub(super) async fn a_push_cannot_reach_into_another_task(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (ours, theirs) = (world.task_of(1).await, world.task_with(vec![world.person(1)]).await);
    let segment = world.send(&world.lease(&ours).await, 1).await.dispatch.segment;
    let stranger = world.contacts(&theirs).await[0].id.clone();
    let clues = Clues { segment: Some(segment), contact: Some(stranger), ..Clues::default() };
    let traced = world.store.trace(&"somewhere".parse().unwrap(), &clues).await.unwrap().unwrap();
    assert_eq!((traced.segment.task, traced.contact.map(|contact| contact.id)), (ours, None));
}
