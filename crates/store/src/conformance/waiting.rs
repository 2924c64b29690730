//! Waiting: whoever is held is asked about again, whose turn it is, and whose time is over.

use super::Harness;
use super::world::{World, change, nobody};
use crate::{Choice, NewContact};
use outdial_model::{ContactId, ContactStatus, EventType, HoldReason};
use std::time::Duration;

pub(super) async fn whoever_is_held_is_asked_about_again(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let until = world.now() + Duration::from_secs(3600);
    let hold = nobody(Choice::Hold(HoldReason::OutsideWindow, until));
    let kept_back = world.store.plan_dispatch(world.open(&lease, 1, 2), &hold, world.now()).await.unwrap();
    assert!(kept_back.is_err(), "nobody is sent");
    let hold = nobody(Choice::Hold(HoldReason::Retry, until));
    let kept_back = world.store.plan_dispatch(world.open(&lease, 1, 1), &hold, world.now()).await.unwrap();
    assert!(kept_back.is_err(), "nobody is sent");

    let release =
        |limit| world.store.release_held(&world.tenant, &task, HoldReason::OutsideWindow, limit, world.now());
    assert_eq!((release(1).await.unwrap(), release(9).await.unwrap(), release(9).await.unwrap()), (1, 1, 0));
    let planned = world.plan(world.open(&lease, 1, 9)).await.unwrap();
    assert_eq!(planned.contacts.len(), 2, "whoever is held for another reason is held on");
    let foreign = super::world::tenant("globex");
    let refused = world.store.release_held(&foreign, &task, HoldReason::Retry, 9, world.now()).await;
    assert!(refused.is_err(), "a task of somebody else's does not exist");
}

pub(super) async fn whose_turn_it_is_is_known(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let other = world.task_of(1).await;
    world.send(&world.lease(&other).await, 1).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let people: Vec<_> = world.contacts(&task).await.into_iter().map(|contact| contact.id).collect();
    let next = async || world.store.next_in_turn(&lease, world.now()).await.unwrap().map(|next| next.id);
    assert_eq!(next().await.as_ref(), Some(&people[1]), "the first one's number rings elsewhere");
    let until = world.now() + Duration::from_secs(60);
    let hold = nobody(Choice::Hold(HoldReason::Retry, until));
    let kept_back = world.store.plan_dispatch(world.open(&lease, 1, 1), &hold, world.now()).await.unwrap();
    assert!(kept_back.is_err(), "nobody is sent");
    assert_eq!(next().await.as_ref(), Some(&people[2]), "the second is held");
    world.plan(world.open(&lease, 1, 9)).await.unwrap();
    assert_eq!(next().await, None);
}

pub(super) async fn whose_time_is_over_is_ended_wherever_they_are(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let soon = world.now() + Duration::from_secs(60);
    let limited = |n| NewContact { expires_at: Some(soon), ..world.person(n) };
    let people = vec![limited(0), limited(1), world.person(2), limited(3)];
    let ids: Vec<ContactId> = people.iter().map(|person| person.id.clone()).collect();
    let task = world.task_with(people).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 1).await;
    world.move_on(&lease, change(&ids[0], ContactStatus::Submitting, ContactStatus::Submitted)).await;
    let expire = || world.store.expire_some(2, world.now());
    assert_eq!(expire().await.unwrap(), 0, "it is not time yet");
    world.pass(60);
    let mut seen = 0;
    loop {
        match expire().await.unwrap() {
            0 => break,
            some => seen += some,
        }
    }
    assert_eq!(seen, 3);
    let out = world.contact(&ids[0]).await;
    assert!(out.status == ContactStatus::Submitted && out.cancel_requested, "the vendor is asked");
    for id in [&ids[1], &ids[3]] {
        let ended = world.contact(id).await;
        assert_eq!((ended.status, ended.expires_at), (ContactStatus::Expired, Some(soon)));
        assert!(ended.reason.unwrap().contains("expires_at"));
    }
    assert_eq!(world.contact(&ids[2]).await.status, ContactStatus::Queued);
    assert_eq!(world.told(&ids[1]).await.last(), Some(&EventType::ContactExpired));
}
