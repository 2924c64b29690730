//! When nobody can tell: the horizon, the task's policy, and the operator.

use crate::world::{World, tenant};
use outdial_model::{
    Clock, ContactStatus, Decision, Disposition, Erased, OnUnknown, SegmentStatus, TaskStatus,
};
use outdial_provider::{MemoryOptions, NextAnswer, Operation, SegmentState, Staging, Support};
use outdial_store::Store;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);
const HORIZON: u32 = 120;
const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];

/// A vendor that cannot be asked whom it has, and took (or lost) three people without an answer.
async fn in_doubt(staging: Staging, policy: OnUnknown, answer: NextAnswer) -> (World, outdial_model::TaskId) {
    let blind = Support::Unsupported("no look-up");
    let options = |clock| {
        MemoryOptions::staged(staging, clock)
            .with(Operation::FindContacts, blind)
            .with(Operation::FindSegment, blind)
    };
    let world = World::of(options, None).await;
    let carrying =
        if staging == Staging::WholeWithFuse { Operation::OpenSegment } else { Operation::AddContacts };
    world.vendor.script(carrying, answer);
    let task = world
        .create_with(3, |spec| {
            spec.safety.on_unknown = policy;
            spec.safety.unknown_horizon_seconds = HORIZON;
        })
        .await;
    world.pass(Duration::from_secs(u64::from(HORIZON) - 5)).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Unknown).await, 3, "{staging:?}: not yet");
    (world, task.id)
}

async fn in_doubt_for_ever(staging: Staging, policy: OnUnknown) -> (World, outdial_model::TaskId) {
    in_doubt(staging, policy, NextAnswer::Timeout).await
}

#[tokio::test]
async fn held_they_stay_unknown_and_the_task_says_who_decides() {
    for staging in STAGINGS {
        let (world, task) = in_doubt_for_ever(staging, OnUnknown::Hold).await;
        world.pass(LONG * 30).await;
        assert_eq!(world.in_status(&task, ContactStatus::Unknown).await, 3);
        let trouble = world.task(&task).await.trouble.unwrap();
        assert!(trouble.contains("3 contacts") && trouble.contains("/resolve"), "{staging:?}: {trouble}");
        assert_eq!(world.rung().len(), 0);
    }
}

/// How often the worker has something to do in that time.
async fn turns(world: &World, time: Duration) -> usize {
    let (end, mut turns) = (world.clock.now() + time, 0);
    loop {
        world.work().await;
        let due = world.store.next_due().await.unwrap().filter(|due| *due < end);
        let Some(due) = due else { return turns };
        let step = Duration::try_from(due.duration_since(world.clock.now())).unwrap_or_default();
        world.clock.advance(step.max(Duration::from_millis(1)));
        turns += 1;
    }
}

#[tokio::test]
async fn whoever_nobody_knows_where_they_are_is_not_taken_back_for_ever() {
    for staging in STAGINGS {
        let (world, task) = in_doubt_for_ever(staging, OnUnknown::Hold).await;
        world.pass(LONG * 30).await;
        let before = turns(&world, LONG * 10).await;
        let phone = world.contacts(&task).await[0].phone.clone().unwrap();
        world.engine.erase(&tenant(), &Erased::Phone(phone), None).await.unwrap();
        let after = turns(&world, LONG * 10).await;
        assert!(after <= before + 5, "{staging:?}: {before} times, and then {after}");
    }
}

#[tokio::test]
async fn assumed_dialed_they_complete_with_nothing_known() {
    for staging in STAGINGS {
        let (world, task) = in_doubt_for_ever(staging, OnUnknown::AssumeDialed).await;
        world.pass(LONG * 2).await;
        let task = world.task(&task).await;
        assert_eq!(task.status, TaskStatus::Completed, "{staging:?}: {:?}", task.trouble);
        assert_eq!(task.counts.dispositions[&Disposition::Unknown], 3);
        assert_eq!(world.rung().len(), 0, "nobody is sent again");
    }
}

#[tokio::test]
async fn redialed_they_are_sent_again_after_the_horizon() {
    for staging in STAGINGS {
        let (world, task) = in_doubt_for_ever(staging, OnUnknown::RedialAfter).await;
        world.pass(LONG * 2).await;
        assert_eq!(world.rung().len(), 3, "{staging:?}");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG * 2).await;
        assert_eq!(world.task(&task).await.status, TaskStatus::Completed, "{staging:?}");
    }
}

#[tokio::test]
async fn an_empty_segment_nobody_could_tell_of_is_looked_up_as_soon_as_the_vendor_is_well() {
    let world = World::new(Staging::EmptyThenStart).await;
    world.vendor.script(Operation::OpenSegment, NextAnswer::Timeout);
    for _ in 0..30 {
        world.vendor.script(Operation::FindSegment, NextAnswer::NotSent);
    }
    let task = world.create_with(3, |spec| spec.safety.unknown_horizon_seconds = HORIZON).await;
    world.pass(LONG * 5).await;
    assert!(world.task(&task.id).await.trouble.is_some(), "nobody is in doubt, and still somebody waits");
    world.pass(LONG * 15).await;
    assert_eq!(world.rung().len(), 3);
}

#[tokio::test]
async fn an_operator_decides_and_the_task_goes_on() {
    for staging in STAGINGS {
        let (world, task) = in_doubt_for_ever(staging, OnUnknown::Hold).await;
        world.pass(LONG * 20).await;
        let people = world.contacts(&task).await;
        let decisions = [Decision::AssumeDialed, Decision::Redial, Decision::Cancel];
        for (contact, decision) in people.iter().zip(decisions) {
            world.engine.resolve_contact(&tenant(), &contact.id, decision, None).await.unwrap();
        }
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 1, "{staging:?}: the one to be redialed");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG * 2).await;
        let task = world.task(&task).await;
        assert_eq!(task.status, TaskStatus::Completed, "{staging:?}: {:?}", task.trouble);
        assert_eq!((task.trouble, task.counts.of(ContactStatus::Cancelled)), (None, 1));
    }
}

#[tokio::test]
async fn everybody_decided_before_the_horizon_the_task_ends_too() {
    for staging in STAGINGS {
        let (world, task) = in_doubt_for_ever(staging, OnUnknown::Hold).await;
        for contact in world.contacts(&task).await {
            let decision = Decision::AssumeDialed;
            world.engine.resolve_contact(&tenant(), &contact.id, decision, None).await.unwrap();
        }
        world.pass(LONG * 2).await;
        assert_eq!(world.task(&task).await.status, TaskStatus::Completed, "{staging:?}");
    }
}

#[tokio::test]
async fn a_lost_push_keeps_nobody_open_for_ever_and_nobody_is_dialed_again() {
    let unheard = Support::Unsupported("no reads");
    for over in [true, false] {
        let options =
            |clock| MemoryOptions::staged(Staging::EmptyLive, clock).with(Operation::Progress, unheard);
        let world = World::of(options, None).await;
        let task = world.create(2).await;
        world.pass(LONG).await;
        world.vendor.finish_all(Disposition::Answered);
        if over {
            let segment = world.vendor.segments().remove(0);
            world.vendor.set_state(&segment, SegmentState::Known(SegmentStatus::Completed));
        }
        world.pass(LONG * 55).await;
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Running, "it may still be told");
        world.pass(LONG * 10).await;
        let task = world.task(&task.id).await;
        assert_eq!(task.status, TaskStatus::Completed, "{:?}", task.counts);
        assert_eq!(task.counts.dispositions[&Disposition::Unknown], 2);
        assert_eq!(world.rung().len(), 2);
    }
}

#[tokio::test]
async fn a_look_up_that_works_at_last_settles_it() {
    let world = World::new(Staging::EmptyLive).await;
    world.vendor.script(Operation::AddContacts, NextAnswer::TimeoutAfterCommit);
    for _ in 0..4 {
        world.vendor.script(Operation::FindContacts, NextAnswer::Timeout);
    }
    let task = world.create(3).await;
    world.pass(LONG).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Dialing).await, 3);
    assert_eq!(world.task(&task.id).await.trouble, None);
    world.nobody_was_rung_twice();
}
