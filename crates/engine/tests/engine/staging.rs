//! Created harmlessly, looked at, let go: what was carried out twice rings once.

use crate::world::World;
use outdial_model::{ContactStatus, Delivery, Disposition, SegmentStatus, Staged, TaskStatus};
use outdial_provider::{ErrorKind, MemoryOptions, NextAnswer, Operation, SegmentState, Staging};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

fn stopped(world: &World) -> usize {
    let keys = world.vendor.segments();
    let states = keys.iter().take(1).flat_map(|key| world.vendor.copies(key));
    states.filter(|(_, state)| *state == SegmentState::Known(SegmentStatus::Stopped)).count()
}

#[tokio::test]
async fn a_task_made_twice_is_stopped_once_before_its_fuse_ends() {
    for answer in [NextAnswer::Twice, NextAnswer::TwiceThenTimeout] {
        let world = World::new(Staging::WholeWithFuse).await;
        world.vendor.script(Operation::OpenSegment, answer.clone());
        let task = world.create(5).await;
        world.pass(Duration::from_secs(9)).await;
        assert_eq!((world.vendor.segments().len(), stopped(&world)), (2, 1), "{answer:?}");
        assert_eq!(world.rung().len(), 0, "the fuse burns");
        world.pass(LONG).await;
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 5, "{answer:?}");
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
    }
}

#[tokio::test]
async fn a_look_that_fails_is_repeated_while_the_fuse_burns() {
    let world = World::new(Staging::WholeWithFuse).await;
    world.vendor.script(Operation::OpenSegment, NextAnswer::Twice);
    world.vendor.script(Operation::FindSegment, NextAnswer::Timeout);
    world.vendor.script(Operation::Stop, NextAnswer::Throttle(None));
    world.create(5).await;
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 5);
}

#[tokio::test]
async fn a_twin_is_stopped_too_when_the_task_is_stopped() {
    let world = World::new(Staging::WholeWithFuse).await;
    world.vendor.script(Operation::OpenSegment, NextAnswer::Twice);
    let task = world.create(5).await;
    world.pass(Duration::from_secs(1)).await;
    world.steer(&task.id, outdial_engine::TaskVerb::Stop).await;
    world.pass(LONG).await;
    assert_eq!((world.rung().len(), stopped(&world)), (0, 2));
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Stopped);
}

#[tokio::test]
async fn a_look_that_fails_at_first_keeps_no_twin_from_being_stopped_with_a_paused_task() {
    let world = World::new(Staging::WholeWithFuse).await;
    world.vendor.script(Operation::OpenSegment, NextAnswer::Twice);
    world.vendor.script(Operation::FindSegment, NextAnswer::NotSent);
    let task = world.create(5).await;
    world.pass(Duration::from_secs(1)).await;
    world.steer(&task.id, outdial_engine::TaskVerb::Pause).await;
    world.pass(LONG).await;
    assert_eq!((world.rung().len(), stopped(&world)), (0, 2));
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Paused);
}

#[tokio::test]
async fn people_who_are_in_a_task_twice_go_into_a_fresh_one_before_anybody_is_rung() {
    let world = World::new(Staging::EmptyThenStart).await;
    world.vendor.script(Operation::AddContacts, NextAnswer::Twice);
    let task = world.create(5).await;
    world.pass(LONG).await;
    assert_eq!(world.vendor.segments().len(), 2);
    assert_eq!((world.rung().len(), stopped(&world)), (5, 1));
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn an_empty_task_made_twice_is_harmless_and_one_of_them_is_stopped() {
    for staging in [Staging::EmptyThenStart, Staging::EmptyLive] {
        let world = World::new(staging).await;
        world.vendor.script(Operation::OpenSegment, NextAnswer::Twice);
        world.create(5).await;
        world.pass(LONG).await;
        assert_eq!((world.rung().len(), stopped(&world)), (5, 1), "{staging:?}");
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn somebody_the_vendor_took_and_does_not_have_is_sent_again_before_the_start() {
    let world = World::new(Staging::EmptyThenStart).await;
    let task = world.create_with(5, |spec| spec.schedule.start = outdial_model::StartMode::Manual).await;
    let lost = world.contacts(&task.id).await.remove(0).id;
    world.vendor.script(Operation::AddContacts, NextAnswer::SwallowContacts(vec![lost]));
    world.steer(&task.id, outdial_engine::TaskVerb::Start).await;
    world.pass(world.settle() - Duration::from_secs(1)).await;
    assert_eq!(world.rung().len(), 0, "lists may be late");
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 5);
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn late_lists_keep_nobody_from_being_rung() {
    for staging in [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse] {
        let world = World::new(staging).await;
        world.vendor.hide_the_young(Duration::from_secs(4));
        world.create(5).await;
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 5, "{staging:?}");
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn without_staging_it_rings_at_once_and_nothing_is_looked_at() {
    for staging in [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse] {
        let world = World::new(staging).await;
        world.create_with(5, |spec| spec.safety.staging = Some(Staged::Off)).await;
        world.work().await;
        assert_eq!(world.rung().len(), 5, "{staging:?}");
        assert_eq!(world.vendor.requests(Operation::FindSegment), 0, "{staging:?}");
    }
}

#[tokio::test]
async fn a_task_may_have_a_fuse_of_its_own() {
    let world = World::new(Staging::WholeWithFuse).await;
    world.create_with(5, |spec| spec.safety.fuse_seconds = Some(30)).await;
    world.pass(Duration::from_secs(29)).await;
    assert_eq!(world.rung().len(), 0);
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(world.rung().len(), 5);
}

#[tokio::test]
async fn direct_delivery_hands_everybody_over_and_a_window_does_not() {
    for staging in [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse] {
        for (delivery, taken) in [(Delivery::Windowed, 4), (Delivery::Direct, 250)] {
            let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(4)).await;
            let task = world.create_with(250, |spec| spec.safety.delivery = delivery).await;
            world.pass(Duration::from_secs(12)).await;
            assert_eq!(world.vendor.taken().len(), taken, "{staging:?} {delivery}");
            assert_eq!(world.task(&task.id).await.counts.sum(ContactStatus::is_out), taken as u64);
            world.nobody_was_rung_twice();
        }
    }
}

#[tokio::test]
async fn others_are_sent_while_some_are_in_doubt() {
    for staging in [Staging::EmptyLive, Staging::WholeWithFuse] {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(8)).await;
        let carrying =
            if staging == Staging::WholeWithFuse { Operation::OpenSegment } else { Operation::AddContacts };
        world.vendor.script(carrying, NextAnswer::Timeout);
        let task = world.create(3).await;
        world.work().await;
        assert_eq!(world.in_status(&task.id, ContactStatus::Unknown).await, 3);
        world.add(&task.id, 3..7).await;
        world.pass(Duration::from_secs(3)).await;
        assert_eq!(world.vendor.taken().len(), 4, "{staging:?}: nobody waits for others' settle delay");
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 7);
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn a_vendor_that_recovers_is_sent_to_within_half_a_minute() {
    let world = World::new(Staging::EmptyLive).await;
    for _ in 0..8 {
        world.vendor.script(Operation::OpenSegment, NextAnswer::NotSent);
    }
    let task = world.create(3).await;
    world.pass(LONG * 2).await;
    for _ in 0..5 {
        world.vendor.script(Operation::AddContacts, NextAnswer::Refuse(ErrorKind::Unavailable));
    }
    world.add(&task.id, 3..6).await;
    let asked = world.vendor.requests(Operation::AddContacts);
    while world.vendor.requests(Operation::AddContacts) < asked + 5 {
        world.pass(Duration::from_secs(1)).await;
    }
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(world.rung().len(), 6);
    world.nobody_was_rung_twice();
}
