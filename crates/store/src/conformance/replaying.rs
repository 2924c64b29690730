//! Replays: the past again, by what it is of.

use super::Harness;
use super::subscriber::{Subscriber, settings};
use super::world::World;
use crate::{Backlog, EndpointSettings, Page, Replay, StoreError};
use outdial_model::{EndpointStatus, EventType, TaskId};
use std::time::Duration;

impl World {
    /// Lets the endpoint have it again; answers positions in the order of delivery.
    async fn replay(&self, subscriber: &Subscriber, which: Replay) -> Vec<u64> {
        let id = &subscriber.endpoint.id;
        self.store.replay(&self.tenant, id, &which, None, self.now()).await.unwrap();
        self.plan_deliveries().await;
        self.deliver_all().await
    }
}

pub(super) async fn the_past_comes_again_by_what_it_is_of(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let one = world.task_of(2).await;
    world.pass(3_600);
    let noon = world.now();
    let other = world.task_with(world.people(5..7)).await;
    let subscriber = world.subscriber().await;
    let third = world.task_of(0).await;
    world.plan_deliveries().await;
    assert_eq!(world.deliver_all().await, [7]);

    assert_eq!(
        world.replay(&subscriber, Replay::Task(one.clone())).await,
        [1, 2, 3],
        "also what was before it"
    );
    let contact = world.contacts(&other).await[0].id.clone();
    assert_eq!(world.replay(&subscriber, Replay::Contact(contact)).await, [5]);
    assert_eq!(world.replay(&subscriber, Replay::Kind(EventType::TaskCreated)).await, [1, 4, 7]);
    assert_eq!(world.replay(&subscriber, Replay::Since(noon)).await, [4, 5, 6, 7]);
    let later = noon + Duration::from_secs(1);
    assert!(world.replay(&subscriber, Replay::Since(later)).await.is_empty());
    world.add(&third, world.people(20..21)).await;
    world.plan_deliveries().await;
    assert_eq!(world.deliver_all().await, [8], "a replay is over when it is done");
}

pub(super) async fn a_replay_keeps_to_the_endpoints_settings(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let one = world.task_of(2).await;
    let only = EndpointSettings { event_types: vec![EventType::ContactAccepted], ..settings() };
    let subscriber = world.subscribe(only).await;
    assert_eq!(world.replay(&subscriber, Replay::Task(one)).await, [2, 3]);
}

pub(super) async fn a_replay_leaves_alone_what_is_pending(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 1).await;
    world.plan_deliveries().await;
    let first = world.take(9).await;
    assert_eq!(first.len(), 2);
    world.deliver(&first).await;
    let under_way = world.take(9).await;
    assert_eq!(under_way[0].event.position, 3, "the person's second");

    let id = &subscriber.endpoint.id;
    world.store.replay(&world.tenant, id, &Replay::Task(task), None, world.now()).await.unwrap();
    assert_eq!(world.plan_deliveries().await, 2, "the one under way is not pending twice");
    let page = Page { after: None, limit: 9 };
    let log = world.store.deliveries(&world.tenant, id, &[], &page).await.unwrap();
    assert_eq!(log.iter().map(|line| line.attempts).collect::<Vec<_>>(), [1, 0, 0], "attempts from 0 again");
    let task_again = world.take(9).await;
    assert_eq!(task_again[0].event.position, 1, "the person's first waits for what is under way");
    assert_eq!(task_again.len(), 1);
    world.deliver(&under_way).await;
    assert_eq!(world.deliver_all().await, [2]);
}

pub(super) async fn replays_are_bounded(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(40).await;
    world.plan_deliveries().await;
    let again = async || {
        let all = Replay::Since(world.now());
        world.store.replay(&world.tenant, &subscriber.endpoint.id, &all, None, world.now()).await
    };
    let mut asked = 0;
    let refused = loop {
        match again().await {
            Ok(_) => asked += 1,
            Err(refused) => break refused,
        }
        assert!(asked < 100, "somebody asks for ever");
    };
    assert!(matches!(refused, StoreError::LimitReached { most: 16 }), "{refused:?}");
    let mut got = 0;
    loop {
        let delivered = world.deliver_all().await.len();
        if delivered == 0 && world.plan_deliveries().await == 0 {
            break;
        }
        got += delivered;
    }
    assert!(got >= 41 * 2, "{got}: everything, and again at least once");
    again().await.unwrap();
}

/// An endpoint that had no room for the last of a task's people, whom it was told to expect.
async fn behind(world: &World) -> (Subscriber, TaskId) {
    let subscriber = world.subscriber().await;
    let task = world.task_of(0).await;
    for part in 0..2 {
        world.add(&task, world.people(part * 9..(part + 1) * 9)).await;
        world.plan_deliveries().await;
    }
    world.add(&task, world.people(18..27)).await;
    world.plan_deliveries().await;
    assert_eq!(subscriber.log(world).await.len(), 19, "the last nine have to wait");
    (subscriber, task)
}

/// Plans and delivers until there is nothing; answers positions in the order of delivery.
async fn all_of_it(world: &World) -> Vec<u64> {
    let mut got = Vec::new();
    loop {
        let delivered = world.deliver_all().await;
        if delivered.is_empty() && world.plan_deliveries().await == 0 {
            return got;
        }
        got.extend(delivered);
    }
}

pub(super) async fn what_is_replayed_and_caught_up_with_is_delivered_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (subscriber, task) = behind(&world).await;
    let id = &subscriber.endpoint.id;
    let people = world.contacts(&task).await;
    for person in [18, 17] {
        let again = Replay::Contact(people[person].id.clone());
        world.store.replay(&world.tenant, id, &again, None, world.now()).await.unwrap();
    }
    let mut got = all_of_it(&world).await;
    got.sort_unstable();
    let mut wanted: Vec<_> = (1..=28).collect();
    wanted.insert(18, 19);
    assert_eq!(got, wanted, "the one that had come comes again");
    assert_eq!(world.store.backlog().await.unwrap(), Backlog::default());
    assert_eq!(subscriber.read(&world).await.pending, 0);
}

pub(super) async fn a_replay_overtakes_nobody_who_is_caught_up_with(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (subscriber, task) = behind(&world).await;
    world.add(&task, world.people(27..45)).await;
    let last = world.contacts(&task).await.pop().unwrap().id;
    world.store.cancel_contact(&world.tenant, &last, None, world.now()).await.unwrap();
    world.plan_deliveries().await;
    let cancelled = Replay::Kind(EventType::ContactCancelled);
    world.store.replay(&world.tenant, &subscriber.endpoint.id, &cancelled, None, world.now()).await.unwrap();
    let got = all_of_it(&world).await;
    let its = world.events(&last).await;
    let its: Vec<_> = its.iter().map(|event| got.iter().position(|got| *got == event.position)).collect();
    assert!(its.len() == 2 && its.is_sorted(), "accepted, then cancelled: {got:?}");
}

pub(super) async fn a_replay_reaches_to_where_its_endpoint_begins(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let begun = world.now();
    subscriber.turn(&world, EndpointStatus::Disabled).await;
    let task = world.task_of(2).await;
    subscriber.turn(&world, EndpointStatus::Enabled).await;
    // Nobody has planned meanwhile.
    let again = Replay::Since(begun);
    world.store.replay(&world.tenant, &subscriber.endpoint.id, &again, None, world.now()).await.unwrap();
    world.add(&task, world.people(9..10)).await;
    assert_eq!(all_of_it(&world).await, [1, 2, 3, 4, 5], "what it missed, and what is new");
}
