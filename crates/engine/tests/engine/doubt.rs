//! When an answer leaves doubt: looked up, never sent again on a guess.

use crate::world::World;
use outdial_model::{ContactStatus, Disposition, SegmentStatus, TaskStatus};
use outdial_provider::{ErrorKind, MemoryOptions, NextAnswer, Operation, SegmentState, Staging, Support};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(60);

/// The request that carries people, per staging.
fn carrying(staging: Staging) -> Operation {
    if staging == Staging::WholeWithFuse { Operation::OpenSegment } else { Operation::AddContacts }
}

#[tokio::test]
async fn taken_although_the_answer_was_lost_nobody_is_sent_again() {
    for staging in STAGINGS {
        for operation in [Operation::OpenSegment, carrying(staging)] {
            let world = World::new(staging).await;
            world.vendor.script(operation, NextAnswer::TimeoutAfterCommit);
            let task = world.create(5).await;
            world.work().await;
            if operation == carrying(staging) {
                assert_eq!(world.in_status(&task.id, ContactStatus::Unknown).await, 5, "{staging:?}");
            }
            world.pass(LONG).await;
            world.vendor.finish_all(Disposition::Answered);
            world.pass(LONG).await;
            assert_eq!(world.rung().len(), 5, "{staging:?} {operation:?}");
            assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
            world.nobody_was_rung_twice();
        }
    }
}

#[tokio::test]
async fn lost_on_the_way_everybody_is_sent_once_after_the_settle_delay() {
    for staging in STAGINGS {
        for operation in [Operation::OpenSegment, carrying(staging)] {
            let world = World::new(staging).await;
            world.vendor.script(operation, NextAnswer::Timeout);
            let task = world.create(5).await;
            world.pass(world.settle() - Duration::from_secs(1)).await;
            assert_eq!(world.rung().len(), 0, "{staging:?}: absence is no proof before the settle delay");
            world.pass(LONG).await;
            world.vendor.finish_all(Disposition::Answered);
            world.pass(LONG).await;
            assert_eq!(world.rung().len(), 5, "{staging:?} {operation:?}");
            assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
            world.nobody_was_rung_twice();
        }
    }
}

#[tokio::test]
async fn a_vendor_that_cannot_tell_leaves_them_unknown_and_nobody_is_rung_twice() {
    let blind = Support::Unsupported("no look-up");
    let options = |clock| {
        MemoryOptions::staged(Staging::EmptyLive, clock)
            .with(Operation::FindContacts, blind)
            .with(Operation::FindSegment, blind)
    };
    let world = World::of(options, None).await;
    world.vendor.script(Operation::AddContacts, NextAnswer::TimeoutAfterCommit);
    let task = world.create(3).await;
    world.pass(LONG * 5).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Unknown).await, 3);
    assert_eq!(world.rung().len(), 3, "the vendor had taken them");
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn a_refusal_by_name_is_that_persons_alone() {
    let world = World::new(Staging::EmptyThenStart).await;
    let task = world.create_with(4, |spec| spec.schedule.start = outdial_model::StartMode::Manual).await;
    let unlucky = world.contacts(&task.id).await.remove(0).id;
    world.vendor.script(Operation::AddContacts, NextAnswer::RefuseContacts(vec![unlucky.clone()]));
    world.steer(&task.id, outdial_engine::TaskVerb::Start).await;
    world.pass(LONG).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Rejected).await, 1);
    assert_eq!(world.rung().len(), 3);
}

#[tokio::test]
async fn an_answer_that_does_not_say_whom_it_lost_is_looked_up() {
    let world = World::new(Staging::EmptyLive).await;
    let task = world.create_with(4, |spec| spec.schedule.start = outdial_model::StartMode::Manual).await;
    let lost = world.contacts(&task.id).await.remove(0).id;
    world.vendor.script(Operation::AddContacts, NextAnswer::LoseContacts(vec![lost]));
    world.steer(&task.id, outdial_engine::TaskVerb::Start).await;
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 4, "the lost one was sent after the look-up");
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn what_certainly_did_not_happen_is_done_again() {
    for answer in
        [NextAnswer::NotSent, NextAnswer::Throttle(None), NextAnswer::Refuse(ErrorKind::QuotaExhausted)]
    {
        for staging in STAGINGS {
            let world = World::new(staging).await;
            world.vendor.script(carrying(staging), answer.clone());
            let task = world.create(3).await;
            world.pass(LONG * 2).await;
            assert_eq!(world.rung().len(), 3, "{staging:?} {answer:?}");
            assert_eq!(world.task(&task.id).await.trouble, None, "what troubled it is over");
            world.nobody_was_rung_twice();
        }
    }
}

#[tokio::test]
async fn a_task_that_makes_no_sense_to_the_vendor_fails_and_says_why() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        for _ in 0..20 {
            world.vendor.script(Operation::OpenSegment, NextAnswer::Refuse(ErrorKind::InvalidRequest));
        }
        let task = world.create(6).await;
        world.pass(LONG * 4).await;
        let task = world.task(&task.id).await;
        assert_eq!(
            (task.status, task.counts.of(ContactStatus::Rejected)),
            (TaskStatus::Failed, 6),
            "{staging:?}"
        );
        assert!(task.trouble.is_some());
        assert_eq!(world.rung().len(), 0);
    }
}

#[tokio::test]
async fn a_task_that_fails_in_the_middle_tells_its_calls_to_their_end() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::WholeWithFuse, clock), Some(4)).await;
    let task = world.create_with(4, |spec| spec.keep_open = true).await;
    world.pass(Duration::from_secs(15)).await;
    for _ in 0..20 {
        world.vendor.script(Operation::OpenSegment, NextAnswer::Refuse(ErrorKind::InvalidRequest));
    }
    world.vendor.finish(&world.contacts(&task.id).await[0].id, Disposition::Answered);
    world.vendor.finish(&world.contacts(&task.id).await[1].id, Disposition::Answered);
    world.add(&task.id, 4..6).await;
    world.pass(LONG * 5).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG * 2).await;
    let counts = world.task(&task.id).await.counts;
    assert_eq!(counts.of(ContactStatus::Completed), 4, "{counts:?}");
    assert_eq!(counts.of(ContactStatus::Rejected), 2, "{counts:?}");
}

#[tokio::test]
async fn one_person_the_vendor_cannot_take_costs_the_others_nothing() {
    let world = World::new(Staging::EmptyLive).await;
    // Four, two, one: by then the first person is alone, and is the reason.
    for _ in 0..3 {
        world.vendor.script(Operation::AddContacts, NextAnswer::Refuse(ErrorKind::InvalidRequest));
    }
    let task = world.create(4).await;
    world.pass(LONG * 3).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Rejected).await, 1);
    assert_eq!(world.rung().len(), 3);
}

#[tokio::test]
async fn somebody_too_large_even_alone_does_not_keep_the_others_waiting() {
    let world = World::new(Staging::EmptyLive).await;
    for _ in 0..3 {
        world.vendor.script(Operation::AddContacts, NextAnswer::Refuse(ErrorKind::TooLarge));
    }
    let task = world.create(4).await;
    world.pass(LONG * 3).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Rejected).await, 1);
    assert_eq!(world.rung().len(), 3);
}

#[tokio::test]
async fn a_task_whose_people_are_all_refused_on_adding_fails_too() {
    let world = World::new(Staging::EmptyThenStart).await;
    for _ in 0..30 {
        world.vendor.script(Operation::AddContacts, NextAnswer::Refuse(ErrorKind::InvalidRequest));
    }
    let task = world.create(6).await;
    world.pass(LONG * 6).await;
    let task = world.task(&task.id).await;
    assert_eq!((task.status, task.counts.of(ContactStatus::Rejected)), (TaskStatus::Failed, 6));
    assert!(task.trouble.is_some(), "it still says why");
}

#[tokio::test]
async fn too_many_at_once_are_sent_in_smaller_requests() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        world.vendor.script(carrying(staging), NextAnswer::Refuse(ErrorKind::TooLarge));
        let task = world.create(8).await;
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 8, "{staging:?}");
        assert_eq!(world.in_status(&task.id, ContactStatus::Rejected).await, 0);
    }
}

#[tokio::test]
async fn a_segment_that_ended_at_the_vendor_is_followed_by_another() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyThenStart, clock), Some(2)).await;
    let task = world.create(4).await;
    world.pass(Duration::from_secs(20)).await;
    world.vendor.finish_all(Disposition::Answered);
    let segment = world.vendor.segments().remove(0);
    world.vendor.set_state(&segment, SegmentState::Known(SegmentStatus::Completed));
    world.pass(LONG * 2).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG * 2).await;
    let task = world.task(&task.id).await;
    assert_eq!((task.status, task.counts.of(ContactStatus::Completed)), (TaskStatus::Completed, 4));
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn a_restart_goes_on_where_it_was() {
    for staging in STAGINGS {
        let mut world = World::new(staging).await;
        world.vendor.script(carrying(staging), NextAnswer::TimeoutAfterCommit);
        let task = world.create(4).await;
        world.work().await;
        world.restart().await;
        world.pass(LONG).await;
        world.restart().await;
        world.vendor.finish_all(Disposition::NoAnswer);
        world.pass(LONG).await;
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?}");
        assert_eq!(world.rung().len(), 4);
        world.nobody_was_rung_twice();
    }
}
