//! What follows for endpoints from how attempts end: well again, hopeless, or another one meanwhile.

use super::Harness;
use super::subscriber::{AT_ONCE, JUDGEMENT, PAUSE, Subscriber, positions, result, settings};
use super::world::{TERM, World};
use crate::{EndpointSettings, FeedFilter, Recovered, Settled, Verdict};
use outdial_model::{DeliveryStatus, DisabledReason, EndpointStatus, EventType};
use std::time::Duration;

pub(super) async fn whoever_is_well_again_need_not_wait(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(3).await;
    world.plan_deliveries().await;
    let begun = world.now();
    let taken = world.take(4).await;
    world.settle_again(&taken[..1]).await;
    world.pass(PAUSE);
    let second = world.take(9).await;
    world.settle(&second, world.again_after(86_400)).await;
    world.settle(&taken[1..3], world.again_after(86_400)).await;
    world.pass(PAUSE);
    assert!(world.take(9).await.is_empty());
    let recovered = world.deliver(&taken[3..]).await.recovered;
    assert_eq!(recovered, [Recovered { endpoint: subscriber.endpoint.id.clone(), failed_since: begun }]);
    let due = world.store.next_delivery_due(AT_ONCE, &[]).await.unwrap();
    assert_eq!(due, Some(world.now()), "what was attempted once");
    let rest = world.take(9).await;
    assert_eq!(positions(&rest), [2, 3], "not what has been refused more often");
    assert_eq!(world.deliver(&rest).await, Settled::default(), "it had not failed since");
}

pub(super) async fn whoever_failed_for_a_moment_was_not_ill(harness: &dyn Harness) {
    let world = World::of(harness).await;
    world.subscriber().await;
    world.task_of(1).await;
    world.plan_deliveries().await;
    let taken = world.take(9).await;
    world.settle(&taken[..1], world.again_after(86_400)).await;
    world.pass(PAUSE);
    assert_eq!(world.deliver(&taken[1..]).await, Settled::default());
    assert!(world.take(9).await.is_empty(), "a message refused among others keeps its pause");
}

pub(super) async fn whoever_asked_for_time_has_it_though_well_again(harness: &dyn Harness) {
    let world = World::of(harness).await;
    world.subscriber().await;
    world.task_of(3).await;
    world.plan_deliveries().await;
    let taken = world.take(4).await;
    let at = world.now() + Duration::from_secs(86_400);
    let wish = world.now() + Duration::from_secs(3_600);
    world.settle(&taken[..1], Verdict::Again { at, not_before: Some(wish) }).await;
    world.settle(&taken[1..3], world.again_after(86_400)).await;
    world.pass(60);
    assert_eq!(world.deliver(&taken[3..]).await.recovered.len(), 1);
    let rest = world.take(9).await;
    assert_eq!(positions(&rest), [2, 3]);
    world.deliver(&rest).await;
    assert_eq!(world.store.next_delivery_due(AT_ONCE, &[]).await.unwrap(), Some(wish), "and no day");
    world.pass(3_540);
    assert_eq!(world.deliver_all().await, [1]);
}

pub(super) async fn whoever_does_nothing_but_fail_for_long_is_disabled(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let [failing, other] = [world.subscriber().await, world.subscriber().await];
    world.task_of(3).await;
    world.plan_deliveries().await;
    let taken = world.take(9).await;
    let of = |subscriber: &Subscriber| {
        let its = taken.iter().filter(|taken| taken.endpoint.id == subscriber.endpoint.id);
        its.cloned().collect::<Vec<_>>()
    };
    let (its, others) = (of(&failing), of(&other));
    for ended in [&its[..1], &others[..1]] {
        assert_eq!(world.settle(ended, Verdict::GivenUp).await, Settled::default());
    }
    world.pass(JUDGEMENT.patience.as_secs() - 1);
    assert_eq!(world.settle(&its[1..2], Verdict::GivenUp).await, Settled::default(), "a second too early");
    world.pass(1);
    let results = [
        result(&its[2], Verdict::GivenUp),
        result(&others[1], Verdict::Delivered),
        result(&others[2], Verdict::GivenUp),
    ];
    let settled = world.store.settle_deliveries(&results, &JUDGEMENT, world.now()).await.unwrap();
    assert_eq!(settled.disabled, [(failing.endpoint.id.clone(), DisabledReason::Failing)]);
    assert_eq!(settled.recovered.len(), 1, "the other one took something");
    assert_eq!(failing.read(&world).await.status, EndpointStatus::Disabled);
    assert_eq!(other.read(&world).await.failing_since, None);
    let kinds = vec![EventType::EndpointDisabled];
    let told = world.store.feed(&world.tenant, 0, &FeedFilter { kinds, ..FeedFilter::default() }, 9).await;
    assert_eq!(told.unwrap().events.len(), 1);
}

pub(super) async fn nobody_is_disabled_by_an_attempt_that_tells_nothing(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(3).await;
    world.plan_deliveries().await;
    let taken = world.take(9).await;
    world.settle(&taken[..1], Verdict::GivenUp).await;
    world.pass(JUDGEMENT.patience.as_secs());
    assert_eq!(world.settle(&taken[1..2], Verdict::Untried).await, Settled::default());
    let renamed = EndpointSettings { description: Some("the CRM".into()), ..settings() };
    assert!(subscriber.patch(&world, renamed, None).await.failing_since.is_some());
    for (of_before, verdict) in [(&taken[2..3], Verdict::Delivered), (&taken[3..], Verdict::GivenUp)] {
        assert_eq!(world.settle(of_before, verdict).await, Settled::default(), "begun before it was changed");
    }
    let failed = world.settle(&world.take(9).await, Verdict::GivenUp).await;
    assert_eq!(failed.disabled, [(subscriber.endpoint.id.clone(), DisabledReason::Failing)]);
}

pub(super) async fn at_a_new_url_nobody_has_failed_yet(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(3).await;
    world.plan_deliveries().await;
    let taken = world.take(4).await;
    let (at, wish) = (world.now() + Duration::from_secs(86_400), world.now() + Duration::from_secs(7_200));
    world.settle(&taken[..1], Verdict::Again { at, not_before: Some(wish) }).await;
    world.pass(20);

    let renamed = EndpointSettings { description: Some("the CRM".into()), ..settings() };
    let patched = subscriber.patch(&world, renamed.clone(), None).await;
    assert!(patched.failing_since.is_some() && world.take(9).await.is_empty(), "it is where it was");
    let moved = EndpointSettings { url: "https://new.example/hooks".into(), ..renamed };
    assert_eq!(subscriber.patch(&world, moved, None).await.failing_since, None);

    assert_eq!(world.settle(&taken[1..2], Verdict::Gone).await, Settled::default(), "that was the old one");
    world.settle(&taken[2..3], Verdict::Again { at, not_before: Some(wish) }).await;
    world.pass(JUDGEMENT.patience.as_secs());
    assert_eq!(world.settle(&taken[3..], Verdict::GivenUp).await, Settled::default());
    let seen = subscriber.read(&world).await;
    assert_eq!((seen.status, seen.failing_since), (EndpointStatus::Enabled, None));
    let rest = world.take(9).await;
    assert_eq!(positions(&rest), [1, 2, 3, 4], "what waited for the old one, or was under way to it, is due");
    assert!(rest.iter().all(|taken| taken.attempt == 1), "and was never attempted here");
    world.deliver(&rest).await;
}

pub(super) async fn what_the_old_url_took_is_not_sent_to_the_new_one(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(1).await;
    world.plan_deliveries().await;
    let taken = world.take(9).await;
    let moved = EndpointSettings { url: "https://new.example/hooks".into(), ..settings() };
    subscriber.patch(&world, moved.clone(), None).await;
    world.deliver(&taken[..1]).await;
    subscriber.patch(&world, moved, Some(EndpointStatus::Disabled)).await;
    world.settle(&taken[1..], world.again_after(PAUSE)).await;
    assert_eq!(subscriber.log(&world).await, [DeliveryStatus::Dropped, DeliveryStatus::Delivered]);
}

pub(super) async fn what_was_lost_and_taken_again_is_judged_by_what_counts(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(0).await;
    world.plan_deliveries().await;
    let lost = world.take(9).await;
    world.pass(TERM.as_secs());
    let again = world.take(9).await;
    let results = [result(&again[0], Verdict::GivenUp), result(&lost[0], Verdict::Delivered)];
    world.store.settle_deliveries(&results, &JUDGEMENT, world.now()).await.unwrap();
    assert_eq!(subscriber.log(&world).await, [DeliveryStatus::Failed]);
    assert_eq!(subscriber.read(&world).await.failing_since, Some(world.now()));
}
