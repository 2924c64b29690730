//! Random histories of wishes and faults: the promises hold in all of them.

use crate::world::{World, tenant};
use outdial_engine::TaskVerb;
use outdial_model::{ContactStatus, Disposition, TaskStatus};
use outdial_provider::{ErrorKind, MemoryOptions, NextAnswer, Operation, Staging};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Debug, Clone)]
enum Happening {
    Add(u8),
    Steer(TaskVerb),
    CancelSomebody(u8),
    Finish,
    Fault(Operation, NextAnswer),
    Patch,
    Restart,
    Pass(u8),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let verb = prop_oneof![
        Just(TaskVerb::Start),
        Just(TaskVerb::Pause),
        Just(TaskVerb::Resume),
        Just(TaskVerb::Stop)
    ];
    let operation = prop_oneof![
        Just(Operation::OpenSegment),
        Just(Operation::AddContacts),
        Just(Operation::Progress),
        Just(Operation::Pause),
        Just(Operation::FindContacts),
        Just(Operation::Start),
        Just(Operation::Stop),
        Just(Operation::CancelContact),
        Just(Operation::UpdateSegment),
    ];
    let answer = prop_oneof![
        Just(NextAnswer::NotSent),
        Just(NextAnswer::Timeout),
        Just(NextAnswer::TimeoutAfterCommit),
        Just(NextAnswer::Throttle(None)),
        Just(NextAnswer::Refuse(ErrorKind::QuotaExhausted)),
        Just(NextAnswer::Refuse(ErrorKind::Conflict)),
        Just(NextAnswer::Refuse(ErrorKind::TooLarge)),
    ];
    let one = prop_oneof![
        3 => (1u8..6).prop_map(Happening::Add),
        2 => verb.prop_map(Happening::Steer),
        1 => any::<u8>().prop_map(Happening::CancelSomebody),
        3 => Just(Happening::Finish),
        3 => (operation, answer).prop_map(|(operation, answer)| Happening::Fault(operation, answer)),
        1 => Just(Happening::Patch),
        1 => Just(Happening::Restart),
        4 => (1u8..20).prop_map(Happening::Pass),
    ];
    prop::collection::vec(one, 1..25)
}

fn staging() -> impl Strategy<Value = Staging> {
    prop_oneof![Just(Staging::EmptyThenStart), Just(Staging::EmptyLive), Just(Staging::WholeWithFuse)]
}

async fn live_through(staging: Staging, history: Vec<Happening>) {
    let mut world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(6)).await;
    let task = world.create(3).await.id;
    let mut number = 3;
    let mut rung_when_stopped = None;
    for happening in history {
        match happening {
            Happening::Add(people) => {
                let next = number + usize::from(people);
                if !is_closed(world.task(&task).await.status) {
                    world.add(&task, number..next).await;
                    number = next;
                }
            }
            Happening::Steer(verb) => drop(world.engine.steer(&tenant(), &task, verb, None).await),
            Happening::CancelSomebody(which) => {
                let contacts = world.contacts(&task).await;
                if let Some(contact) = contacts.get(usize::from(which) % contacts.len().max(1)) {
                    drop(world.engine.cancel_contact(&tenant(), &contact.id, None).await);
                }
            }
            Happening::Finish => drop(world.vendor.finish_all(Disposition::Answered)),
            Happening::Fault(operation, answer) => world.vendor.script(operation, answer),
            Happening::Patch => {
                let mut spec = world.task(&task).await.spec;
                spec.pacing.max_concurrent_calls = Some(3);
                drop(world.engine.patch_task(&tenant(), &task, spec, None).await);
            }
            Happening::Restart => world.restart().await,
            Happening::Pass(seconds) => world.pass(Duration::from_secs(seconds.into())).await,
        }
        let now = world.task(&task).await;
        assert_eq!(now.counts.total(), u64::try_from(number).unwrap(), "nobody is forgotten");
        let completed: u64 = now.counts.dispositions.values().sum();
        assert_eq!(completed, now.counts.of(ContactStatus::Completed), "dispositions add up");
        world.nobody_was_rung_twice();
        if now.status == TaskStatus::Stopped {
            let rung = world.rung().len();
            assert_eq!(*rung_when_stopped.get_or_insert(rung), rung, "nobody is rung after a confirmed stop");
        }
    }
    drop(world.engine.steer(&tenant(), &task, TaskVerb::Start, None).await);
    drop(world.engine.steer(&tenant(), &task, TaskVerb::Resume, None).await);
    for _ in 0..60 {
        world.pass(Duration::from_secs(15)).await;
        world.vendor.finish_all(Disposition::Answered);
        if world.task(&task).await.status.is_final() {
            break;
        }
    }
    let end = world.task(&task).await;
    assert!(end.status.is_final(), "everybody comes to an end: {end:?}");
    assert_eq!(end.counts.sum(|status| !status.is_final()), 0, "{:?}", end.counts);
    world.nobody_was_rung_twice();
}

fn is_closed(status: TaskStatus) -> bool {
    status.is_final() || status == TaskStatus::Stopping
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_rung_twice_and_nobody_is_forgotten(staging in staging(), history in happenings()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live_through(staging, history));
    }
}
