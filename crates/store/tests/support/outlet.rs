//! A tenant, a task, and webhooks over rows this version does not know how to read; told the same way of each engine.

use outdial_model::{
    DeliveryStatus, DesiredStatus, EndpointId, EventType, PersonalData, TaskId, TaskSpec, TaskStatus,
    TenantId, Timestamp,
};
use outdial_store::{
    EndpointSettings, FeedFilter, NewEndpoint, NewTask, Page, SealedSecret, Store, StoreError, TakenDelivery,
};
use std::time::Duration;

const ENDPOINT: &str = "whe_01k3xk5v8qe9yt4m2n7b6c5d4f";

pub fn tenant() -> TenantId {
    "acme".parse().unwrap()
}

pub fn now() -> Timestamp {
    "2026-03-01T01:00:00Z".parse().unwrap()
}

/// A task that is due at once.
pub async fn task(store: &dyn Store) -> TaskId {
    try_task(store).await.unwrap()
}

pub async fn try_task(store: &dyn Store) -> Result<TaskId, StoreError> {
    let task = NewTask {
        id: TaskId::generate(now()),
        external_id: None,
        account: "somewhere".parse().unwrap(),
        route: None,
        spec: TaskSpec::new("March reminders", "scene-1"),
        status: TaskStatus::Scheduled,
        desired: DesiredStatus::Running,
        adopted: None,
        redial: None,
        client: None,
    };
    store.create_task(&tenant(), task, Vec::new(), None, now()).await.map(|task| task.id)
}

/// A log of two events, an endpoint that wants them, one of them on its way, and a replay; all in the words of a version
/// that called one of its types otherwise.
pub fn in_old_words(secret: &str) -> String {
    let (task, old) = ("tsk_01k3xk5v8qe9yt4m2n7b6c5d4f", "contact.outcome_confirmed");
    let event = |n: u8| format!("evt_01k3xk5w1ae9yt4m2n7b6c5d4{n}");
    format!(
        "INSERT INTO event_logs (tenant, last_position) VALUES ('acme', 2);
         INSERT INTO events (tenant, position, id, task, contact, call, kind, sequence, at, data) VALUES
             ('acme', 1, '{}', '{task}', NULL, NULL, '{old}', 1, 0, '{{}}'),
             ('acme', 2, '{}', '{task}', NULL, NULL, '{old}', 2, 0, '{{}}');
         INSERT INTO webhook_endpoints (id, tenant, url, event_types, personal_data, secret, status, created_at,
             updated_at, begins_after, pending, due_at) VALUES
             ('{ENDPOINT}', 'acme', 'https://crm.example/hooks', '[\"task.created\",\"{old}\"]', 'none', {secret},
              'enabled', 0, 0, 0, 1, 0);
         INSERT INTO webhook_plans (tenant, planned_position) VALUES ('acme', 1);
         INSERT INTO webhook_deliveries (endpoint, position, event, kind, lane, status, due_at, created_at) VALUES
             ('{ENDPOINT}', 1, '{}', '{old}', '{task}', 'due', 0, 0);
         INSERT INTO webhook_replays (tenant, endpoint, kind, after_position, last_position) VALUES
             ('acme', '{ENDPOINT}', '{old}', 0, 0);",
        event(1),
        event(2),
        event(1),
    )
}

/// All of it is read and delivered.
pub async fn is_told_in_new_words(store: &dyn Store) {
    let feed = store.feed(&tenant(), 0, &FeedFilter::default(), 9).await.unwrap();
    let told: Vec<_> = feed.events.iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventType::ContactOutcomeUpdated; 2]);
    let endpoint: EndpointId = ENDPOINT.parse().unwrap();
    let asked_for = store.endpoint(&tenant(), &endpoint).await.unwrap().settings.event_types;
    assert_eq!(asked_for, [EventType::TaskCreated, EventType::ContactOutcomeUpdated]);
    assert_eq!(plan(store).await, 1);
    assert_eq!(positions(&take(store).await), [1]);
    let log = store.deliveries(&tenant(), &endpoint, &[], &Page { after: None, limit: 9 }).await.unwrap();
    assert_eq!(log.len(), 2, "both can be read");
}

pub fn settings() -> EndpointSettings {
    EndpointSettings {
        url: "https://crm.example/hooks".into(),
        description: None,
        event_types: Vec::new(),
        task: None,
        personal_data: PersonalData::None,
    }
}

/// Plans, and answers how many deliveries that made.
pub async fn plan(store: &dyn Store) -> u64 {
    store.plan_deliveries(&tenant(), 9, 9, now()).await.unwrap().added
}

/// An endpoint that wants everything, and two events on their way to it.
pub async fn two_events(store: &dyn Store) -> EndpointId {
    let (id, secret) = (EndpointId::generate(now()), SealedSecret(b"sealed".to_vec()));
    let new = NewEndpoint { id, settings: settings(), secret };
    let endpoint = store.create_endpoint(&tenant(), new, 9, None, now()).await.unwrap().id;
    for _ in 0..2 {
        task(store).await;
    }
    assert_eq!(plan(store).await, 2);
    endpoint
}

/// No version knows a type of that name.
pub const SPOIL_THE_FIRST: &str = "UPDATE events SET kind = 'of.another.age' WHERE position = 1";

async fn take(store: &dyn Store) -> Vec<TakenDelivery> {
    store.take_due_deliveries(now(), Duration::from_secs(30), 9, 9, &[]).await.unwrap()
}

fn positions(taken: &[TakenDelivery]) -> Vec<u64> {
    taken.iter().map(|taken| taken.event.position).collect()
}

/// Of two events that are due the first is spoilt: that one has failed, the other is taken.
pub async fn what_cannot_be_read_costs_nobody_else(store: &dyn Store, endpoint: &EndpointId) {
    assert_eq!(positions(&take(store).await), [2]);
    let log = store.deliveries(&tenant(), endpoint, &[], &Page { after: None, limit: 9 }).await.unwrap();
    let first = &log[1];
    assert_eq!((first.position, first.status), (1, DeliveryStatus::Failed));
    assert_eq!(first.last_error.as_deref(), Some("the event cannot be read"));
    let endpoint = store.endpoint(&tenant(), endpoint).await.unwrap();
    assert_eq!((endpoint.failing_since, endpoint.pending), (None, 1), "it is no fault of the endpoint");
}
