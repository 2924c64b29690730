//! Lines that tasks share, of an account and of a tenant.

use super::Harness;
use super::world::{World, change, everybody};
use crate::{DispatchPlan, Lease, LinesWanted, Planned, Shortage, Store, Unplanned};
use outdial_model::{ContactId, ContactStatus};
use std::collections::VecDeque;

impl World {
    /// Claims of fresh tasks with so many people each, nobody's number being another's.
    async fn leases(&self, tasks: usize, people: usize) -> Vec<Lease> {
        let mut leases = Vec::new();
        for task in 0..tasks {
            let first = task * people;
            let task = self.task_with(self.people(first..first + people)).await;
            leases.push(self.lease(&task).await);
        }
        leases
    }

    fn wanting(&self, lease: &Lease, people: usize, most: u64, weight: u64) -> DispatchPlan {
        let account = "somewhere".parse().unwrap();
        let lines = Some(LinesWanted { account, most, weight, before_all: false });
        DispatchPlan { lines, ..self.open(lease, 1, people) }
    }

    async fn ask(&self, mut plan: DispatchPlan, sequence: &mut u32) -> Result<Planned, Unplanned> {
        *sequence += 1;
        if let crate::SegmentTarget::New(segment) = &mut plan.segment {
            segment.sequence = *sequence;
        }
        self.store.plan_dispatch(plan, &everybody, self.now()).await.unwrap()
    }
}

const NO_LINE: Option<Unplanned> = Some(Unplanned::NoLine(Shortage::OfAccount));

pub(super) async fn lines_go_by_weight_and_none_is_taken_twice(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let leases = world.leases(2, 60).await;
    let (mut out, mut sequence) = (VecDeque::<(usize, ContactId)>::new(), 0);
    let first = world.ask(world.wanting(&leases[0], 12, 6, 9), &mut sequence).await.unwrap();
    assert_eq!(first.contacts.len(), 6, "alone it has all of them");
    out.extend(first.dispatch.contacts.into_iter().map(|id| (0, id)));
    assert_eq!(world.ask(world.wanting(&leases[1], 12, 6, 3), &mut sequence).await.err(), NO_LINE);
    let mut served = [0, 0];
    for _ in 0..40 {
        let (whose, id) = out.pop_front().unwrap();
        world.move_on(&leases[whose], change(&id, ContactStatus::Submitting, ContactStatus::Completed)).await;
        for (task, weight) in [9, 3].into_iter().enumerate() {
            match world.ask(world.wanting(&leases[task], 5, 6, weight), &mut sequence).await {
                Ok(planned) => {
                    served[task] += planned.contacts.len();
                    out.extend(planned.dispatch.contacts.into_iter().map(|id| (task, id)));
                }
                none => assert_eq!(none.err(), NO_LINE),
            }
            assert!(out.len() <= 6, "{out:?}");
        }
        assert_eq!(out.len(), 6, "none is left that somebody wants");
    }
    assert_eq!(served, [30, 10]);
}

pub(super) async fn whoever_no_longer_asks_keeps_nobody_from_a_line(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let leases = world.leases(2, 20).await;
    let mut sequence = 0;
    let first = world.ask(world.wanting(&leases[0], 4, 4, 3), &mut sequence).await.unwrap();
    assert_eq!(world.ask(world.wanting(&leases[1], 9, 4, 3), &mut sequence).await.err(), NO_LINE);
    for id in &first.dispatch.contacts {
        world.move_on(&leases[0], change(id, ContactStatus::Submitting, ContactStatus::Completed)).await;
    }
    let part = world.ask(world.wanting(&leases[0], 9, 4, 3), &mut sequence).await.unwrap();
    assert_eq!(part.contacts.len(), 2, "the others are for whoever asked");
    assert_eq!(world.ask(world.wanting(&leases[0], 9, 4, 3), &mut sequence).await.err(), NO_LINE);
    world.pass(16);
    let rest = world.ask(world.wanting(&leases[0], 9, 4, 3), &mut sequence).await.unwrap();
    assert_eq!(rest.contacts.len(), 2);
}

pub(super) async fn a_reserve_is_there_for_whoever_goes_before_all(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let leases = world.leases(2, 5).await;
    let mut sequence = 0;
    assert_eq!(world.ask(world.wanting(&leases[0], 5, 3, 3), &mut sequence).await.unwrap().contacts.len(), 3);
    let mut urgent = world.wanting(&leases[1], 5, 4, 9);
    urgent.lines = urgent.lines.map(|lines| LinesWanted { before_all: true, ..lines });
    assert_eq!(world.ask(urgent.clone(), &mut sequence).await.unwrap().contacts.len(), 1);
    assert_eq!(world.ask(urgent, &mut sequence).await.err(), NO_LINE);
}

pub(super) async fn a_tenant_has_so_many_calls_at_once_and_another_its_own(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let leases = world.leases(2, 5).await;
    let mut sequence = 0;
    let bounded =
        |world: &World, lease: &Lease| DispatchPlan { concurrent_calls: Some(3), ..world.open(lease, 1, 2) };
    assert_eq!(world.ask(bounded(&world, &leases[0]), &mut sequence).await.unwrap().contacts.len(), 2);
    assert_eq!(world.ask(bounded(&world, &leases[1]), &mut sequence).await.unwrap().contacts.len(), 1);
    let full = world.ask(bounded(&world, &leases[1]), &mut sequence).await.err();
    assert_eq!(full, Some(Unplanned::NoLine(Shortage::OfTenant)));
    let foreign = world.of_tenant("globex");
    let lease = foreign.leases(1, 2).await.remove(0);
    assert_eq!(foreign.ask(bounded(&foreign, &lease), &mut sequence).await.unwrap().contacts.len(), 2);
}

pub(super) async fn plans_made_at_once_share_the_lines(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let second: Box<dyn Store> = harness.open_as("second").await;
    let leases = world.leases(4, 4).await;
    let plans = leases.iter().enumerate().map(|(n, lease)| {
        let store = if n % 2 == 0 { &world.store } else { &second };
        store.plan_dispatch(world.wanting(lease, 4, 5, 3), &everybody, world.now())
    });
    let planned = futures_util::future::join_all(plans).await;
    let sent = planned.into_iter().filter_map(|planned| planned.unwrap().ok()).map(|one| one.contacts.len());
    assert_eq!(sent.sum::<usize>(), 5);
}
