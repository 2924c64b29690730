//! Tasks that go on with another account: nobody is rung by both, nobody in doubt is moved.

use crate::world::{World, tenant};
use outdial_engine::{EngineError, Route, Rule, Share, TaskVerb};
use outdial_model::{ContactStatus, Disposition, Hours, SegmentStatus, Task, TaskStatus};
use outdial_provider::{
    ErrorKind, MemoryOptions, MemoryVendor, NextAnswer, Operation, SegmentState, Staging, Support,
};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(60);
/// How long a vendor may not answer before tasks leave it.
const PATIENCE: Duration = Duration::from_secs(30);

fn carrying(staging: Staging) -> Operation {
    if staging == Staging::WholeWithFuse { Operation::OpenSegment } else { Operation::AddContacts }
}

/// A route to the first account, and to the second when the first is of no use.
fn route() -> Route {
    let share = |account: &str, share| Share { account: account.parse().unwrap(), share };
    Route {
        id: "both".parse().unwrap(),
        tenants: Vec::new(),
        rules: vec![Rule {
            countries: Vec::new(),
            tags: [].into(),
            hours: Hours::default(),
            accounts: vec![share("memory-1", u32::MAX), share("memory-2", 1)],
        }],
        fails_over_after: PATIENCE,
    }
}

/// A world with a second account at another vendor, few people at each at a time.
async fn world(staging: Staging) -> (World, MemoryVendor) {
    let mut world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(8)).await;
    let second = world.second_account(staging);
    world.engine.replace_routes(vec![route()]);
    (world, second)
}

async fn move_to(world: &World, task: &Task, account: &str) -> Task {
    world.engine.move_task(&tenant(), &task.id, &account.parse().unwrap(), None).await.unwrap()
}

/// Everybody who was rung, at either vendor, once for each ring.
fn rung(world: &World, second: &MemoryVendor) -> Vec<String> {
    let theirs = second.rings().into_iter().map(|ring| ring.phone.e164().to_owned());
    let mut all: Vec<_> = world.rung().into_iter().chain(theirs).collect();
    all.sort();
    all
}

fn is_nobody_twice(all: &[String]) -> bool {
    all.windows(2).all(|two| two[0] != two[1])
}

#[tokio::test]
async fn whoever_waits_goes_to_the_new_account_and_calls_under_way_end_where_they_are() {
    for staging in STAGINGS {
        let (world, second) = world(staging).await;
        let task = world.create(20).await;
        world.pass(Duration::from_secs(15)).await;
        let before = world.rung().len();
        assert!((1..20).contains(&before), "{staging:?}: {before}");

        let moved = move_to(&world, &task, "memory-2").await;
        assert_eq!(moved.account.as_str(), "memory-2");
        for _ in 0..20 {
            world.pass(Duration::from_secs(15)).await;
            world.vendor.finish_all(Disposition::Answered);
            second.finish_all(Disposition::Answered);
        }
        world.pass(LONG).await;
        let task = world.task(&task.id).await;
        assert_eq!(
            (task.status, task.counts.of(ContactStatus::Completed)),
            (TaskStatus::Completed, 20),
            "{staging:?}"
        );
        let all = rung(&world, &second);
        assert!(is_nobody_twice(&all) && all.len() == 20, "{staging:?}: {all:?}");
        assert_eq!(world.rung().len(), before, "{staging:?}: the account before rings nobody new");
        let segments = world.engine.segments(&tenant(), &task.id).await.unwrap();
        assert!(segments.iter().all(|segment| segment.status.is_final()), "{segments:?}");
    }
}

#[tokio::test]
async fn whoever_the_account_before_held_and_never_dialed_comes_home_and_follows() {
    let (world, second) = world(Staging::WholeWithFuse).await;
    let task = world.create(8).await;
    world.work().await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Submitted).await, 8, "the fuse burns");
    move_to(&world, &task, "memory-2").await;
    world.pass(LONG).await;
    assert_eq!((world.rung().len(), second.rings().len()), (0, 8), "nobody had been dialed");
    second.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
}

#[tokio::test]
async fn whoever_the_account_before_cannot_give_back_stays_there() {
    let nobody_can = Support::Unsupported("the vendor has no such operation");
    let options = |clock| MemoryOptions::staged(Staging::EmptyLive, clock).with(Operation::Stop, nobody_can);
    let mut world = World::of(options, Some(8)).await;
    let second = world.second_account(Staging::EmptyLive);
    let task = world.create(20).await;
    world.pass(Duration::from_secs(5)).await;
    let before = world.rung().len();
    move_to(&world, &task, "memory-2").await;
    for _ in 0..10 {
        world.pass(Duration::from_secs(10)).await;
        second.finish_all(Disposition::Answered);
    }
    assert_eq!((world.rung().len(), second.rings().len()), (before, 20 - before));
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG * 2).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
}

#[tokio::test]
async fn whoever_the_account_before_never_told_of_does_not_follow() {
    let (world, second) = world(Staging::WholeWithFuse).await;
    let task = world.create(12).await;
    world.work().await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Submitted).await, 8, "the fuse burns");
    // The vendor's task is over and says nothing of anybody: whether they were rung is not known.
    let first = world.vendor.segments().remove(0);
    world.vendor.set_state(&first, SegmentState::Known(SegmentStatus::Completed));
    move_to(&world, &task, "memory-2").await;
    for _ in 0..5 {
        world.pass(LONG).await;
        second.finish_all(Disposition::Answered);
    }
    let task = world.task(&task.id).await;
    assert_eq!(
        (task.counts.of(ContactStatus::Rejected), task.counts.of(ContactStatus::Completed)),
        (8, 4),
        "{:?}",
        task.counts
    );
    assert_eq!((task.status, second.rings().len()), (TaskStatus::Completed, 4), "only whoever had waited");
}

#[tokio::test]
async fn whoever_is_in_doubt_is_looked_up_where_they_were_sent_and_not_moved() {
    for staging in STAGINGS {
        for answer in [NextAnswer::TimeoutAfterCommit, NextAnswer::Timeout] {
            let (world, second) = world(staging).await;
            let was_taken = answer == NextAnswer::TimeoutAfterCommit;
            world.vendor.script(carrying(staging), answer);
            let task = world.create(20).await;
            world.work().await;
            let unknown = world.in_status(&task.id, ContactStatus::Unknown).await;
            assert!(unknown > 0, "{staging:?}");
            move_to(&world, &task, "memory-2").await;
            world.work().await;
            assert_eq!(world.in_status(&task.id, ContactStatus::Unknown).await, unknown, "{staging:?}");
            for _ in 0..20 {
                world.pass(Duration::from_secs(15)).await;
                world.vendor.finish_all(Disposition::Answered);
                second.finish_all(Disposition::Answered);
            }
            let all = rung(&world, &second);
            assert!(is_nobody_twice(&all) && all.len() == 20, "{staging:?} {was_taken}: {all:?}");
            assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?} {was_taken}");
        }
    }
}

#[tokio::test]
async fn a_task_leaves_an_account_whose_vendor_does_not_answer_and_those_in_doubt_stay() {
    for staging in STAGINGS {
        let (world, second) = world(staging).await;
        let task = world.create_by("both", 20).await;
        assert_eq!(task.account.as_str(), "memory-1", "{:?}", task.route);
        for _ in 0..200 {
            for operation in [carrying(staging), Operation::OpenSegment] {
                world.vendor.script(operation, NextAnswer::Timeout);
            }
            for operation in [Operation::FindSegment, Operation::FindContacts, Operation::Progress] {
                world.vendor.script(operation, NextAnswer::Timeout);
            }
        }
        world.pass(PATIENCE * 10).await;
        let task = world.task(&task.id).await;
        assert_eq!(task.account.as_str(), "memory-2", "{staging:?}: {:?}", task.trouble);
        let decided = task.route.clone().unwrap();
        assert_eq!(decided.left, ["memory-1".parse().unwrap()], "{decided:?}");
        second.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        second.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        let unknown = world.in_status(&task.id, ContactStatus::Unknown).await;
        let all = rung(&world, &second);
        assert!(is_nobody_twice(&all), "{staging:?}: {all:?}");
        assert_eq!(
            u64::try_from(all.len()).unwrap() + unknown,
            20,
            "{staging:?}: whoever is in doubt is not moved"
        );
    }
}

#[tokio::test]
async fn a_certain_refusal_of_the_account_moves_a_task_at_once() {
    for kind in [ErrorKind::Unauthenticated, ErrorKind::QuotaExhausted] {
        for staging in STAGINGS {
            let (world, second) = world(staging).await;
            world.vendor.script(Operation::OpenSegment, NextAnswer::Refuse(kind));
            let task = world.create_by("both", 5).await;
            world.pass(Duration::from_secs(20)).await;
            assert_eq!(world.task(&task.id).await.account.as_str(), "memory-2", "{staging:?} {kind:?}");
            assert_eq!((world.rung().len(), second.rings().len()), (0, 5), "{staging:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn without_a_route_a_task_stays_where_it_is() {
    let (world, second) = world(Staging::EmptyLive).await;
    world.vendor.script(Operation::OpenSegment, NextAnswer::Refuse(ErrorKind::Unauthenticated));
    let task = world.create(5).await;
    world.pass(Duration::from_secs(20)).await;
    assert_eq!(world.task(&task.id).await.account.as_str(), "memory-1");
    assert_eq!(second.rings().len(), 0);
}

#[tokio::test]
async fn a_move_to_where_it_is_changes_nothing_and_what_is_over_stays() {
    let (world, _) = world(Staging::EmptyLive).await;
    let task = world.create(2).await;
    let same = move_to(&world, &task, "memory-1").await;
    assert_eq!(same.revision, task.revision);
    world.steer(&task.id, TaskVerb::Stop).await;
    world.pass(LONG).await;
    let refused = world.engine.move_task(&tenant(), &task.id, &"memory-2".parse().unwrap(), None).await;
    assert!(matches!(refused, Err(EngineError::Conflict { code: "wrong_state", .. })), "{refused:?}");
    let nowhere =
        world.engine.move_task(&tenant(), &world.create(1).await.id, &"nobody".parse().unwrap(), None).await;
    assert!(matches!(nowhere, Err(EngineError::Invalid(_))), "{nowhere:?}");
    let segments = world.engine.segments(&tenant(), &task.id).await.unwrap();
    assert!(segments.iter().all(|segment| segment.status != SegmentStatus::Running));
}
