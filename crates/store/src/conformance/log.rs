//! The log of events: one order, read by position.

use super::Harness;
use super::world::{World, change, tenant};
use crate::{CallChange, Changes, FeedFilter, TaskChange};
use futures_util::future::join_all;
use outdial_model::{ContactStatus, Disposition, Event, EventType, TaskId, TaskStatus};
use std::collections::BTreeSet;
use std::time::Duration;

impl World {
    /// Everything in the tenant's log that fits, by pages of that many.
    async fn read_log(&self, filter: &FeedFilter, page: u32) -> Vec<Event> {
        let (mut after, mut all) = (0, Vec::new());
        loop {
            let feed = self.store.feed(&self.tenant, after, filter, page).await.unwrap();
            after = feed.through;
            all.extend(feed.events);
            if !feed.more {
                return all;
            }
        }
    }
}

fn positions(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.position).collect()
}

pub(super) async fn a_log_is_read_in_one_order(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 2).await;
    let all = world.read_log(&FeedFilter::default(), 100).await;
    assert_eq!(positions(&all), (1..=6).collect::<Vec<_>>(), "created, three accepted, two submitting");
    assert_eq!(all[0].kind, EventType::TaskCreated);
    assert_eq!(all[0].metadata["team"], "billing", "a task's metadata goes along");
    for page in [1, 2, 4] {
        assert_eq!(positions(&world.read_log(&FeedFilter::default(), page).await), positions(&all));
    }
    assert_eq!(world.store.log_end(&world.tenant).await.unwrap(), 6);
    let beyond = world.store.feed(&world.tenant, 6, &FeedFilter::default(), 9).await.unwrap();
    assert_eq!((beyond.events.len(), beyond.through, beyond.more), (0, 6, false));
    let foreign = world.store.feed(&tenant("other"), 0, &FeedFilter::default(), 9).await.unwrap();
    assert_eq!((foreign.events.len(), foreign.through), (0, 0));
}

pub(super) async fn a_log_is_read_by_what_its_events_are_of(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (one, other) = (world.task_of(2).await, world.task_with(world.people(5..7)).await);
    let lease = world.lease(&one).await;
    let sent = world.send(&lease, 1).await.dispatch.contacts.remove(0);
    let of_task = |task: &TaskId| FeedFilter { task: Some(task.clone()), ..FeedFilter::default() };
    assert_eq!(positions(&world.read_log(&of_task(&one), 2).await), [1, 2, 3, 7]);
    assert_eq!(positions(&world.read_log(&of_task(&other), 2).await), [4, 5, 6]);

    let of_contact = FeedFilter { contact: Some(sent.clone()), ..FeedFilter::default() };
    assert_eq!(positions(&world.read_log(&of_contact, 1).await), [2, 7]);
    let elsewhere = FeedFilter { task: Some(other), ..of_contact.clone() };
    assert!(world.read_log(&elsewhere, 9).await.is_empty());

    let kinds = vec![EventType::ContactSubmitting, EventType::TaskCreated];
    let of_kinds = FeedFilter { kinds: kinds.clone(), ..FeedFilter::default() };
    assert_eq!(positions(&world.read_log(&of_kinds, 2).await), [1, 4, 7]);
    let both = FeedFilter { kinds, contact: Some(sent), task: None };
    assert_eq!(positions(&world.read_log(&both, 9).await), [7]);
    let foreign = world.store.feed(&tenant("other"), 0, &of_task(&one), 9).await.unwrap();
    assert!(foreign.events.is_empty(), "a foreign task has no events");
}

pub(super) async fn looking_for_what_is_rare_goes_on_from_where_it_stopped(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(0).await;
    for part in 0..3 {
        world.add(&task, world.people(part * 2_000..(part + 1) * 2_000)).await;
    }
    world.task_of(0).await;
    let created = FeedFilter { kinds: vec![EventType::TaskCreated], ..FeedFilter::default() };
    let first = world.store.feed(&world.tenant, 1, &created, 10).await.unwrap();
    assert!(first.events.is_empty() && first.more, "one look is bounded");
    assert!(first.through > 1 && first.through < 6_000);
    let second = world.store.feed(&world.tenant, first.through, &created, 10).await.unwrap();
    assert_eq!(positions(&second.events), [6_002]);
    assert!(!second.more);
}

pub(super) async fn whoever_follows_a_log_misses_nothing(harness: &dyn Harness) {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 12;
    let world = World::of(harness).await;
    let mut tasks = Vec::new();
    for _ in 0..WRITERS {
        tasks.push(world.task_of(0).await);
    }
    let begun = u64::try_from(WRITERS).unwrap();
    let end = begun + u64::try_from(WRITERS * ROUNDS * 3).unwrap();

    let writers = tasks.iter().enumerate().map(|(writer, task)| {
        let world = &world;
        async move {
            let store = harness.open_as(&format!("writer-{writer}")).await;
            for round in 0..ROUNDS {
                let first = (writer * ROUNDS + round) * 3;
                let people = world.people(first..first + 3);
                store.add_contacts(&world.tenant, task, people, None, world.now()).await.unwrap();
            }
        }
    });
    let reader = async {
        let (mut after, mut seen) = (begun, Vec::new());
        while after < end {
            let feed = world.store.feed(&world.tenant, after, &FeedFilter::default(), 7).await.unwrap();
            after = feed.through;
            seen.extend(feed.events);
            tokio::task::yield_now().await;
        }
        seen
    };
    let (_, seen) = futures_util::future::join(join_all(writers), reader).await;
    assert_eq!(positions(&seen), (begun + 1..=end).collect::<Vec<_>>(), "every position, once, in order");
    let people: BTreeSet<_> = seen.iter().filter_map(|event| event.contact.clone()).collect();
    assert_eq!(people.len(), WRITERS * ROUNDS * 3);
}

pub(super) async fn a_recording_is_told_when_it_is_there(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let contact = planned.dispatch.contacts[0].clone();
    let learn = async |mut changes: Changes, call: &CallChange| {
        changes.calls.push(call.clone());
        world.apply(changes).await;
    };
    let call = world.call(&planned, "v-1");
    let over = CallChange { disposition: Some(Disposition::AnsweredHuman), ..call.clone() };
    learn(Changes::under(&lease), &over).await;
    world.move_on(&lease, change(&contact, ContactStatus::Submitting, ContactStatus::Completed)).await;
    // Long after, from outside.
    world.pass(3_600);
    let recorded = CallChange { recording: Some("https://vendor.example/1.mp3".into()), ..call };
    learn(Changes::default(), &recorded).await;
    learn(Changes::default(), &recorded).await;
    use EventType::{CallEnded, CallStarted, ContactCompleted, RecordingAvailable};
    let told = world.told(&contact).await;
    assert_eq!(told[2..], [CallStarted, CallEnded, ContactCompleted, RecordingAvailable]);
    let events = world.events(&contact).await;
    assert!(!events[5].data.to_string().contains("vendor.example"), "the vendor's URL stays inside");
}

pub(super) async fn a_vendor_that_does_not_answer_is_told_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    world.task_of(1).await;
    let over = world.task_of(0).await;
    let lease = world.lease(&over).await;
    let mut changes = Changes::under(&lease);
    changes.task = Some(TaskChange { from: TaskStatus::Scheduled, to: TaskStatus::Completed, trouble: None });
    world.apply(changes).await;
    let (account, provider) = ("somewhere".parse().unwrap(), "vendor".parse().unwrap());
    let tell = async |is_degraded| {
        world
            .store
            .tell_provider(&account, &provider, is_degraded, Duration::ZERO, world.now())
            .await
            .unwrap()
    };
    assert!(!tell(false).await, "nothing was wrong");
    assert!(tell(true).await && !tell(true).await);
    assert!(tell(false).await && !tell(false).await);
    let kinds = vec![EventType::ProviderDegraded, EventType::ProviderRecovered];
    let told = world.read_log(&FeedFilter { kinds, ..FeedFilter::default() }, 9).await;
    assert_eq!(
        told.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(),
        ["provider.degraded", "provider.recovered"]
    );
    assert_eq!(told[0].data["account"], "somewhere");
    assert_eq!((&told[0].task, told[0].sequence), (&None, 0));
}

pub(super) async fn whoever_says_that_a_vendor_does_not_answer_may_go_away(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (account, provider) = ("somewhere".parse().unwrap(), "vendor".parse().unwrap());
    let tell = async |is_degraded, stands| {
        let stands = Duration::from_secs(stands);
        world.store.tell_provider(&account, &provider, is_degraded, stands, world.now()).await.unwrap()
    };
    assert!(tell(true, 0).await);
    world.pass(59);
    assert!(!tell(false, 60).await, "the other one may know better");
    assert!(!tell(true, 0).await, "it says so again");
    world.pass(59);
    assert!(!tell(false, 60).await);
    world.pass(1);
    assert!(tell(false, 60).await, "nothing was heard of it since");
    assert!(tell(true, 0).await);
    assert!(tell(false, 0).await, "whoever said so may take it back");
}
