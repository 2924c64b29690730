//! Requests that have their effect once.

use super::Harness;
use super::world::{World, tenant};
use crate::{Answer, Begin, Effect, Once, OnceKey, StoreError};
use outdial_model::{ContactStatus, DesiredStatus, TaskStatus, TenantId};
use std::time::Duration;

const WEEK: u64 = 7 * 24 * 60 * 60;

fn key(word: &str, fingerprint: &str) -> OnceKey {
    let (fingerprint, formerly) = (fingerprint.into(), String::new());
    OnceKey { scope: "POST /v1/tasks".into(), key: word.into(), fingerprint, formerly }
}

fn answer(body: &str) -> Answer {
    Answer { status: 202, headers: vec![("location".into(), "/v1/here".into())], body: body.into() }
}

/// Words an answer that shows which effect it tells.
fn worded(effect: Effect<'_>) -> Answer {
    match effect {
        Effect::Task(task) => answer(&format!("task {} {}", task.id, task.status)),
        Effect::Added(outcome) => answer(&format!("{} added", outcome.contacts.len())),
        Effect::Suppressed(kept) => answer(&format!("{} suppressed", kept.len())),
        Effect::Erasure(erasure) => answer(&format!("erasure {}", erasure.id)),
        Effect::ApiKey(key) => answer(&format!("key {}", key.id)),
        Effect::Endpoint(endpoint) => answer(&format!("endpoint {}", endpoint.id)),
        Effect::Contact(contact) => answer(&format!("contact {} {}", contact.id, contact.status)),
    }
}

fn once(word: &str, fingerprint: &str) -> Once<'static> {
    Once { key: key(word, fingerprint), answer: &worded }
}

/// What a request that was answered before is answered now.
fn replayed<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Answered(answer)) => {
            assert_eq!((answer.status, answer.headers.len()), (202, 1));
            answer.body
        }
        other => panic!("the request was answered before, yet {other:?}"),
    }
}

pub(super) async fn a_request_has_its_effect_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (store, ours, now) = (&world.store, &world.tenant, world.now());
    let made = once("make", "f1");
    let create = || store.create_task(ours, world.new_task(), world.people(0..2), Some(&made), now);
    let task = create().await.unwrap();
    assert_eq!(replayed(create().await), format!("task {} scheduled", task.id));
    let again = store.answered(ours, &key("make", "f1"), now).await.unwrap();
    assert_eq!(again.unwrap().body, format!("task {} scheduled", task.id));

    let add = once("add", "f2");
    let added = || store.add_contacts(ours, &task.id, world.people(2..5), Some(&add), now);
    added().await.unwrap();
    assert_eq!(replayed(added().await), "3 added");
    assert_eq!(world.task(&task.id).await.counts.total(), 5);

    let whom = world.contacts(&task.id).await.remove(0).id;
    let cancel = once("cancel", "f3");
    let cancelled = || store.cancel_contact(ours, &whom, Some(&cancel), now);
    cancelled().await.unwrap();
    assert_eq!(replayed(cancelled().await), format!("contact {whom} cancelled"));

    let pause = Begin { desired: DesiredStatus::Paused, status: TaskStatus::Pausing };
    let verb = once("pause", "f4");
    let paused = || store.begin(ours, &task.id, pause, &[TaskStatus::Scheduled], Some(&verb), now);
    paused().await.unwrap();
    let seen = world.task(&task.id).await.revision;
    assert_eq!(replayed(paused().await), format!("task {} pausing", task.id));
    assert_eq!(world.task(&task.id).await.revision, seen, "nothing was changed");
}

pub(super) async fn a_key_belongs_to_one_request(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let create = async |tenant: &TenantId, once: &Once<'_>| {
        world.store.create_task(tenant, world.new_task(), Vec::new(), Some(once), world.now()).await
    };
    create(&world.tenant, &once("k", "f1")).await.unwrap();
    let other = create(&world.tenant, &once("k", "f2")).await;
    assert!(matches!(other, Err(StoreError::KeyReused)), "{other:?}");
    let asked = world.store.answered(&world.tenant, &key("k", "f2"), world.now()).await;
    assert!(matches!(asked, Err(StoreError::KeyReused)), "{asked:?}");
    create(&tenant("other"), &once("k", "f2")).await.unwrap();
    let mut elsewhere = once("k", "f2");
    elsewhere.key.scope = "POST /v1/tasks/1/contacts".into();
    create(&world.tenant, &elsewhere).await.unwrap();
}

pub(super) async fn a_fingerprint_of_before_is_followed(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let old = key("make", "of before");
    let kept = world.store.remember_answer(&world.tenant, &old, &answer("kept"), world.now()).await;
    assert!(kept.unwrap());
    let new = OnceKey { formerly: "of before".into(), ..key("make", "of now") };
    let again = world.store.answered(&world.tenant, &new, world.now()).await.unwrap();
    assert_eq!(again.unwrap().body, "kept");
    let other = OnceKey { formerly: "another".into(), ..new };
    let refused = world.store.answered(&world.tenant, &other, world.now()).await;
    assert!(matches!(refused, Err(StoreError::KeyReused)), "{refused:?}");
}

pub(super) async fn a_failure_writes_no_key(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let stop = Begin { desired: DesiredStatus::Stopped, status: TaskStatus::Stopping };
    let verb = once("stop", "f1");
    let begin = |allowed: &'static [TaskStatus]| {
        world.store.begin(&world.tenant, &task, stop, allowed, Some(&verb), world.now())
    };
    let refused = begin(&[TaskStatus::Paused]).await;
    assert!(matches!(refused, Err(StoreError::WrongState { .. })), "{refused:?}");
    assert_eq!(world.store.answered(&world.tenant, &verb.key, world.now()).await.unwrap(), None);
    begin(&[TaskStatus::Scheduled]).await.unwrap();
}

pub(super) async fn a_key_is_forgotten_after_a_week(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let made = once("k", "f1");
    let create = async |once: &Once<'_>| {
        world.store.create_task(&world.tenant, world.new_task(), Vec::new(), Some(once), world.now()).await
    };
    let first = create(&made).await.unwrap();
    world.pass(WEEK - 1);
    replayed(create(&made).await);
    assert_eq!(world.store.forget_answers(first.created_at, 9).await.unwrap(), 0);
    world.pass(1);
    assert_eq!(world.store.answered(&world.tenant, &made.key, world.now()).await.unwrap(), None);
    let second = create(&once("k", "f2")).await.unwrap();
    assert_ne!(first.id, second.id);
    create(&once("l", "f1")).await.unwrap();
    world.pass(1);
    assert_eq!(world.store.forget_answers(world.now(), 1).await.unwrap(), 1);
    assert_eq!(world.store.forget_answers(world.now(), 9).await.unwrap(), 1);
    assert_eq!(world.store.forget_answers(world.now(), 9).await.unwrap(), 0);
}

pub(super) async fn a_held_key_is_its_holders(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let unknown = key("upload", "");
    let hold = async |holder: &str| {
        let until = world.now() + Duration::from_secs(30);
        world.store.hold_key(&world.tenant, &unknown, holder, until, world.now()).await
    };
    let since = world.now();
    assert_eq!(hold("one").await.unwrap(), since);
    let busy = hold("two").await;
    assert!(matches!(busy, Err(StoreError::KeyBusy)), "{busy:?}");
    let other = once("upload", "f1");
    let task = world.new_task();
    let busy = world.store.create_task(&world.tenant, task, Vec::new(), Some(&other), world.now()).await;
    assert!(matches!(busy, Err(StoreError::KeyBusy)), "{busy:?}");
    assert_eq!(world.store.answered(&world.tenant, &unknown, world.now()).await.unwrap(), None);

    world.pass(20);
    assert_eq!(hold("one").await.unwrap(), since, "kept longer");
    world.pass(20);
    assert!(hold("two").await.is_err(), "it was kept longer");
    world.pass(10);
    assert_eq!(hold("two").await.unwrap(), since, "the first holder is gone");
    world.store.give_up_key(&world.tenant, &unknown, "one").await.unwrap();
    assert!(hold("one").await.is_err(), "who lost it has nothing to give up");
    world.store.give_up_key(&world.tenant, &unknown, "two").await.unwrap();
    assert_eq!(hold("one").await.unwrap(), world.now(), "taken anew");

    let done = key("upload", "f1");
    let remember = async |body| {
        world.store.remember_answer(&world.tenant, &done, &answer(body), world.now()).await.unwrap()
    };
    assert!(remember("7 added").await, "written");
    world.store.give_up_key(&world.tenant, &unknown, "one").await.unwrap();
    assert_eq!(replayed(hold("two").await), "7 added");
    for other in ["8 added", "7 added"] {
        assert!(!remember(other).await, "what was written before is not written again, be it the same");
    }
    let told = world.store.answered(&world.tenant, &done, world.now()).await.unwrap();
    assert_eq!(told.unwrap().body, "7 added", "the first answer stays");
}

pub(super) async fn a_key_its_holder_let_go_of_is_free_for_another_request(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let until = world.now() + Duration::from_secs(30);
    world.store.hold_key(&world.tenant, &key("k", ""), "one", until, world.now()).await.unwrap();
    let made = once("k", "f1");
    let create =
        || world.store.create_task(&world.tenant, world.new_task(), Vec::new(), Some(&made), world.now());
    let busy = create().await;
    assert!(matches!(busy, Err(StoreError::KeyBusy)), "{busy:?}");
    world.pass(30);
    let task = create().await.unwrap();
    assert_eq!(replayed(create().await), format!("task {} scheduled", task.id));
}

pub(super) async fn identical_requests_at_once_make_one_task(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let second = harness.open_as("second").await;
    let made = once("k", "f1");
    for round in 0..5 {
        let mut made = Once { key: made.key.clone(), ..made };
        made.key.key = format!("k{round}");
        let requests = (0..12).map(|n| {
            let store = if n % 2 == 0 { &world.store } else { &second };
            store.create_task(&world.tenant, world.new_task(), world.people(0..1), Some(&made), world.now())
        });
        let (did, others): (Vec<_>, Vec<_>) =
            futures_util::future::join_all(requests).await.into_iter().partition(Result::is_ok);
        assert_eq!(did.len(), 1);
        let task = did.into_iter().next().unwrap().unwrap();
        for other in others {
            assert_eq!(replayed(other), format!("task {} scheduled", task.id));
        }
        let all = super::world::all(100);
        let tasks = world.store.tasks(&world.tenant, &crate::TaskFilter::default(), &all).await.unwrap();
        assert_eq!(tasks.len(), round + 1);
        assert_eq!(tasks[0].counts.of(ContactStatus::Queued), 1);
    }
}
