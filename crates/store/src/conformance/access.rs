//! Keys and the audit log.

use super::Harness;
use super::world::{World, tenant};
use crate::{ApiKey, AuditEntry, Page, StoreError};
use outdial_model::{AuditId, KeyId, Scope, TenantId, Timestamp};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn key(tenant: &TenantId, name: &str, now: Timestamp) -> ApiKey {
    let id = KeyId::generate(now);
    ApiKey {
        hash: format!("hash of {id}"),
        id,
        tenant: tenant.clone(),
        name: name.into(),
        scopes: [Scope::TasksRead, Scope::TasksWrite].into_iter().collect(),
        created_at: now,
        expires_at: Some(now + 60 * MINUTE),
        revoked_at: None,
        last_used_at: None,
        requires_idempotency_key: true,
    }
}

pub(super) async fn keys_and_secrets_are_kept(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let first = world.store.installation_secret("pepper", b"one").await.unwrap();
    let second = world.store.installation_secret("pepper", b"two").await.unwrap();
    assert_eq!((first.as_slice(), second.as_slice()), (&b"one"[..], &b"one"[..]));

    let key = key(&world.tenant, "ci", world.now());
    world.store.insert_api_key(&key, 10, None, world.now()).await.unwrap();
    let found = harness.open().await.api_key(&key.hash).await.unwrap();
    assert_eq!(found, Some(key));
    assert_eq!(world.store.api_key("00").await.unwrap(), None);
}

pub(super) async fn a_tenant_sees_its_keys_and_takes_them_back(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (ours, twin, theirs) =
        (world.tenant.clone(), world.tenant.for_tests(), TenantId::named("globex").unwrap());
    let mut made = Vec::new();
    for (tenant, name) in [(&ours, "first"), (&twin, "trial"), (&theirs, "foreign"), (&ours, "last")] {
        let key = key(tenant, name, world.now());
        world.store.insert_api_key(&key, 2, None, world.now()).await.unwrap();
        made.push(key);
    }
    let one_more = world.store.insert_api_key(&key(&ours, "more", world.now()), 2, None, world.now()).await;
    assert!(matches!(one_more, Err(StoreError::LimitReached { most: 2 })), "{one_more:?}");

    let both = [ours.clone(), twin.clone()];
    let names = async |tenants: &[TenantId], after: Option<KeyId>, limit| {
        let keys = world.store.api_keys(tenants, &Page { after, limit }).await.unwrap();
        keys.into_iter().map(|key| key.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&both, None, 10).await, ["last", "trial", "first"]);
    assert_eq!(names(&both, Some(made[3].id.clone()), 1).await, ["trial"]);
    assert_eq!(names(std::slice::from_ref(&twin), None, 10).await, ["trial"]);

    let foreign = world.store.revoke_api_key(&both, &made[2].id, world.now()).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    assert_eq!(world.store.api_key(&made[2].hash).await.unwrap().unwrap().revoked_at, None);

    let (then, later) = (world.now(), world.now() + MINUTE);
    for at in [then, later] {
        let revoked = world.store.revoke_api_key(&both, &made[0].id, at).await.unwrap();
        assert_eq!(revoked.revoked_at, Some(then), "it was taken back once");
    }
    assert_eq!(world.store.api_key_of(&both, &made[0].id).await.unwrap().revoked_at, Some(then));
    // One that was taken back makes room for another.
    world.store.insert_api_key(&key(&ours, "more", later), 2, None, later).await.unwrap();
    // So does one that has expired.
    let full = world.store.insert_api_key(&key(&ours, "too many", later), 2, None, later).await;
    assert!(matches!(full, Err(StoreError::LimitReached { most: 2 })), "{full:?}");
    let after = later + 60 * MINUTE;
    world.store.insert_api_key(&key(&ours, "next", after), 2, None, after).await.unwrap();
}

pub(super) async fn the_last_use_of_a_key_never_goes_back(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let key = key(&world.tenant, "ci", world.now());
    world.store.insert_api_key(&key, 10, None, world.now()).await.unwrap();
    let (then, later) = (world.now(), world.now() + MINUTE);
    for at in [later, then] {
        world.store.note_key_uses(&[(key.id.clone(), at), (KeyId::generate(at), at)]).await.unwrap();
        let found = world.store.api_key(&key.hash).await.unwrap().unwrap();
        assert_eq!(found.last_used_at, Some(later));
    }
}

pub(super) async fn the_audit_log_is_read_by_tenant_and_target(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let other = TenantId::named("globex").unwrap();
    let entry = |tenant: &TenantId, operation: &str, target: Option<&str>, at| AuditEntry {
        id: AuditId::generate(at),
        tenant: tenant.clone(),
        at,
        actor: "key_1".into(),
        operation: operation.into(),
        target: target.map(str::to_owned),
        status: 202,
        request_id: "req_1".into(),
    };
    let (now, later) = (world.now(), world.now() + MINUTE);
    let entries = [
        entry(&world.tenant, "create_task", None, now),
        entry(&world.tenant, "start_task", Some("tsk_1"), now),
        entry(&other, "start_task", Some("tsk_1"), now),
        entry(&world.tenant, "stop_task", Some("tsk_1"), later),
    ];
    // Whoever does not know whether it was written writes it again.
    for _ in 0..2 {
        world.store.write_audit(&entries).await.unwrap();
    }
    let read = async |target: Option<&str>, after: Option<AuditId>| {
        world.store.audit(&world.tenant, target, &Page { after, limit: 10 }).await.unwrap()
    };
    let ours = [entries[3].clone(), entries[1].clone(), entries[0].clone()];
    assert_eq!(read(None, None).await, ours);
    assert_eq!(read(Some("tsk_1"), None).await, ours[..2]);
    assert_eq!(read(None, Some(entries[3].id.clone())).await, ours[1..]);
    assert_eq!(world.store.forget_audit(later, 2).await.unwrap(), 2);
    assert_eq!(world.store.forget_audit(later, 2).await.unwrap(), 1);
    assert_eq!(read(None, None).await, ours[..1]);
}

pub(super) async fn after_an_emergency_stop_nobody_is_sent_for_what_was_there(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let (task, foreign) = (world.task_of(3).await, tenant("globex"));
    let theirs = world.new_task();
    world.store.create_task(&foreign, theirs, world.people(7..8), None, world.now()).await.unwrap();
    let lease = world.lease(&task).await;
    assert_eq!(world.store.emergency_stop(&world.tenant).await.unwrap(), None);
    assert!(!world.store.work(&lease, world.now()).await.unwrap().is_halted);

    let stop = world.store.halt(&world.tenant, "key_1", world.now()).await.unwrap();
    assert_eq!((stop.tasks, stop.at, stop.actor.as_str()), (1, world.now(), "key_1"));
    assert_eq!(harness.open().await.emergency_stop(&world.tenant).await.unwrap(), Some(stop));
    assert_eq!(world.store.emergency_stop(&foreign).await.unwrap(), None);
    assert!(world.store.work(&lease, world.now()).await.unwrap().is_halted);
    assert!(world.plan(world.open(&lease, 1, 2)).await.is_none(), "somebody who was there is sent");
    // The task is due at once, also for whoever gives it back.
    world.store.release_lease(&lease, None, world.now()).await.unwrap();
    let lease = world.lease(&task).await;
    world.store.release_lease(&lease, None, world.now()).await.unwrap();

    // Whoever made a task by a clock that is ahead is stopped by one that is behind.
    world.pass(60);
    let ahead = world.task_of(1).await;
    let behind = world.now() - Duration::from_secs(30);
    let stop = world.store.halt(&world.tenant, "key_1", behind).await.unwrap();
    assert_eq!(stop.at, world.now(), "as late as the newest task");
    let lease = world.lease(&ahead).await;
    assert!(world.store.work(&lease, world.now()).await.unwrap().is_halted);
    let again = world.store.halt(&world.tenant, "key_1", behind).await.unwrap();
    assert_eq!(again.at, stop.at, "a stop never takes an earlier one back");

    world.pass(60);
    let later = world.task_of(1).await;
    let lease = world.lease(&later).await;
    assert!(!world.store.work(&lease, world.now()).await.unwrap().is_halted);
    assert!(world.plan(world.open(&lease, 1, 1)).await.is_some(), "what came later is not concerned");
    let tenants = world.store.tenants().await.unwrap();
    assert!(tenants.contains(&world.tenant) && tenants.contains(&foreign), "{tenants:?}");
}
