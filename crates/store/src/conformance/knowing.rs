//! How sure outcomes are, where they were learned, and what is counted of that.

use super::Harness;
use super::world::{World, all, change};
use crate::{CallChange, CallFilter, Changes, ContactChange};
use outdial_model::{
    Call, Confidence, ContactId, ContactStatus, Decision, Disposition, EventType, Insight, InsightKind,
    Source, Tallied,
};

fn completed(id: &ContactId, disposition: Disposition) -> ContactChange {
    let change = change(id, ContactStatus::Submitting, ContactStatus::Completed);
    ContactChange { disposition: Some(disposition), ..change }
}

fn learned(source: Source, changes: &[ContactChange]) -> Changes {
    Changes { contacts: changes.to_vec(), ..Changes::default() }.by(source)
}

/// Everybody of a task with so many people, sent.
async fn sent(world: &World, people: usize) -> Vec<ContactId> {
    let task = world.task_of(people).await;
    world.send(&world.lease(&task).await, people).await.dispatch.contacts
}

async fn counted(world: &World) -> Vec<(Tallied, u64)> {
    let tallies = world.store.tallies(&"somewhere".parse().unwrap(), world.now()).await.unwrap();
    assert!(tallies.iter().all(|tally| tally.kind.is_empty() && tally.last_at <= world.now()));
    tallies.into_iter().map(|tally| (tally.what, tally.count)).collect()
}

pub(super) async fn an_outcome_is_as_sure_as_whoever_told_it(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let people = sent(&world, 3).await;
    let busy = |n: usize| completed(&people[n], Disposition::Busy);
    world.apply(learned(Source::Push, &[busy(0)])).await;
    world.apply(learned(Source::Poll, &[busy(1)])).await;
    world.apply(learned(Source::Ourselves, &[busy(2)])).await;
    let expected = [Some(Confidence::Reported), Some(Confidence::Confirmed), None];
    for (id, confidence) in people.iter().zip(expected) {
        assert_eq!(world.contact(id).await.confidence, confidence);
        let event = world.events(id).await.pop().unwrap();
        let told = event.data["confidence"].as_str().map(|word| word.parse().unwrap());
        assert_eq!((event.kind, told), (EventType::ContactCompleted, confidence));
    }
}

pub(super) async fn what_was_reported_is_confirmed_once_or_put_right(harness: &dyn Harness) {
    let world = World::of(harness).await;
    use Disposition::{Answered, Busy};
    let people = sent(&world, 3).await;
    let all_busy: Vec<_> = people.iter().map(|id| completed(id, Busy)).collect();
    world.apply(learned(Source::Push, &all_busy[..2])).await;
    world.apply(learned(Source::Poll, &all_busy[2..])).await;
    let told = [Busy, Answered, Answered];
    for _ in 0..2 {
        let outcomes = people.iter().cloned().zip(told).collect();
        let confidence = Some(Confidence::Confirmed);
        world.apply(Changes { outcomes, confidence, ..learned(Source::Push, &[]) }).await;
    }
    let mut dispositions = Vec::new();
    for id in &people {
        let contact = world.contact(id).await;
        assert_eq!(contact.confidence, Some(Confidence::Confirmed));
        dispositions.push(contact.disposition.unwrap());
    }
    assert_eq!(dispositions, [Busy, Answered, Busy], "what was confirmed stands");
    let counts = world.task(&world.contact(&people[0]).await.task).await.counts.dispositions;
    assert_eq!((counts[&Busy], counts[&Answered]), (2, 1));
    let (second, third) = (world.events(&people[1]).await, world.events(&people[2]).await);
    let last = second.last().unwrap();
    assert_eq!((last.kind, third.len() + 1), (EventType::ContactOutcomeUpdated, second.len()));
    assert_eq!(
        (&last.data["previous_disposition"], &last.data["disposition"]),
        (&"busy".into(), &"answered".into())
    );
}

pub(super) async fn reports_of_one_end_come_to_the_same_in_any_order(harness: &dyn Harness) {
    use Confidence::{Confirmed, Reported};
    use Disposition::{Answered, Busy, Unknown};
    // What is told twice, in both orders; the second is what remains.
    let ends = [
        [(Unknown, Reported), (Busy, Reported)],
        [(Unknown, Confirmed), (Busy, Reported)],
        [(Unknown, Confirmed), (Busy, Confirmed)],
        [(Busy, Reported), (Busy, Confirmed)],
        [(Busy, Reported), (Answered, Confirmed)],
    ];
    let world = World::of(harness).await;
    let task = world.task_of(2 * ends.len()).await;
    let planned = world.send(&world.lease(&task).await, 2 * ends.len()).await;
    for (n, id) in planned.dispatch.contacts.iter().enumerate() {
        let [less, more] = ends[n / 2];
        let [first, second] = if n % 2 == 0 { [less, more] } else { [more, less] };
        let told = |(disposition, confidence)| {
            let call = world.call(&planned, &format!("call-{n}"));
            let call = CallChange { contact: id.clone(), disposition: Some(disposition), ..call };
            Changes { calls: vec![call], confidence: Some(confidence), ..learned(Source::Push, &[]) }
        };
        world.apply(Changes { contacts: vec![completed(id, first.0)], ..told(first) }).await;
        for again in [second, first, second] {
            world.apply(Changes { outcomes: vec![(id.clone(), again.0)], ..told(again) }).await;
        }
        let (contact, of_contact) =
            (world.contact(id).await, CallFilter { contact: Some(id.clone()), ..CallFilter::default() });
        let call = world.store.calls(&world.tenant, &of_contact, &all(9)).await.unwrap().remove(0);
        let known = (Some(more.0), Some(more.1));
        assert_eq!((contact.disposition, contact.confidence), known, "{first:?}, then {second:?}");
        assert_eq!((call.disposition, call.confidence), known, "the call: {first:?}, then {second:?}");
        let told = world.told(id).await;
        let updates = told.iter().filter(|kind| **kind == EventType::ContactOutcomeUpdated).count();
        assert_eq!(updates, 1 - n % 2, "what tells nothing new is no event");
    }
    let counts = world.task(&task).await.counts.dispositions;
    let of = |disposition| counts.get(&disposition).copied().unwrap_or(0);
    assert_eq!((of(Busy), of(Answered), of(Unknown)), (8, 2, 0));
}

pub(super) async fn an_end_that_was_assumed_is_told_at_last(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let people = sent(&world, 2).await;
    let unheard = people.iter().map(|id| completed(id, Disposition::Unknown)).collect::<Vec<_>>();
    world.apply(learned(Source::Ourselves, &unheard)).await;
    let outcomes = vec![(people[0].clone(), Disposition::Answered)];
    world.apply(Changes { outcomes, ..learned(Source::Poll, &[]) }).await;
    let [told, untold] = [world.contact(&people[0]).await, world.contact(&people[1]).await];
    assert_eq!(
        (told.disposition, told.confidence),
        (Some(Disposition::Answered), Some(Confidence::Confirmed))
    );
    assert_eq!((untold.disposition, untold.confidence), (Some(Disposition::Unknown), None));
}

pub(super) async fn what_only_polling_found_is_counted(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let people = sent(&world, 6).await;
    let pushed = async |n: usize| {
        let pushed = Some(people[n].clone());
        world.apply(Changes { pushed, ..learned(Source::Push, &[]) }).await;
    };
    let ends = async |source: Source, n: usize| {
        world.apply(learned(source, &[completed(&people[n], Disposition::Busy)])).await;
    };
    ends(Source::Push, 0).await;
    pushed(1).await;
    ends(Source::Poll, 1).await;
    ends(Source::Poll, 2).await;
    ends(Source::Poll, 3).await;
    pushed(3).await;
    pushed(3).await;
    pushed(2).await;
    ends(Source::LookUp, 4).await;
    world
        .apply(learned(
            Source::Ourselves,
            &[change(&people[5], ContactStatus::Submitting, ContactStatus::Unknown)],
        ))
        .await;
    let decided =
        world.store.resolve_contact(&world.tenant, &people[5], Decision::AssumeDialed, None, world.now());
    decided.await.unwrap();
    let expected = [
        (Tallied::OutcomeByLookUp, 1),
        (Tallied::OutcomeByOperator, 1),
        (Tallied::OutcomeByPoll, 2),
        (Tallied::OutcomeByPush, 1),
        (Tallied::OutcomeByPushAndPoll, 1),
        (Tallied::OutcomePushedLater, 2),
    ];
    assert_eq!(counted(&world).await, expected);
    world.pass(24 * 60 * 60);
    assert_eq!(counted(&world).await, [], "that was yesterday");
}

async fn only_call(world: &World) -> Call {
    world.store.calls(&world.tenant, &Default::default(), &all(9)).await.unwrap().remove(0)
}

pub(super) async fn what_a_vendor_understood_of_a_call_is_kept_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let planned = world.send(&world.lease(&task).await, 1).await;
    let insight = |value: &str| Insight::new(InsightKind::Tag, Some("mood"), value).unwrap();
    let learn = async |source: Source, disposition: Option<Disposition>, insights: &[&str]| {
        let insights = insights.iter().map(|value| insight(value)).collect();
        let call = CallChange { disposition, insights, ..world.call(&planned, "call-1") };
        world.apply(Changes { calls: vec![call], ..Changes::default() }.by(source)).await;
    };
    learn(Source::Push, None, &["calm"]).await;
    assert_eq!(only_call(&world).await.confidence, None, "it goes on");
    learn(Source::Push, Some(Disposition::Busy), &[]).await;
    assert_eq!(only_call(&world).await.confidence, Some(Confidence::Reported));
    learn(Source::Poll, Some(Disposition::Answered), &["calm", "busy"]).await;
    learn(Source::Push, Some(Disposition::Declined), &[]).await;
    let call = only_call(&world).await;
    assert_eq!(call.insights, [insight("calm"), insight("busy")]);
    let known = (call.disposition, call.confidence);
    assert_eq!(known, (Some(Disposition::Answered), Some(Confidence::Confirmed)));
}
