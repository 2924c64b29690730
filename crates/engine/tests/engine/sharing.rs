//! Lines that the tasks of an account share.

use crate::world::World;
use outdial_engine::{Lines, TaskVerb};
use outdial_model::{ContactStatus, Disposition, Obstacle, Priority, Task, TaskStatus};
use outdial_provider::{MemoryOptions, Staging};
use std::collections::BTreeMap;
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];

async fn out(world: &World, tasks: &[&Task]) -> u64 {
    let mut out = 0;
    for task in tasks {
        out += world.task(&task.id).await.counts.sum(ContactStatus::is_out);
    }
    out
}

/// How many rings were for each task, in the order of their beginning.
async fn rung_for(world: &World, tasks: &[&Task]) -> Vec<usize> {
    let mut whose = BTreeMap::new();
    for (place, task) in tasks.iter().enumerate() {
        whose.extend(world.contacts(&task.id).await.into_iter().map(|contact| (contact.id, place)));
    }
    let mut counts = vec![0; tasks.len()];
    world.vendor.rings().iter().for_each(|ring| counts[whose[&ring.contact]] += 1);
    counts
}

#[tokio::test]
async fn two_tasks_share_the_lines_and_a_reserve_stays_free() {
    for staging in STAGINGS {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(20)).await;
        world.has_lines(Lines { most: 6, reserve: 2 });
        let first = world.create(12).await;
        world.pass(Duration::from_secs(20)).await;
        assert_eq!(out(&world, &[&first]).await, 4, "{staging:?}: alone it has all but the reserve");
        let second = world.create(0).await;
        world.add(&second.id, 100..112).await;
        world.pass(Duration::from_secs(20)).await;
        let seen = world.engine.blockers(&second.tenant, &second.id).await.unwrap();
        assert!(seen.blockers.iter().any(|blocker| blocker.obstacle == Obstacle::NoLine), "{seen:?}");
        let tasks = [&first, &second];
        let mut both = 0;
        for _ in 0..40 {
            world.vendor.finish_all(Disposition::Answered);
            world.pass(Duration::from_secs(20)).await;
            assert!(out(&world, &tasks).await <= 4, "{staging:?}");
            let rung = rung_for(&world, &tasks).await;
            both += usize::from(rung[0] < 12 && rung[1] > 0 && rung[1] < 12);
            if rung.iter().sum::<usize>() == 24 {
                break;
            }
        }
        world.vendor.finish_all(Disposition::Answered);
        world.pass(Duration::from_secs(40)).await;
        assert!(both > 0, "{staging:?}: neither waits for the other to be over");
        for task in tasks {
            assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?}");
        }
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn what_is_more_urgent_has_more_lines_and_what_is_paused_has_none() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyLive, clock), Some(20)).await;
    world.has_lines(Lines { most: 4, reserve: 0 });
    let usual = world.create(60).await;
    let urgent = world.create_with(0, |spec| spec.priority = Priority::High).await;
    world.add(&urgent.id, 100..160).await;
    let tasks = [&usual, &urgent];
    for _ in 0..12 {
        world.pass(Duration::from_secs(20)).await;
        world.vendor.finish_all(Disposition::Answered);
    }
    let rung = rung_for(&world, &tasks).await;
    assert!(rung[1] > 2 * rung[0] && rung[0] >= 4, "{rung:?}");
    world.steer(&urgent.id, TaskVerb::Pause).await;
    world.pass(Duration::from_secs(40)).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(Duration::from_secs(40)).await;
    assert_eq!(out(&world, &[&usual]).await, 4);
}
