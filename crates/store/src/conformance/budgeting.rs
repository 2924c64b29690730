//! Dials of a day: who is charged for them, when they are given back, and who waits for the next day.

use super::Harness;
use super::world::{World, change, everybody};
use crate::{Budgets, DispatchPlan, Lease, NewTask, Shortage, Spent, Store, Unplanned};
use outdial_model::ContactStatus::{Completed, Queued, Submitted, Submitting, Unknown};
use outdial_model::Timestamp;

impl World {
    /// A claim of a task somebody has asked for, with people whose numbers are nobody else's.
    async fn asked_by(&self, client: &str, people: std::ops::Range<usize>) -> Lease {
        let task = NewTask { client: Some(client.to_owned()), ..self.new_task() };
        let people = self.people(people);
        let created = self.store.create_task(&self.tenant, task, people, None, self.now()).await.unwrap();
        assert_eq!(created.client.as_deref(), Some(client));
        self.lease(&created.id).await
    }

    async fn spent(&self, client: &str, since: Timestamp) -> [u64; 4] {
        let account = "somewhere".parse().unwrap();
        let Spent { by_tenant, by_client, with_account, out } =
            self.store.spent(&self.tenant, Some(client), &account, since).await.unwrap();
        [by_tenant, by_client, with_account, out]
    }

    fn midnight(&self) -> Timestamp {
        let millis = self.now().as_millisecond();
        Timestamp::from_millisecond(millis - millis % (24 * 60 * 60 * 1_000)).unwrap()
    }

    fn any(&self) -> Budgets {
        Budgets { since: self.midnight(), of_tenant: None, of_client: None, of_account: None }
    }

    fn within(&self, lease: &Lease, sequence: u32, people: usize, budgets: Budgets) -> DispatchPlan {
        DispatchPlan { budgets: Some(budgets), ..self.open(lease, sequence, people) }
    }

    /// How many of so many are sent, or what there is too little of.
    async fn sent_within(&self, plan: DispatchPlan) -> Result<usize, Unplanned> {
        let planned = self.store.plan_dispatch(plan, &everybody, self.now()).await.unwrap();
        planned.map(|planned| planned.contacts.len())
    }
}

pub(super) async fn dials_are_charged_and_given_back_when_nobody_was_rung(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let today = world.midnight();
    let lease = world.asked_by("key_1", 0..5).await;
    let plan = DispatchPlan { attempts: 3, ..world.open(&lease, 1, 4) };
    let sent = world.plan(plan).await.unwrap().dispatch.contacts;
    assert_eq!(world.spent("key_1", today).await, [12, 12, 12, 4], "each may be rung three times");
    assert_eq!(world.spent("key_2", today).await, [12, 0, 12, 4]);
    world.move_on(&lease, change(&sent[0], Submitting, Queued)).await;
    assert_eq!(world.spent("key_1", today).await, [9, 9, 9, 3], "proven to have rung nobody");
    // An hour later it comes out of the hour in which it was charged.
    world.pass(60 * 60);
    let lease = world.lease(&lease.task).await;
    let later = world.now();
    world.move_on(&lease, change(&sent[1], Submitting, Submitted)).await;
    world.move_on(&lease, change(&sent[1], Submitted, Queued)).await;
    assert_eq!(world.spent("key_1", today).await, [6, 6, 6, 2]);
    assert_eq!(world.spent("key_1", later).await, [0, 0, 0, 2], "nothing was dialed in this hour");
    world.move_on(&lease, change(&sent[2], Submitting, Completed)).await;
    world.move_on(&lease, change(&sent[3], Submitting, Unknown)).await;
    assert_eq!(world.spent("key_1", today).await, [6, 6, 6, 1], "whoever may have been rung is paid for");
    let again = world.plan(world.open(&lease, 2, 1)).await.unwrap().dispatch.contacts.remove(0);
    assert_eq!(world.spent("key_1", today).await, [7, 7, 7, 2]);
    world.move_on(&lease, change(&again, Submitting, Queued)).await;
    assert_eq!(world.spent("key_1", today).await, [6, 6, 6, 1]);
}

pub(super) async fn as_many_go_as_there_are_dials_left(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let first = world.asked_by("key_1", 0..10).await;
    let second = world.asked_by("key_2", 10..20).await;
    let of_tenant = Budgets { of_tenant: Some(5), ..world.any() };
    let twice = DispatchPlan { attempts: 2, ..world.within(&first, 1, 4, of_tenant.clone()) };
    assert_eq!(world.sent_within(twice).await, Ok(2), "a third would cost two, and there is one");
    assert_eq!(world.sent_within(world.within(&second, 1, 4, of_tenant.clone())).await, Ok(1));
    let none = world.sent_within(world.within(&second, 2, 4, of_tenant)).await;
    assert_eq!(none, Err(Unplanned::NoLine(Shortage::BudgetOfTenant)));

    let of_client = Budgets { of_client: Some(5), ..world.any() };
    assert_eq!(world.sent_within(world.within(&first, 2, 4, of_client.clone())).await, Ok(1), "four before");
    assert_eq!(world.sent_within(world.within(&second, 2, 4, of_client.clone())).await, Ok(4), "one before");
    let none = world.sent_within(world.within(&first, 3, 4, of_client)).await;
    assert_eq!(none, Err(Unplanned::NoLine(Shortage::BudgetOfClient)));

    let foreign = world.of_tenant("globex");
    let lease = foreign.asked_by("key_1", 0..10).await;
    let of_account = Budgets { of_account: Some(("somewhere".parse().unwrap(), 12)), ..foreign.any() };
    let sent = foreign.sent_within(foreign.within(&lease, 1, 4, of_account.clone())).await;
    assert_eq!(sent, Ok(2), "ten were dialed with the account by another tenant");
    let none = foreign.sent_within(foreign.within(&lease, 2, 4, of_account)).await;
    assert_eq!(none, Err(Unplanned::NoLine(Shortage::BudgetOfAccount)));
    let own = Budgets { of_tenant: Some(5), of_client: Some(5), ..foreign.any() };
    assert_eq!(foreign.sent_within(foreign.within(&lease, 3, 4, own)).await, Ok(3), "its own dials are two");
}

pub(super) async fn another_day_has_its_own_dials(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let lease = world.asked_by("key_1", 0..6).await;
    let two = |world: &World| Budgets { of_tenant: Some(2), ..world.any() };
    assert_eq!(world.sent_within(world.within(&lease, 1, 4, two(&world))).await, Ok(2));
    assert!(world.sent_within(world.within(&lease, 2, 4, two(&world))).await.is_err());
    world.pass(24 * 60 * 60);
    let lease = world.lease(&lease.task).await;
    assert_eq!(world.sent_within(world.within(&lease, 2, 4, two(&world))).await, Ok(2));
    let forget = async |before| world.store.forget_dials(before, 10).await.unwrap();
    assert_eq!(world.spent("key_1", Timestamp::UNIX_EPOCH).await, [4, 4, 4, 4]);
    assert_eq!(forget(world.midnight()).await, 1);
    assert_eq!(forget(world.midnight()).await, 0);
    assert_eq!(world.spent("key_1", Timestamp::UNIX_EPOCH).await, [2, 2, 2, 4]);
}

pub(super) async fn plans_made_at_once_share_a_budget(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let second: Box<dyn Store> = harness.open_as("second").await;
    let mut leases = Vec::new();
    for task in 0..4 {
        leases.push(world.asked_by("key_1", task * 4..task * 4 + 4).await);
    }
    let budgets = [
        Budgets { of_tenant: Some(5), ..world.any() },
        Budgets { of_account: Some(("somewhere".parse().unwrap(), 9)), ..world.any() },
    ];
    for (sequence, (budgets, expected)) in (1..).zip(budgets.into_iter().zip([5, 4])) {
        let plans = leases.iter().enumerate().map(|(n, lease)| {
            let store = if n % 2 == 0 { &world.store } else { &second };
            store.plan_dispatch(world.within(lease, sequence, 4, budgets.clone()), &everybody, world.now())
        });
        let planned = futures_util::future::join_all(plans).await;
        let sent = planned.into_iter().filter_map(|planned| planned.unwrap().ok());
        assert_eq!(sent.map(|one| one.contacts.len()).sum::<usize>(), expected);
    }
}
