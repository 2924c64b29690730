//! What may happen in a history, and how often.

use outdial_engine::TaskVerb;
use outdial_model::Decision;
use outdial_provider::{ErrorKind, NextAnswer, Operation};
use proptest::prelude::*;

use crate::door::Frozen;

/// One thing that happens. Tasks are the first or the second; everything else is taken modulo what there is.
#[derive(Debug, Clone)]
pub enum Happening {
    /// People are added, by numbers of a small town: the same number comes again, here and there.
    Add {
        task: usize,
        first: usize,
        people: usize,
    },
    Steer {
        task: usize,
        verb: TaskVerb,
    },
    /// Whoever is not dialed yet goes on with the first account or the second.
    Move {
        task: usize,
        account: usize,
    },
    CancelSomebody {
        task: usize,
        which: usize,
    },
    /// Somebody who is unknown, if anybody is, is decided about.
    Decide {
        which: usize,
        decision: Decision,
    },
    /// All calls end.
    Finish,
    /// The next request of a kind goes wrong.
    Fault(Operation, NextAnswer),
    /// The next vendor's task is made twice.
    Twice {
        answered: bool,
    },
    /// Look-ups show only what is older than so many seconds; fewer than the settle delay.
    Hide(u64),
    Patch {
        task: usize,
    },
    /// The first process dies between two steps.
    Restart,
    /// The first process dies in its next request that hands people over.
    Crash(Frozen),
    /// A process stands still for so long in its next request that hands people over.
    Freeze {
        replica: usize,
        frozen: Frozen,
        seconds: u64,
    },
    /// The vendor pushes how far somebody is, who may be told of it later.
    Push {
        which: usize,
    },
    /// A push arrives that was or was not there before: now, or while a process holds what it has read and has not
    /// written it.
    Arrive {
        which: usize,
        amid_a_read: bool,
    },
    /// A number of the town is not to be called any more.
    Suppress {
        number: usize,
    },
    /// Seconds go by.
    Pass(u64),
}

pub fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let task = || 0usize..2;
    let frozen = || prop_oneof![Just(Frozen::BeforeItLeaves), Just(Frozen::BeforeTheAnswer)];
    let one = prop_oneof![
        3 => (task(), 0usize..10, 1usize..6)
            .prop_map(|(task, first, people)| Happening::Add { task, first, people }),
        2 => (task(), verb()).prop_map(|(task, verb)| Happening::Steer { task, verb }),
        1 => (task(), 1usize..3).prop_map(|(task, account)| Happening::Move { task, account }),
        1 => (task(), 0usize..50).prop_map(|(task, which)| Happening::CancelSomebody { task, which }),
        1 => (0usize..50, decision()).prop_map(|(which, decision)| Happening::Decide { which, decision }),
        3 => Just(Happening::Finish),
        3 => (operation(), answer()).prop_map(|(operation, answer)| Happening::Fault(operation, answer)),
        1 => any::<bool>().prop_map(|answered| Happening::Twice { answered }),
        1 => (0u64..5).prop_map(Happening::Hide),
        1 => task().prop_map(|task| Happening::Patch { task }),
        1 => Just(Happening::Restart),
        1 => frozen().prop_map(Happening::Crash),
        1 => (task(), frozen(), 1u64..25)
            .prop_map(|(replica, frozen, seconds)| Happening::Freeze { replica, frozen, seconds }),
        2 => (0usize..50).prop_map(|which| Happening::Push { which }),
        3 => (0usize..50, any::<bool>())
            .prop_map(|(which, amid_a_read)| Happening::Arrive { which, amid_a_read }),
        1 => (0usize..16).prop_map(|number| Happening::Suppress { number }),
        5 => (1u64..40).prop_map(Happening::Pass),
    ];
    prop::collection::vec(one, 1..25)
}

fn verb() -> impl Strategy<Value = TaskVerb> {
    prop_oneof![Just(TaskVerb::Start), Just(TaskVerb::Pause), Just(TaskVerb::Resume), Just(TaskVerb::Stop)]
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![Just(Decision::AssumeDialed), Just(Decision::Redial), Just(Decision::Cancel)]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => Just(Operation::OpenSegment),
        3 => Just(Operation::AddContacts),
        1 => Just(Operation::Progress),
        1 => Just(Operation::Pause),
        1 => Just(Operation::FindContacts),
        1 => Just(Operation::FindSegment),
        1 => Just(Operation::Start),
        1 => Just(Operation::Stop),
        1 => Just(Operation::CancelContact),
        1 => Just(Operation::UpdateSegment),
    ]
}

fn answer() -> impl Strategy<Value = NextAnswer> {
    prop_oneof![
        Just(NextAnswer::NotSent),
        Just(NextAnswer::Timeout),
        Just(NextAnswer::TimeoutAfterCommit),
        Just(NextAnswer::Throttle(None)),
        Just(NextAnswer::Refuse(ErrorKind::QuotaExhausted)),
        Just(NextAnswer::Refuse(ErrorKind::Conflict)),
        Just(NextAnswer::Refuse(ErrorKind::TooLarge)),
    ]
}
