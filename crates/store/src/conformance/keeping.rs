//! Vendors' pushes: kept once, in one hand at a time, used with what they change.

use super::Harness;
use super::world::{World, all, change};
use crate::{Changes, Intake, LeasedPush, NewPush, PushEnd, PushesKept, SettledPush};
use outdial_model::{AccountId, ContactStatus, KeptPush, PushId, PushState, Tallied};
use std::time::Duration;

const TERM: Duration = Duration::from_secs(10);

fn account() -> AccountId {
    "somewhere".parse().unwrap()
}

fn push(world: &World, news: &str) -> NewPush {
    NewPush {
        id: PushId::generate(world.now()),
        account: account(),
        kind: "call".into(),
        news: news.into(),
        sealed: format!("sealed {news}"),
        bytes: 700,
        state: PushState::New,
        reason: None,
        received_at: world.now(),
    }
}

fn ended(leased: &LeasedPush, end: PushEnd) -> SettledPush {
    let LeasedPush { id, attempt, account, kind, last_received_at, .. } = leased.clone();
    SettledPush { id, attempt, account, kind, last_received_at, changes: None, end }
}

async fn keep(world: &World, pushes: &[NewPush]) -> Vec<Intake> {
    world.store.keep_pushes(pushes).await.unwrap()
}

async fn lease(world: &World) -> Vec<LeasedPush> {
    world.store.lease_pushes(world.now(), TERM, 100).await.unwrap()
}

async fn settle(world: &World, settled: &[SettledPush]) -> Vec<PushId> {
    world.store.settle_pushes(settled, world.now()).await.unwrap()
}

async fn listed(world: &World, states: &[PushState]) -> Vec<KeptPush> {
    world.store.pushes(&account(), states, &all(100)).await.unwrap()
}

pub(super) async fn a_push_is_on_the_disk_before_it_is_answered(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let given = push(&world, "a");
    assert_eq!(keep(&world, std::slice::from_ref(&given)).await, [Intake::Kept]);
    let after_a_restart = harness.open_as("second").await;
    let leased = after_a_restart.lease_pushes(world.now(), TERM, 9).await.unwrap().remove(0);
    assert_eq!((&leased.id, &leased.account, &leased.kind), (&given.id, &given.account, &given.kind));
    assert_eq!((leased.sealed, leased.last_received_at), (given.sealed, given.received_at));
}

pub(super) async fn the_same_news_is_kept_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (one, same, other) = (push(&world, "a"), push(&world, "a"), push(&world, "b"));
    let elsewhere = NewPush { account: "elsewhere".parse().unwrap(), ..push(&world, "a") };
    let another_kind = NewPush { kind: "task".into(), ..push(&world, "a") };
    use Intake::{Kept, Repeated};
    let batch = [one.clone(), same, other, elsewhere, another_kind];
    assert_eq!(keep(&world, &batch).await, [Kept, Repeated, Kept, Kept, Kept]);
    world.pass(5);
    assert_eq!(keep(&world, &[push(&world, "a"), push(&world, "a")]).await, [Repeated, Repeated]);
    let tallies = world.store.tallies(&account(), world.now()).await.unwrap();
    let counts: Vec<_> = tallies.iter().map(|tally| (tally.what, tally.kind.as_str(), tally.count)).collect();
    use Tallied::{PushKept, PushRepeated};
    assert_eq!(counts, [(PushKept, "call", 2), (PushKept, "task", 1), (PushRepeated, "call", 3)]);
    let kept = listed(&world, &[]).await.into_iter().find(|kept| kept.id == one.id).unwrap();
    assert_eq!((kept.deliveries, kept.bytes, kept.state), (4, 700, PushState::New));
    assert_eq!((kept.received_at, kept.last_received_at), (one.received_at, world.now()));
    assert_eq!(lease(&world).await.len(), 4);
}

pub(super) async fn a_push_is_in_one_hand_at_a_time(harness: &dyn Harness) {
    let world = World::of(harness).await;
    assert_eq!(world.store.next_push_due().await.unwrap(), None);
    keep(&world, &[push(&world, "a"), push(&world, "b")]).await;
    assert_eq!(world.store.next_push_due().await.unwrap(), Some(world.now()));
    let first = world.store.lease_pushes(world.now(), TERM, 1).await.unwrap();
    assert_eq!((first.len(), lease(&world).await.len(), lease(&world).await.len()), (1, 1, 0));
    assert_eq!(world.store.next_push_due().await.unwrap(), Some(world.now() + TERM));

    world.pass(10);
    let again = lease(&world).await;
    assert_eq!(again.len(), 2, "whoever had them is dead, or late");
    settle(&world, &[ended(&first[0], PushEnd::Used)]).await;
    assert_eq!(listed(&world, &[PushState::Used]).await, [], "too late to say anything");
    let later = world.now() + Duration::from_secs(3);
    settle(&world, &[ended(&again[0], PushEnd::Used), ended(&again[1], PushEnd::Later(later))]).await;
    assert_eq!(listed(&world, &[PushState::Used]).await.len(), 1);
    assert_eq!(lease(&world).await.len(), 0);
    world.pass(3);
    let last = lease(&world).await;
    assert_eq!((&last[0].id, last[0].attempt), (&again[1].id, 3));
}

pub(super) async fn what_a_push_changes_is_written_with_its_end(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let people = world.send(&world.lease(&task).await, 2).await.dispatch.contacts;
    keep(&world, &[push(&world, "a"), push(&world, "b")]).await;
    use ContactStatus::{Completed, Dialing, Submitting};
    let moves = [change(&people[0], Submitting, Completed), change(&people[1], Dialing, Completed)];
    let leased = lease(&world).await;
    let news = leased.iter().zip(moves).map(|(leased, one)| SettledPush {
        changes: Some(Changes { contacts: vec![one], ..Changes::default() }),
        ..ended(leased, PushEnd::Used)
    });
    let skipped = settle(&world, &news.collect::<Vec<_>>()).await;
    assert_eq!(skipped, [leased[1].id.clone()], "somebody was not where they were expected");
    assert_eq!(world.contact(&people[0]).await.status, Completed);
    assert_eq!(world.contact(&people[1]).await.status, Submitting);
    let again = lease(&world).await;
    assert_eq!((again.len(), &again[0].id), (1, &skipped[0]), "it is looked at again at once");
    let used = listed(&world, &[PushState::Used]).await;
    assert_eq!((used.len(), &used[0].id), (1, &leased[0].id));
}

pub(super) async fn whoever_is_late_with_a_push_changes_and_counts_nothing(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let people = world.send(&world.lease(&task).await, 1).await.dispatch.contacts;
    keep(&world, &[push(&world, "a")]).await;
    let late = lease(&world).await;
    world.pass(10);
    let own = lease(&world).await;
    let moved = change(&people[0], ContactStatus::Submitting, ContactStatus::Completed);
    let changes = Some(Changes { contacts: vec![moved], ..Changes::default() });
    let news = SettledPush { changes, ..ended(&late[0], PushEnd::Used) };
    assert_eq!(settle(&world, std::slice::from_ref(&news)).await, [late[0].id.clone()]);
    assert_eq!(world.contact(&people[0]).await.status, ContactStatus::Submitting);
    let own = SettledPush { attempt: own[0].attempt, ..news };
    for _ in 0..2 {
        settle(&world, std::slice::from_ref(&own)).await;
    }
    assert_eq!(world.contact(&people[0]).await.status, ContactStatus::Completed);
    let tallies = world.store.tallies(&account(), world.now()).await.unwrap();
    let used: Vec<_> = tallies.iter().filter(|tally| tally.what == Tallied::PushUsed).collect();
    assert_eq!(used.iter().map(|tally| tally.count).sum::<u64>(), 1);
}

pub(super) async fn accounts_are_found_by_what_was_pushed_to_them(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let to = |account: &str| NewPush { account: account.parse().unwrap(), ..push(&world, "a") };
    keep(&world, &[to("b"), to("c"), to("a")]).await;
    let (mut found, mut last) = (Vec::new(), None);
    while let Some(next) = world.store.next_account_with_pushes(last.as_ref()).await.unwrap() {
        found.push(next.to_string());
        last = Some(next);
    }
    assert_eq!(found, ["a", "b", "c"]);
}

pub(super) async fn news_of_no_use_is_new_when_it_comes_again(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let refused = NewPush { state: PushState::Refused, ..push(&world, "b") };
    keep(&world, &[push(&world, "a"), NewPush { reason: Some("it is not proven".into()), ..refused }]).await;
    let leased = lease(&world).await;
    assert_eq!(leased.len(), 1, "what was refused is nobody's to use");
    settle(&world, &[ended(&leased[0], PushEnd::Unusable("about nobody here".into()))]).await;
    let of_no_use = listed(&world, &[PushState::Unusable, PushState::Refused]).await;
    let reasons: Vec<_> = of_no_use.iter().map(|push| push.reason.as_deref().unwrap()).collect();
    assert_eq!(reasons, ["about nobody here", "it is not proven"]);
    world.pass(60);
    let fresh = NewPush { sealed: "sealed anew".into(), ..push(&world, "a") };
    keep(&world, &[fresh, push(&world, "b")]).await;
    let again = lease(&world).await;
    assert_eq!((again.len(), &again[0].id, &*again[0].sealed), (1, &leased[0].id, "sealed anew"));
    settle(&world, &[ended(&again[0], PushEnd::Used)]).await;
    keep(&world, &[push(&world, "a")]).await;
    assert_eq!(lease(&world).await.len(), 0, "what was used is used");
    let used = listed(&world, &[PushState::Used]).await;
    assert_eq!((used[0].deliveries, &used[0].reason), (3, &None));
}

pub(super) async fn pushes_are_forgotten_by_age_and_by_number(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let unusable = |news: &str| NewPush { state: PushState::Unusable, ..push(&world, news) };
    keep(&world, &[push(&world, "used"), push(&world, "waiting"), unusable("old")]).await;
    let leased = lease(&world).await;
    settle(&world, &[ended(&leased[0], PushEnd::Used)]).await;
    world.pass(100);
    let all: Vec<_> = (0..5).map(|n| unusable(&n.to_string())).collect();
    keep(&world, &all).await;
    let forget = async |used: u64, others: u64, most: u32| {
        let since = |seconds| world.now() - Duration::from_secs(seconds);
        let kept = PushesKept {
            tallies_since: world.now(),
            used_since: since(used),
            others_since: since(others),
            most,
        };
        world.store.forget_pushes(&account(), kept, 2).await.unwrap()
    };
    assert_eq!(forget(101, 101, 6).await, 0);
    assert_eq!(forget(99, 101, 6).await, 1, "a used one is old");
    assert_eq!(forget(99, 99, 6).await, 1, "another is old");
    assert_eq!((forget(99, 99, 2).await, forget(99, 99, 2).await), (2, 1), "in portions, the oldest first");
    let left: Vec<_> = listed(&world, &[]).await.into_iter().map(|push| push.id).collect();
    let waiting = leased[1].id.clone();
    assert_eq!(left, [all[4].id.clone(), all[3].id.clone(), waiting], "what waits is never forgotten");
}
