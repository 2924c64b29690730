//! Webhooks over days, on a clock that moves only when told to: the schedule, rotation, endpoints that fail for long.

mod bounds;
mod names;

use crate::world::{World, tenant};
use outdial_engine::outward::{Outward, Policy};
use outdial_engine::{
    Delivery, EndpointPatch, EndpointSettings, EngineError, FeedFilter, IssuedEndpoint, Page, Replay,
    WebhookEndpoint,
};
use outdial_model::{
    Clock, DeliveryStatus, DisabledReason, EndpointStatus, EventType, ExposeSecret, PersonalData,
};
use outdial_provider::Staging;
use outdial_store::Outbox;
use standardwebhooks::Webhook;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A world whose events are told over loopback.
async fn world() -> World {
    World::new(Staging::EmptyThenStart).await
}

/// Lets time pass for deliveries, from one instant at which one is due to the next.
async fn deliver(world: &World, time: Duration) {
    let end = world.clock.now() + time;
    loop {
        world.engine.deliver_due().await.unwrap();
        let now = world.clock.now();
        if now >= end {
            return;
        }
        let due = world.store.next_delivery_due(1, &[]).await.unwrap().map_or(end, |due| due.min(end));
        let step = Duration::try_from(due.duration_since(now)).unwrap_or_default();
        world.clock.advance(step.max(Duration::from_millis(1)));
    }
}

/// Somebody who answers with this status.
async fn receiver(status: u16) -> MockServer {
    let server = MockServer::start().await;
    answers(&server, ResponseTemplate::new(status)).await;
    server
}

async fn answers(server: &MockServer, answer: ResponseTemplate) {
    server.reset().await;
    Mock::given(any()).respond_with(answer).mount(server).await;
}

/// Where nobody listens.
fn nobody() -> String {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", gone.local_addr().unwrap())
}

async fn endpoint(world: &World, url: String, kinds: &[EventType]) -> IssuedEndpoint {
    let settings = EndpointSettings {
        url,
        description: None,
        event_types: kinds.to_vec(),
        task: None,
        personal_data: PersonalData::None,
    };
    world.engine.create_endpoint(&tenant(), settings, None).await.unwrap()
}

async fn read(world: &World, endpoint: &IssuedEndpoint) -> WebhookEndpoint {
    world.engine.endpoint(&tenant(), &endpoint.endpoint.id).await.unwrap()
}

async fn log(world: &World, endpoint: &IssuedEndpoint) -> Vec<Delivery> {
    let page = Page { after: None, limit: 100 };
    world.engine.deliveries(&tenant(), &endpoint.endpoint.id, &[], &page).await.unwrap()
}

async fn received(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).unwrap().to_str().unwrap()
}

/// How many of the message's signatures are made with the secret of `endpoint`.
fn signatures_of(request: &Request, endpoint: &IssuedEndpoint) -> usize {
    let webhook = Webhook::new(endpoint.secret.expose_secret()).unwrap();
    let timestamp = header(request, "webhook-timestamp").parse().unwrap();
    let ours = webhook.sign(header(request, "webhook-id"), timestamp, &request.body).unwrap();
    header(request, "webhook-signature").split(' ').filter(|signature| *signature == ours).count()
}

#[tokio::test]
async fn a_delivery_is_attempted_eight_times_in_a_day_and_given_up() {
    let (world, server) = (world().await, receiver(500).await);
    let endpoint = endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    world.create(0).await;

    let begin = world.clock.now();
    deliver(&world, 40 * HOUR).await;

    let seconds = |request: &Request| {
        let left: i64 = header(request, "webhook-timestamp").parse().unwrap();
        (left - begin.as_second()) as f64
    };
    let times: Vec<_> = received(&server).await.iter().map(seconds).collect();
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let wanted = [5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0];
    assert_eq!(pauses.len(), wanted.len(), "{times:?}");
    for (pause, wanted) in pauses.iter().zip(wanted) {
        assert!((wanted * 0.8 - 1.0..=wanted * 1.2 + 1.0).contains(pause), "{pauses:?}");
    }
    let line = log(&world, &endpoint).await.remove(0);
    assert_eq!((line.status, line.attempts, line.last_status), (DeliveryStatus::Failed, 8, Some(500)));
    assert_eq!(read(&world, &endpoint).await.status, EndpointStatus::Enabled, "a day is not five");
    let ids: Vec<_> =
        received(&server).await.iter().map(|one| header(one, "webhook-id").to_owned()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn whoever_asks_for_time_gets_it() {
    let (world, server) = (world().await, receiver(503).await);
    answers(&server, ResponseTemplate::new(503).insert_header("retry-after", "600")).await;
    endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    world.create(0).await;

    deliver(&world, 9 * MINUTE).await;
    assert_eq!(received(&server).await.len(), 1);
    deliver(&world, 2 * MINUTE).await;
    assert_eq!(received(&server).await.len(), 2);
}

#[tokio::test]
async fn whoever_asks_for_time_gets_it_though_well_again() {
    let (world, server) = (world().await, MockServer::start().await);
    let first = world.create(0).await.id.to_string();
    let busy = move |request: &Request| {
        let told: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        if told["task_id"] != first.as_str() {
            return ResponseTemplate::new(200);
        }
        ResponseTemplate::new(503).insert_header("retry-after", "3600")
    };
    Mock::given(any()).respond_with(busy).mount(&server).await;
    let endpoint = endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    let begun = Replay::Kind(EventType::TaskCreated);
    world.engine.replay(&tenant(), &endpoint.endpoint.id, &begun, None).await.unwrap();
    deliver(&world, MINUTE).await;
    assert!(read(&world, &endpoint).await.failing_since.is_some());
    world.create(0).await;

    deliver(&world, 58 * MINUTE).await;
    assert_eq!(received(&server).await.len(), 2, "it took the other one, and is not asked again so soon");
    deliver(&world, 2 * MINUTE).await;
    assert_eq!(received(&server).await.len(), 3);
}

#[tokio::test]
async fn of_one_contact_one_message_at_a_time_and_others_are_not_held_up() {
    let (world, server) = (world().await, MockServer::start().await);
    let task = world.create(2).await;
    let contacts = world.contacts(&task.id).await;
    let refused = contacts[0].id.to_string();
    let refusing = move |request: &Request| {
        let told: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        ResponseTemplate::new(if told["contact_id"] == refused.as_str() { 500 } else { 200 })
    };
    Mock::given(any()).respond_with(refusing).mount(&server).await;
    let endpoint = endpoint(&world, server.uri(), &[]).await;
    for contact in &contacts {
        world.engine.cancel_contact(&tenant(), &contact.id, None).await.unwrap();
    }
    let task = world.create(1).await;
    let later = world.contacts(&task.id).await;

    deliver(&world, Duration::from_secs(1)).await;

    let lines = log(&world, &endpoint).await;
    let delivered = lines.iter().filter(|line| line.status == DeliveryStatus::Delivered).count();
    assert_eq!((lines.len(), delivered), (4, 3), "two cancelled, a task and its contact: {lines:#?}");
    assert_eq!(later.len(), 1);
    let page = Page { after: None, limit: 10 };
    let waits = &[DeliveryStatus::Pending];
    let waiting = world.engine.deliveries(&tenant(), &endpoint.endpoint.id, waits, &page).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].kind, waiting[0].attempts), (EventType::ContactCancelled, 1));
}

#[tokio::test]
async fn after_an_hour_away_everything_comes_at_once() {
    let (world, server) = (world().await, receiver(502).await);
    let endpoint = endpoint(&world, server.uri(), &[]).await;
    for _ in 0..10 {
        world.create(5).await;
        deliver(&world, 6 * MINUTE).await;
    }
    assert!(read(&world, &endpoint).await.failing_since.is_some());
    answers(&server, ResponseTemplate::new(200)).await;
    world.create(0).await;

    deliver(&world, Duration::from_secs(1)).await;

    let seen = read(&world, &endpoint).await;
    assert_eq!((seen.pending, seen.failing_since), (0, None), "nobody waits for the next hour");
    assert!(log(&world, &endpoint).await.iter().all(|line| line.status == DeliveryStatus::Delivered));
}

#[tokio::test]
async fn after_an_hour_away_the_feed_alone_brings_everything() {
    let world = world().await;
    let (mut place, mut seen) = (0, Vec::new());
    let mut pull = async || {
        loop {
            let feed = world.engine.events(&tenant(), place, &FeedFilter::default(), 7).await.unwrap();
            place = feed.through;
            seen.extend(feed.events);
            if !feed.more {
                return seen.clone();
            }
        }
    };
    world.create(3).await;
    let before = pull().await.len();
    let mut people = Vec::new();
    for _ in 0..10 {
        let task = world.create(5).await;
        world.clock.advance(3 * MINUTE);
        for contact in world.contacts(&task.id).await {
            world.engine.cancel_contact(&tenant(), &contact.id, None).await.unwrap();
            people.push(contact.id);
        }
        world.clock.advance(3 * MINUTE);
    }

    let seen = pull().await;

    let end = world.engine.end_of_events(&tenant()).await.unwrap();
    let positions: Vec<_> = seen.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=end).collect::<Vec<_>>(), "everything once, in order");
    assert_eq!((before, seen.len()), (4, 4 + 10 * (1 + 2 * 5)));
    let mut lanes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in &seen {
        lanes
            .entry((event.task.clone(), event.contact.clone()))
            .or_default()
            .push((event.sequence, event.kind));
    }
    for lane in lanes.values() {
        assert!((1..).zip(lane).all(|(wanted, (sequence, _))| *sequence == wanted), "{lane:?}");
    }
    let told = lanes.iter().filter(|((_, contact), lane)| {
        contact.as_ref().is_some_and(|contact| people.contains(contact))
            && lane
                .iter()
                .map(|(_, kind)| *kind)
                .eq([EventType::ContactAccepted, EventType::ContactCancelled])
    });
    assert_eq!(told.count(), people.len(), "of everybody how it ended");
}

#[tokio::test]
async fn after_five_days_of_nothing_but_failures_an_endpoint_is_disabled() {
    let (world, server, other) = (world().await, receiver(500).await, receiver(200).await);
    let endpoint = endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    let disabled = [EventType::EndpointDisabled];
    let watcher = self::endpoint(&world, other.uri(), &disabled).await;
    for day in 0..5 {
        assert_eq!(read(&world, &endpoint).await.status, EndpointStatus::Enabled, "day {day}");
        world.create(0).await;
        deliver(&world, DAY).await;
    }
    world.create(0).await;
    deliver(&world, HOUR).await;

    let seen = read(&world, &endpoint).await;
    assert_eq!(
        (seen.status, seen.disabled_reason),
        (EndpointStatus::Disabled, Some(DisabledReason::Failing))
    );
    assert_eq!((seen.pending, log(&world, &watcher).await.len()), (0, 1));
    let before = received(&server).await.len();
    world.create(0).await;
    deliver(&world, DAY).await;
    assert_eq!(received(&server).await.len(), before, "nothing is sent to it any more");
}

#[tokio::test]
async fn for_a_day_after_a_rotation_both_secrets_sign() {
    let (world, server) = (world().await, receiver(200).await);
    let old = endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    world.create(0).await;
    deliver(&world, Duration::ZERO).await;
    let new = world.engine.rotate_secret(&tenant(), &old.endpoint.id, None).await.unwrap();
    for _ in 0..2 {
        world.create(0).await;
        deliver(&world, Duration::ZERO).await;
        world.clock.advance(DAY);
    }

    let signed: Vec<_> = received(&server)
        .await
        .iter()
        .map(|request| (signatures_of(request, &old), signatures_of(request, &new)))
        .collect();
    assert_eq!(signed, [(1, 0), (1, 1), (0, 1)]);
}

#[tokio::test]
async fn a_test_tells_what_the_endpoint_said() {
    let (world, server) = (world().await, receiver(200).await);
    let endpoint = endpoint(&world, server.uri(), &[]).await;
    answers(&server, ResponseTemplate::new(418).set_body_string("a teapot")).await;
    let trial = world.engine.try_endpoint(&tenant(), &endpoint.endpoint.id, None).await.unwrap();
    assert_eq!(
        (trial.delivered, trial.status, trial.answer.as_deref()),
        (false, Some(418), Some("a teapot"))
    );
    let request = received(&server).await.remove(0);
    assert_eq!((header(&request, "webhook-id"), signatures_of(&request, &endpoint)), (trial.id.as_str(), 1));
    assert!(log(&world, &endpoint).await.is_empty(), "it is no event");
    let patch = EndpointPatch {
        settings: EndpointSettings { url: nobody(), ..endpoint.endpoint.settings.clone() },
        status: None,
    };
    world.engine.patch_endpoint(&tenant(), &endpoint.endpoint.id, patch, None).await.unwrap();
    let trial = world.engine.try_endpoint(&tenant(), &endpoint.endpoint.id, None).await.unwrap();
    assert_eq!((trial.delivered, trial.status, trial.error.as_deref()), (false, None, Some("no connection")));
}

#[tokio::test]
async fn where_nothing_is_sent_nothing_is_taken_in() {
    let world = World::sending_by(Outward::new(Policy::default())).await;
    for (url, code) in [
        ("http://93.184.215.14/", "url_refused"),
        ("https://user:secret@93.184.215.14/", "url_refused"),
        ("https://169.254.169.254/latest/meta-data/", "address_refused"),
        ("https://localhost/", "url_refused"),
    ] {
        let settings = EndpointSettings {
            url: url.to_owned(),
            description: None,
            event_types: Vec::new(),
            task: None,
            personal_data: PersonalData::None,
        };
        let refused = world.engine.create_endpoint(&tenant(), settings, None).await;
        let Err(EngineError::Invalid(problems)) = refused else { panic!("{url}") };
        assert_eq!((problems[0].pointer.as_str(), problems[0].code), ("#/url", code), "{url}");
    }
}
