//! Webhook endpoints and their owners.

use super::Harness;
use super::subscriber::settings;
use super::world::{World, all, tenant};
use crate::{
    Backlog, EndpointPatch, EndpointSettings, FeedFilter, Page, Replay, SealedSecret, StoreError, Verdict,
};
use outdial_model::{
    DeliveryStatus, DisabledReason, EndpointStatus, EventType, PersonalData, TaskId, TenantId,
};
use std::time::Duration;

pub(super) async fn an_endpoint_is_read_back_as_it_was_made(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let settings = EndpointSettings {
        url: "https://crm.example/hooks?token=hush".into(),
        description: Some("the CRM".into()),
        event_types: vec![EventType::ContactCompleted, EventType::CallEnded],
        task: Some(TaskId::generate(world.now())),
        personal_data: PersonalData::Masked,
    };
    let made = world.subscribe(settings.clone()).await.endpoint;
    let read = harness.open().await.endpoint(&world.tenant, &made.id).await.unwrap();
    assert_eq!(read, made);
    assert_eq!((read.settings, read.secret), (settings, SealedSecret(b"sealed".to_vec())));
    assert_eq!((read.status, read.revision, read.pending), (EndpointStatus::Enabled, 1, 0));
    assert!(!format!("{made:?}").contains("hush"), "an endpoint does not print its URL");
}

pub(super) async fn endpoints_are_paged_newest_first(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(world.subscriber().await.endpoint.id);
    }
    made.reverse();
    let (mut seen, mut page) = (Vec::new(), Page { after: None, limit: 2 });
    loop {
        let found = world.store.endpoints(&world.tenant, &page).await.unwrap();
        let Some(last) = found.last() else { break };
        page.after = Some(last.id.clone());
        seen.extend(found.into_iter().map(|endpoint| endpoint.id));
    }
    assert_eq!(seen, made);
    world.store.delete_endpoint(&world.tenant, &made[0], world.now()).await.unwrap();
    let left = world.store.endpoints(&world.tenant, &all(9)).await.unwrap();
    assert_eq!(
        left.iter().map(|endpoint| &endpoint.id).collect::<Vec<_>>(),
        made[1..].iter().collect::<Vec<_>>()
    );
}

pub(super) async fn a_tenant_has_so_many_endpoints_and_no_more(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let make = async |tenant: &TenantId| world.try_subscribe(tenant, settings(), 2).await;
    let made = make(&world.tenant).await.unwrap();
    make(&world.tenant).await.unwrap();
    let refused = make(&world.tenant).await;
    assert!(matches!(refused, Err(StoreError::LimitReached { most: 2 })), "{refused:?}");
    make(&tenant("other")).await.unwrap();
    world.store.delete_endpoint(&world.tenant, &made.id, world.now()).await.unwrap();
    make(&world.tenant).await.unwrap();
}

pub(super) async fn an_endpoint_is_changed_by_whoever_has_seen_it(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let made = world.subscriber().await.endpoint;
    let settings = EndpointSettings { url: "https://elsewhere.example/".into(), ..made.settings.clone() };
    let patch = || EndpointPatch { settings: settings.clone(), status: None };
    let patched = async |revision| {
        world.store.patch_endpoint(&world.tenant, &made.id, patch(), revision, world.now()).await
    };
    let changed = patched(Some(1)).await.unwrap();
    assert_eq!((changed.settings.url.as_str(), changed.revision), ("https://elsewhere.example/", 2));
    assert!(matches!(patched(Some(1)).await, Err(StoreError::Stale)));
    assert_eq!(patched(None).await.unwrap().revision, 3);
}

pub(super) async fn the_old_secret_signs_for_a_while(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let made = world.subscriber().await.endpoint;
    let until = world.now() + Duration::from_secs(86_400);
    let fresh = SealedSecret(b"fresh".to_vec());
    let rotate = async |secret: &SealedSecret| {
        let rotated =
            world.store.rotate_secret(&world.tenant, &made.id, secret.clone(), until, None, world.now());
        rotated.await.unwrap()
    };
    let rotated = rotate(&fresh).await;
    assert_eq!((rotated.secret, rotated.previous_secret), (fresh.clone(), Some((made.secret, until))));
    let fresher = SealedSecret(b"fresher".to_vec());
    assert_eq!(rotate(&fresher).await.previous_secret, Some((fresh, until)), "two at most");
}

pub(super) async fn a_foreign_tenant_has_no_part_in_an_endpoint(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let made = world.subscriber().await.endpoint;
    let (store, id, now, foreign) = (&world.store, &made.id, world.now(), tenant("other"));
    let patch = EndpointPatch { settings: made.settings.clone(), status: None };
    let refusals = [
        store.endpoint(&foreign, id).await.err(),
        store.patch_endpoint(&foreign, id, patch, None, now).await.err(),
        store.rotate_secret(&foreign, id, made.secret.clone(), now, None, now).await.err(),
        store.delete_endpoint(&foreign, id, now).await.err(),
        store.replay(&foreign, id, &Replay::Since(now), None, now).await.err(),
        store.deliveries(&foreign, id, &[], &all(9)).await.err(),
    ];
    for (place, refusal) in refusals.into_iter().enumerate() {
        assert!(matches!(refusal, Some(StoreError::NotFound)), "{place}: {refusal:?}");
    }
    assert!(store.endpoints(&foreign, &all(9)).await.unwrap().is_empty());
    assert_eq!(store.endpoint(&world.tenant, id).await.unwrap(), made, "nothing was changed");
}

pub(super) async fn a_disabled_endpoint_gets_nothing_until_it_is_enabled(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let task = world.task_of(2).await;
    world.add(&task, world.people(5..6)).await;
    world.plan_deliveries().await;
    let under_way = world.take(3).await;
    let (store, id) = (&world.store, &subscriber.endpoint.id);
    let settled = world.settle(&under_way[..1], Verdict::Gone).await;
    assert_eq!(settled.disabled, [(id.clone(), DisabledReason::Gone)]);
    let disabled = subscriber.read(&world).await;
    assert_eq!(disabled.disabled_reason, Some(DisabledReason::Gone));
    assert!(disabled.revision > subscriber.endpoint.revision);
    assert!(world.take(9).await.is_empty());
    assert!(world.settle(&under_way[1..2], Verdict::Gone).await.disabled.is_empty(), "once");
    world.settle_again(&under_way[2..]).await;
    use DeliveryStatus::{Dropped, Failed};
    assert_eq!(subscriber.log(&world).await, [Dropped, Dropped, Failed, Failed]);
    assert_eq!(subscriber.read(&world).await.pending, 0);

    let kinds = vec![EventType::EndpointDisabled];
    let filter = FeedFilter { kinds, ..FeedFilter::default() };
    let told = store.feed(&world.tenant, 0, &filter, 9).await.unwrap().events;
    assert_eq!((told.len(), told[0].data["webhook_endpoint_id"].as_str()), (1, Some(id.as_str())));
    assert_eq!(told[0].data["reason"], "gone");

    world.add(&task, world.people(10..12)).await;
    world.plan_deliveries().await;
    let replay = store.replay(&world.tenant, id, &Replay::Task(task.clone()), None, world.now()).await;
    assert!(matches!(replay, Err(StoreError::WrongState { status: "disabled" })));
    subscriber.turn(&world, EndpointStatus::Enabled).await;
    world.add(&task, world.people(20..21)).await;
    world.plan_deliveries().await;
    assert_eq!(world.deliver_all().await.len(), 1, "what happened meanwhile is not kept for it");
    let enabled = subscriber.read(&world).await;
    assert_eq!((enabled.status, enabled.disabled_reason), (EndpointStatus::Enabled, None));
}

pub(super) async fn an_owner_may_disable_an_endpoint(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(1).await;
    world.plan_deliveries().await;
    let disabled = subscriber.turn(&world, EndpointStatus::Disabled).await;
    assert_eq!(disabled.disabled_reason, Some(DisabledReason::Requested));
    assert!(world.take(9).await.is_empty());
    world.plan_deliveries().await;
    assert_eq!(world.store.backlog().await.unwrap(), Backlog::default());
}

pub(super) async fn what_an_endpoint_leaves_behind_is_swept_up(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    world.task_of(5).await;
    world.plan_deliveries().await;
    let taken = world.take(1).await;
    let (store, id) = (&world.store, &subscriber.endpoint.id);
    store.delete_endpoint(&world.tenant, id, world.now()).await.unwrap();
    assert!(matches!(store.endpoint(&world.tenant, id).await, Err(StoreError::NotFound)));
    assert!(world.take(9).await.is_empty());
    world.deliver(&taken).await;
    let before = world.now() - Duration::from_secs(1);
    let mut gone = Vec::new();
    while gone.last() != Some(&0) {
        gone.push(store.forget_deliveries(before, 4).await.unwrap());
    }
    assert_eq!(gone, [4, 2, 0], "a few at a time");
}

pub(super) async fn old_deliveries_are_forgotten_and_open_ones_are_not(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let subscriber = world.subscriber().await;
    let task = world.task_of(1).await;
    world.plan_deliveries().await;
    world.deliver_all().await;
    world.pass(60);
    let evening = world.now();
    world.add(&task, world.people(10..12)).await;
    world.plan_deliveries().await;
    let taken = world.take(1).await;
    world.deliver(&taken).await;
    world.pass(60);
    assert_eq!(world.store.forget_deliveries(evening, 100).await.unwrap(), 2);
    use DeliveryStatus::{Delivered, Pending};
    assert_eq!(subscriber.log(&world).await, [Pending, Delivered], "newest first");
}
