//! Replays: the past again, by what it is of.

use super::Harness;
use super::subscriber::{Subscriber, settings};
use super::world::World;
use crate::{EndpointSettings, Page, Replay, StoreError};
use outdial_model::EventType;
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
    assert!(matches!(refused, StoreError::WrongState { status: "replaying" }), "{refused:?}");
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
