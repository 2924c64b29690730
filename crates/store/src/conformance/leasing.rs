//! Who works on which task, and when.

use super::Harness;
use super::world::{TERM, World, everybody};
use crate::{Changes, Lease, StoreError};
use outdial_model::{ContactStatus, SUPPRESSED};
use std::time::{Duration, Instant};

pub(super) async fn a_task_is_claimed_by_one_worker(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(world.task_of(0).await);
        world.pass(1);
    }
    let claim = async |limit| {
        let leases = world.store.lease_due_tasks(world.now(), TERM, limit).await.unwrap();
        leases.into_iter().map(|lease| lease.task).collect::<Vec<_>>()
    };
    assert_eq!(claim(2).await, tasks[..2], "the longest due first");
    assert_eq!(claim(2).await, tasks[2..]);
    assert!(claim(2).await.is_empty());
}

pub(super) async fn tasks_that_go_on_at_some_time_are_found_one_after_the_other(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        tasks.push(world.task_of(0).await);
        world.pass(1);
    }
    let later = world.now() + Duration::from_secs(3600);
    // The first is claimed, the second waits for another hour, the third for nothing any more.
    let leases = world.store.lease_due_tasks(world.now(), TERM, 3).await.unwrap();
    for (lease, due) in leases[1..].iter().zip([Some(later), None]) {
        world.store.release_lease(lease, due, world.now()).await.unwrap();
    }
    let ahead = async |after| {
        let found = world.store.tasks_ahead(after, 2).await.unwrap();
        assert!(found.iter().all(|(tenant, _)| *tenant == world.tenant));
        found.into_iter().map(|(_, task)| task).collect::<Vec<_>>()
    };
    assert_eq!(ahead(None).await, tasks[..2]);
    assert_eq!(ahead(Some(&tasks[1])).await, tasks[3..]);
    assert_eq!(ahead(Some(&tasks[3])).await, []);
}

pub(super) async fn an_old_claim_is_refused_everywhere(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let old = world.lease(&task).await;
    let current = world.lease_again(&old).await;
    assert!(current.token > old.token);
    refused_everywhere(&world, &old).await;
    world.store.renew_lease(&current, world.now(), TERM).await.unwrap();
    world.store.release_lease(&current, None, world.now()).await.unwrap();
    refused_everywhere(&world, &current).await;
    assert_eq!(world.task(&task).await.counts.of(ContactStatus::Queued), 1);
}

async fn refused_everywhere(world: &World, lease: &Lease) {
    let (store, now) = (&world.store, world.now());
    let plan = world.open(lease, 1, 1);
    let refusals = [
        store.renew_lease(lease, now, TERM).await.err(),
        store.release_lease(lease, None, now).await.err(),
        store.work(lease, now).await.err(),
        store.plan_dispatch(plan, &everybody, now).await.err(),
        store.apply(Changes::under(lease), now).await.err(),
        store.cancel_ours(lease, ContactStatus::Cancelled, SUPPRESSED, 9, now).await.err(),
    ];
    for (place, refusal) in refusals.into_iter().enumerate() {
        assert!(matches!(refusal, Some(StoreError::LeaseLost)), "{place}: {refusal:?}");
    }
}

pub(super) async fn a_wake_up_during_work_is_not_lost(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(0).await;
    let lease = world.lease(&task).await;
    world.add(&task, world.people(0..1)).await;
    let tomorrow = world.now() + Duration::from_secs(86_400);
    world.store.release_lease(&lease, Some(tomorrow), world.now()).await.unwrap();
    let lease = world.lease(&task).await;
    world.store.release_lease(&lease, Some(tomorrow), world.now()).await.unwrap();
    assert_eq!(world.store.next_due().await.unwrap(), Some(tomorrow));
    assert!(world.store.lease_due_tasks(world.now(), TERM, 9).await.unwrap().is_empty());
}

pub(super) async fn a_dead_workers_claim_runs_out(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(0).await;
    let dead = world.lease(&task).await;
    let due = world.store.next_due().await.unwrap();
    assert_eq!(due, Some(world.now() + TERM), "somebody looks again then");
    world.pass(TERM.as_secs());
    let next = world.lease(&task).await;
    assert!(next.token > dead.token);
    assert!(matches!(world.store.work(&dead, world.now()).await, Err(StoreError::LeaseLost)));

    let restarted = harness.open().await;
    restarted.release_abandoned_leases().await.unwrap();
    assert!(matches!(restarted.work(&next, world.now()).await, Err(StoreError::LeaseLost)));
    let leases = restarted.lease_due_tasks(world.now(), TERM, 9).await.unwrap();
    assert_eq!(leases.len(), 1);
    assert!(leases[0].token > next.token);
}

pub(super) async fn the_next_due_task_is_known(harness: &dyn Harness) {
    let world = World::of(harness).await;
    assert_eq!(world.store.next_due().await.unwrap(), None);
    let first = world.task_of(0).await;
    assert_eq!(world.store.next_due().await.unwrap(), Some(world.now()));
    let lease = world.lease(&first).await;
    world.store.release_lease(&lease, None, world.now()).await.unwrap();
    assert_eq!(world.store.next_due().await.unwrap(), None, "never again, unless it is woken");
    world.add(&first, world.people(0..1)).await;
    assert_eq!(world.store.next_due().await.unwrap(), Some(world.now()));
}

pub(super) async fn the_store_answers_for_itself(harness: &dyn Harness) {
    let world = World::of(harness).await;
    world.store.ping().await.unwrap();
}

pub(super) async fn places_in_a_budget_are_apart(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (here, there) = ("somewhere".parse().unwrap(), "elsewhere".parse().unwrap());
    let spacing = Duration::from_secs(60);
    let begun = Instant::now();
    let reserve = async |account, action, count| {
        let reserved = world.store.reserve_slots(account, action, spacing, count).await.unwrap();
        assert!(begun <= reserved.asked && reserved.asked <= reserved.answered);
        reserved.wait
    };
    let first = reserve(&here, "create", 1).await;
    let second = reserve(&here, "create", 3).await;
    let fifth = reserve(&here, "create", 1).await;
    assert!(first <= spacing, "whoever used the store before kept one spacing at most");
    assert!(reserve(&here, "look", 1).await <= spacing, "another action");
    assert!(reserve(&there, "create", 1).await <= spacing, "another account");
    // Answers are as of their own instant: they shrink while time passes.
    let passed = begun.elapsed();
    for (answered, places) in [(second, 1), (fifth, 4)] {
        let place = first + spacing * places;
        assert!(
            answered <= place && answered + passed >= place,
            "{answered:?} of {place:?} after {passed:?}"
        );
    }
}
