//! A process that was frozen: another takes over, and nothing is sent after waking.

use crate::door::{Frozen, Meanwhile};
use crate::world::{World, work};
use outdial_model::{Clock, ContactStatus, Disposition, TaskStatus};
use outdial_provider::Staging;
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(60);

/// What the second replica does while the first is frozen for so long.
fn meanwhile(world: &World, time: Duration) -> Meanwhile {
    let (clock, other) = (world.clock.clone(), world.replicas[1].engine.clone());
    Box::pin(async move {
        for _ in 0..time.as_secs() {
            clock.advance(Duration::from_secs(1));
            work(std::iter::once(&other)).await;
        }
    })
}

#[tokio::test]
async fn frozen_before_its_request_leaves_it_sends_nothing_and_the_other_rings_everybody_once() {
    for staging in STAGINGS {
        let mut world = World::new(staging).await;
        world.join().await;
        let task = world.create(4).await;
        world.replicas[0].door.freeze(Frozen::BeforeItLeaves, meanwhile(&world, LONG));
        world.replicas[0].engine.work_due().await.unwrap();
        assert_eq!(world.vendor.segments().len(), 1, "{staging:?}: opened by the one that was awake");
        assert_eq!(world.rung().len(), 4, "{staging:?}: taken over while the first was frozen");
        world.pass(LONG).await;
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?}");
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn frozen_before_its_answer_is_read_the_other_finds_what_was_done() {
    for staging in STAGINGS {
        let mut world = World::new(staging).await;
        world.join().await;
        let task = world.create(4).await;
        world.replicas[0].door.freeze(Frozen::BeforeTheAnswer, meanwhile(&world, LONG));
        world.replicas[0].engine.work_due().await.unwrap();
        assert_eq!(world.vendor.segments().len(), 1, "{staging:?}: found, not made again");
        assert_eq!(world.rung().len(), 4, "{staging:?}");
        world.pass(LONG).await;
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        assert_eq!(world.in_status(&task.id, ContactStatus::Completed).await, 4, "{staging:?}");
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn another_replica_takes_over_within_ten_seconds_and_not_before_the_fence_has_fallen() {
    let mut world = World::new(Staging::EmptyLive).await;
    world.join().await;
    let task = world.create(2).await;
    let (clock, other, start) = (world.clock.clone(), world.replicas[1].engine.clone(), world.clock.now());
    let vendor = world.vendor.clone();
    let watched: Meanwhile = Box::pin(async move {
        while other.work_due().await.unwrap() == 0 {
            clock.advance(Duration::from_secs(1));
        }
        let waited = Duration::try_from(clock.now().duration_since(start)).unwrap();
        assert!(waited > Duration::from_secs(6) && waited <= Duration::from_secs(10), "{waited:?}");
        assert_eq!(vendor.segments().len(), 0, "whatever it sends, it sends after looking");
    });
    world.replicas[0].door.freeze(Frozen::BeforeItLeaves, watched);
    world.replicas[0].engine.work_due().await.unwrap();
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 2);
    assert_eq!(world.in_status(&task.id, ContactStatus::Dialing).await, 2);
}

#[tokio::test]
async fn one_that_was_frozen_for_a_moment_goes_on_and_sends_what_it_meant_to_send() {
    let mut world = World::new(Staging::EmptyLive).await;
    world.join().await;
    world.create(2).await;
    world.replicas[0].door.freeze(Frozen::BeforeItLeaves, meanwhile(&world, Duration::from_secs(4)));
    world.replicas[0].engine.work_due().await.unwrap();
    assert_eq!(world.rung().len(), 2);
}

#[tokio::test]
async fn the_fence_falls_although_nobody_took_over_and_people_wait_with_us_again() {
    let world = World::new(Staging::EmptyLive).await;
    let task = world.create(2).await;
    world.work().await;
    world.add(&task.id, 2..4).await;
    let clock = world.clock.clone();
    let alone: Meanwhile = Box::pin(async move { clock.advance(Duration::from_secs(7)) });
    world.replicas[0].door.freeze(Frozen::BeforeItLeaves, alone);
    world.replicas[0].engine.work_due().await.unwrap();
    assert_eq!(world.rung().len(), 2, "nothing left under the old claim");
    assert_eq!(world.in_status(&task.id, ContactStatus::Queued).await, 2);
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 4);
    world.nobody_was_rung_twice();
}
