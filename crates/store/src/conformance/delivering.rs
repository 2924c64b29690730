//! Deliveries: planned, taken, settled; each lane in its order, no endpoint in another one's way.

use super::Harness;
use super::subscriber::{AT_ONCE, JUDGEMENT, PAUSE, positions, result, settings, take_from};
use super::world::{TERM, World};
use crate::{Backlog, EndpointSettings, Page, Verdict};
use futures_util::future::join_all;
use outdial_model::{DeliveryStatus, EndpointId, EventType, PersonalData};
use std::collections::BTreeSet;

pub(super) async fn an_endpoint_gets_what_happens_from_then_on(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let subscriber = world.subscriber().await;
    assert_eq!(world.plan_deliveries().await, 0, "what was before is not its business");
    world.add(&task, world.people(10..13)).await;
    assert_eq!(world.store.backlog().await.unwrap(), Backlog { pending: 0, unplanned: 3 });
    assert_eq!(world.plan_deliveries().await, 3);
    assert_eq!(world.store.backlog().await.unwrap(), Backlog { pending: 3, unplanned: 0 });
    assert_eq!(world.store.next_delivery_due(AT_ONCE, &[]).await.unwrap(), Some(world.now()));

    let taken = world.take(9).await;
    assert_eq!(positions(&taken), [4, 5, 6]);
    assert_eq!(taken[0].event.kind, EventType::ContactAccepted);
    assert_eq!((taken[0].attempt, &taken[0].endpoint.id), (1, &subscriber.endpoint.id));
    assert!(taken[0].person.is_none());
    assert!(world.take(9).await.is_empty(), "they are under way");
    world.deliver(&taken).await;
    assert_eq!(subscriber.log(&world).await, [DeliveryStatus::Delivered; 3]);
    assert_eq!(world.store.backlog().await.unwrap(), Backlog::default());
    assert_eq!(world.store.next_delivery_due(AT_ONCE, &[]).await.unwrap(), None);
}

pub(super) async fn an_endpoint_gets_what_its_settings_let_through(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let first = world.task_of(0).await;
    let of_task = EndpointSettings { task: Some(first.clone()), ..settings() };
    let of_kind = EndpointSettings { event_types: vec![EventType::TaskCreated], ..settings() };
    let of_task = world.subscribe(of_task).await;
    let of_kind = world.subscribe(of_kind).await;
    world.task_of(2).await;
    world.add(&first, world.people(10..12)).await;
    world.plan_deliveries().await;
    let taken = world.take(99).await;
    let of = |id| -> Vec<_> {
        let its = taken.iter().filter(|taken| taken.endpoint.id == id);
        its.map(|taken| taken.event.position).collect()
    };
    assert_eq!(of(of_task.endpoint.id), [5, 6]);
    assert_eq!(of(of_kind.endpoint.id), [2]);
}

pub(super) async fn a_person_goes_along_where_that_is_asked_for(harness: &dyn Harness) {
    let world = World::of(harness).await;
    world.subscribe(EndpointSettings { personal_data: PersonalData::Full, ..settings() }).await;
    world.task_of(1).await;
    world.plan_deliveries().await;
    let taken = world.take(9).await;
    let person = |kind| {
        let its = taken.iter().find(|taken| taken.event.kind == kind).unwrap();
        its.person.clone()
    };
    assert!(person(EventType::TaskCreated).is_none());
    let ada = person(EventType::ContactAccepted).unwrap();
    assert_eq!(ada.name.unwrap().expose(), "Ada Lovelace");
    assert_eq!(ada.phone, super::world::phone(0));
}

pub(super) async fn one_of_a_lane_is_under_way_at_a_time(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 2).await;
    world.plan_deliveries().await;
    let first = world.take(9).await;
    assert_eq!(positions(&first), [1, 2, 3], "of the task, of each person");
    assert!(world.take(9).await.is_empty());
    world.deliver(&first[1..2]).await;
    assert_eq!(positions(&world.take(9).await), [4], "the next of the person whose first one is over");
    assert_eq!(world.store.backlog().await.unwrap().pending, 4);
    let page = Page { after: None, limit: 2 };
    let log = async |page: &Page<u64>, statuses: &[DeliveryStatus]| {
        let (tenant, id) = (&world.tenant, &subscriber.endpoint.id);
        let log = world.store.deliveries(tenant, id, statuses, page).await.unwrap();
        log.into_iter().map(|delivery| (delivery.position, delivery.attempts)).collect::<Vec<_>>()
    };
    assert_eq!(log(&page, &[]).await, [(5, 0), (4, 1)]);
    assert_eq!(log(&Page { after: Some(4), limit: 2 }, &[]).await, [(3, 1), (2, 1)]);
    let pending = log(&Page { after: None, limit: 9 }, &[DeliveryStatus::Pending]).await;
    assert_eq!(pending, [(5, 0), (4, 1), (3, 1), (1, 1)]);
    assert_eq!(log(&page, &[DeliveryStatus::Delivered, DeliveryStatus::Failed]).await, [(2, 1)]);
}

pub(super) async fn a_delivery_that_failed_holds_its_lane_and_no_other(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 2).await;
    world.plan_deliveries().await;
    let taken = world.take(9).await;
    world.settle_again(&taken[1..2]).await;
    world.deliver(&[taken[0].clone(), taken[2].clone()]).await;
    let other = world.take(9).await;
    assert_eq!(positions(&other), [5], "only the other person goes on");
    world.deliver(&other).await;
    world.pass(PAUSE);
    let again = world.take(9).await;
    assert_eq!((positions(&again), again[0].attempt), (vec![2], 2));
    world.settle(&again, Verdict::GivenUp).await;
    assert_eq!(positions(&world.take(9).await), [4], "given up, and the lane goes on");
    let failed = [DeliveryStatus::Failed];
    let page = Page { after: None, limit: 9 };
    let log = world.store.deliveries(&world.tenant, &subscriber.endpoint.id, &failed, &page).await.unwrap();
    assert_eq!((log.len(), log[0].last_status, log[0].attempts), (1, Some(500), 2));
    assert_eq!(log[0].last_error.as_deref(), Some("the endpoint answered 500"));
    assert_eq!(log[0].last_attempt_at, Some(world.now()));
}

pub(super) async fn what_a_dead_courier_had_in_hand_is_taken_again(harness: &dyn Harness) {
    let world = World::of(harness).await;
    world.subscriber().await;
    world.task_of(0).await;
    world.plan_deliveries().await;
    let dead = world.take(9).await;
    assert_eq!(world.store.next_delivery_due(AT_ONCE, &[]).await.unwrap(), Some(world.now() + TERM));
    world.pass(TERM.as_secs());
    let again = world.take(9).await;
    assert_eq!(positions(&again), positions(&dead));
    assert_eq!(again[0].event.id, dead[0].event.id, "the same event");
    assert!(again[0].token > dead[0].token);
    world.settle(&dead, Verdict::GivenUp).await;
    assert_eq!(
        world.store.backlog().await.unwrap().pending,
        1,
        "whoever came back from the dead settles nothing"
    );
    world.settle(&again, Verdict::Untried).await;
    let third = world.take(9).await;
    assert_eq!(third[0].attempt, again[0].attempt, "what was not tried does not count");

    let restarted = harness.open().await;
    restarted.release_abandoned_leases().await.unwrap();
    let fourth = take_from(&*restarted, &world, 9).await;
    assert_eq!(positions(&fourth), positions(&dead), "whoever starts again need not wait for its own terms");
    world.deliver(&fourth).await;
    assert_eq!(world.store.backlog().await.unwrap().pending, 0);
}

pub(super) async fn an_endpoint_with_much_to_do_leaves_room_for_others(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let busy = world.subscriber().await;
    world.task_of(9).await;
    world.plan_deliveries().await;
    let quiet =
        world.subscribe(EndpointSettings { event_types: vec![EventType::TaskCreated], ..settings() }).await;
    world.pass(1);
    world.task_of(0).await;
    world.plan_deliveries().await;
    let taken = world.take(5).await;
    let of = |id| taken.iter().filter(|taken| taken.endpoint.id == id).count();
    assert_eq!(
        (of(busy.endpoint.id.clone()), of(quiet.endpoint.id)),
        (4, 1),
        "though its own were due later"
    );
    let next = world.store.next_delivery_due(AT_ONCE, &[]).await.unwrap();
    assert_eq!(next, Some(world.now() + TERM), "what could not be taken is nothing to wake up for");
    world.settle_again(&taken).await;
    let busy = world.store.endpoint(&world.tenant, &busy.endpoint.id).await.unwrap();
    assert_eq!(busy.failing_since, Some(world.now()));
}

pub(super) async fn an_endpoint_may_have_a_share_of_its_own(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (slow, quick, other) = (world.subscriber().await, world.subscriber().await, world.subscriber().await);
    world.task_of(9).await;
    world.plan_deliveries().await;
    let mut shares = vec![(slow.endpoint.id.clone(), 0), (quick.endpoint.id.clone(), 7)];
    let taken = world.store.take_due_deliveries(world.now(), TERM, 99, 2, &shares).await.unwrap();
    let of = |id: &EndpointId| taken.iter().filter(|taken| taken.endpoint.id == *id).count();
    let counts = [&slow, &quick, &other].map(|subscriber| of(&subscriber.endpoint.id));
    assert_eq!(counts, [0, 7, 2]);
    let due = async |shares: &[(EndpointId, u32)]| world.store.next_delivery_due(2, shares).await.unwrap();
    assert_eq!(due(&shares).await, Some(world.now() + TERM), "nobody has room");
    shares[0].1 = 1;
    assert_eq!(due(&shares).await, Some(world.now()));
    let taken = world.store.take_due_deliveries(world.now(), TERM, 99, 2, &shares).await.unwrap();
    assert_eq!(taken.len(), 1);
}

pub(super) async fn couriers_share_no_delivery(harness: &dyn Harness) {
    let world = World::of(harness).await;
    for _ in 0..6 {
        world.subscriber().await;
    }
    let task = world.task_of(0).await;
    world.add(&task, world.people(0..15)).await;
    world.plan_deliveries().await;
    let couriers = (0..4).map(|courier| {
        let world = &world;
        async move {
            let store = harness.open_as(&format!("courier-{courier}")).await;
            let mut carried = Vec::new();
            while store.backlog().await.unwrap().pending > 0 {
                let taken = take_from(&*store, world, 5).await;
                let results: Vec<_> = taken.iter().map(|taken| result(taken, Verdict::Delivered)).collect();
                store.settle_deliveries(&results, &JUDGEMENT, world.now()).await.unwrap();
                let parcels = taken.iter().map(|taken| (taken.endpoint.id.to_string(), taken.event.position));
                carried.extend(parcels);
            }
            carried
        }
    });
    let carried: Vec<_> = join_all(couriers).await.concat();
    assert_eq!(carried.len(), 6 * 16);
    assert_eq!(carried.into_iter().collect::<BTreeSet<_>>().len(), 6 * 16);
}
