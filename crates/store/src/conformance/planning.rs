//! Planning: everything once, in portions, whoever is behind and whoever plans.

use super::Harness;
use super::subscriber::{BATCH, MOST, ROOM, settings, to_plan};
use super::world::{World, tenant};
use crate::{Backlog, EndpointSettings, Page};
use futures_util::future::join;
use outdial_model::{DeliveryStatus, EventType};

pub(super) async fn an_endpoint_without_room_falls_behind_and_catches_up(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let slow = world.subscriber().await;
    let task = world.task_of(0).await;
    for part in 0..5 {
        world.add(&task, world.people(part * 9..(part + 1) * 9)).await;
        world.plan_deliveries().await;
    }
    let pending = async || {
        let endpoint = world.store.endpoint(&world.tenant, &slow.endpoint.id).await.unwrap();
        endpoint.pending
    };
    assert!(pending().await <= u64::from(ROOM), "{}", pending().await);
    let quick =
        world.subscribe(EndpointSettings { event_types: vec![EventType::TaskCreated], ..settings() }).await;
    world.task_of(0).await;
    world.plan_deliveries().await;
    assert_eq!(quick.log(&world).await, [DeliveryStatus::Pending], "nobody waits for it");
    assert!(world.store.backlog().await.unwrap().unplanned > 20);
    let mut got = Vec::new();
    loop {
        let delivered = world.deliver_all().await;
        if delivered.is_empty() && world.plan_deliveries().await == 0 {
            break;
        }
        got.extend(delivered);
    }
    got.sort_unstable();
    let mut expected: Vec<_> = (1..=47).collect();
    expected.push(47);
    assert_eq!(got, expected, "everything once, and the last one for both");
    assert_eq!(world.store.backlog().await.unwrap(), Backlog::default());
}

pub(super) async fn two_planners_plan_everything_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let other = harness.open_as("second").await;
    let task = world.task_of(0).await;
    world.add(&task, world.people(0..15)).await;
    let planner = async |store: &dyn crate::Store| {
        let mut added = 0;
        while !to_plan(store).await.is_empty() {
            added += store.plan_deliveries(&world.tenant, 2, ROOM, world.now()).await.unwrap().added;
        }
        added
    };
    let (first, second) = join(planner(&*world.store), planner(&*other)).await;
    assert_eq!(first + second, 16);
    assert_eq!(subscriber.log(&world).await.len(), 16);
}

pub(super) async fn every_tenant_with_something_to_plan_is_found(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let all: Vec<_> = ["acme", "globex", "hooli", "initech", "umbrella"].map(tenant).into();
    for tenant in &all {
        world.try_subscribe(tenant, settings(), MOST).await.unwrap();
        let task = world.new_task();
        world.store.create_task(tenant, task, Vec::new(), None, world.now()).await.unwrap();
    }
    let (mut found, mut page) = (Vec::new(), Page { after: None, limit: 2 });
    loop {
        let some = world.store.tenants_to_plan(ROOM, &page).await.unwrap();
        let Some(last) = some.last() else { break };
        page.after = Some(last.clone());
        found.extend(some);
        assert!(found.len() <= all.len(), "there is no end");
    }
    assert_eq!(found, all, "though none of the first has been planned for");
}

pub(super) async fn many_endpoints_are_planned_for_in_portions(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscribers = 3 * BATCH;
    for _ in 0..subscribers {
        world.subscriber().await;
    }
    world.task_of(2 * BATCH as usize - 1).await;
    let first = world.plan_once().await;
    assert!(first.more && first.added >= u64::from(subscribers), "{first:?}");
    assert!(first.added <= 20 * u64::from(BATCH), "{first:?}");
    let all = u64::from(subscribers * 2 * BATCH);
    assert_eq!(first.added + world.plan_deliveries().await, all);
    assert_eq!(world.store.backlog().await.unwrap(), Backlog { pending: all, unplanned: 0 });
}
