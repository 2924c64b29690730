//! What happens, told to webhook endpoints: signed, in order for each contact, at least once under one id, whoever is
//! away, slow or dead, and whatever becomes of the gateway.

mod crowd;
mod interrupted;

use outdial_testkit::{Api, Received, Receiver, Reply, Setup, StoreKind, TestApp, until, until_within};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use crowd::the_dead_and_the_slow_hold_up_nobody;
pub use interrupted::{
    a_gateway_killed_while_messages_leave_tells_everything_after_all, replicas_tell_everything_together,
};

const PATIENCE: Duration = Duration::from_secs(90);

/// An endpoint of the tenant's; `more` is what it has beside its URL.
struct Endpoint {
    path: String,
    secret: String,
}

impl Endpoint {
    async fn at(api: &Api, receiver: &Receiver, mut more: Value) -> Self {
        more["url"] = receiver.url().into();
        let made = api.post("/v1/webhook_endpoints", &more).await.expect(201);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { path: format!("/v1/webhook_endpoints/{}", text("id")), secret: text("secret") }
    }

    /// Waits until nothing waits for it any more.
    async fn has_everything(&self, api: &Api) {
        let look = async || api.get(&format!("{}/deliveries?status=pending", self.path)).await.expect(200);
        let nothing_waits = |page: &Value| page["data"].as_array().unwrap().is_empty();
        until_within(PATIENCE, "everything was delivered", look, nothing_waits).await;
    }
}

/// Waits until the receiver has taken every event of the log; answers the log.
async fn all_of_the_log(api: &Api, receiver: &Receiver) -> Vec<Value> {
    let look = async || {
        let log = api.all_events().await;
        let taken = receiver.taken();
        let taken: BTreeSet<_> = taken.iter().map(Received::id).collect();
        let missing = log.iter().filter(|event| !taken.contains(event["id"].as_str().unwrap())).count();
        (missing, log)
    };
    until_within(PATIENCE, "every event has come", look, |(missing, _)| *missing == 0).await.1
}

/// Every message is signed with `secret` and says what the log says.
fn each_is_genuine(taken: &[Received], secret: &str, log: &[Value]) {
    let log: BTreeMap<_, _> = log.iter().map(|event| (event["id"].as_str().unwrap(), event)).collect();
    for message in taken {
        assert!(message.is_signed_with(secret), "{message:?}");
        let told = message.json();
        assert_eq!(told["id"], message.id());
        assert_eq!(&told, log[message.id()], "a message says what the log says");
    }
}

/// Of each contact (and of each task itself) messages came in order and without a gap. One that came again came before
/// the next one.
fn each_lane_is_in_order(came: &[Received]) {
    let mut lanes: BTreeMap<String, u64> = BTreeMap::new();
    for told in came.iter().map(Received::json) {
        let lane = told["contact_id"].as_str().or(told["task_id"].as_str()).unwrap_or_default().to_owned();
        let last = lanes.entry(lane).or_default();
        let sequence = told["sequence"].as_u64().unwrap();
        if sequence != *last {
            assert_eq!(told["previous_sequence"], *last, "{told:#}");
            *last = sequence;
        }
    }
    assert!(lanes.len() > 1);
}

/// A task at the first vendor with these endings, done.
async fn a_task_is_done(app: &TestApp, endings: &[&str]) -> String {
    let task = app.create_task(&app.task("nxtele", endings)).await;
    app.start(&task).await;
    app.wait_for_status(&task, "completed").await;
    task
}

pub async fn everything_that_happens_is_told_signed_and_in_order(store: StoreKind) {
    let (app, receiver) = (TestApp::with(Setup::on(store)).await, Receiver::start().await);
    let endpoint = Endpoint::at(&app, &receiver, json!({})).await;

    a_task_is_done(&app, &["00", "01", "02", "05", "00"]).await;

    let log = all_of_the_log(&app, &receiver).await;
    let taken = receiver.taken();
    each_is_genuine(&taken, &endpoint.secret, &log);
    each_lane_is_in_order(&taken);
    assert_eq!(taken.len(), log.len(), "nothing came twice");
    for kind in ["task.created", "contact.completed", "call.ended", "task.completed"] {
        assert!(taken.iter().any(|message| message.json()["type"] == kind), "{kind}");
    }
    endpoint.has_everything(&app).await;
    app.shut_down().await;
}

pub async fn an_endpoint_is_told_what_it_asked_for_and_no_more(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let first = app.create_task(&app.task("nxtele", &["00"])).await;
    let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    let [ended, full, masked] = &receivers;
    Endpoint::at(&app, ended, json!({"event_types": ["contact.completed", "task.completed"]})).await;
    Endpoint::at(&app, full, json!({"task_id": first, "pii": "full"})).await;
    Endpoint::at(&app, masked, json!({"task_id": first, "pii": "masked"})).await;
    let mut second = app.task("nxtele", &[]);
    second["contacts"] = json!([app.contact("nxtele", 50, "00"), app.contact("nxtele", 51, "02")]);
    let second = app.create_task(&second).await;

    for task in [&first, &second] {
        app.start(task).await;
        app.wait_for_status(task, "completed").await;
    }

    let came = |receiver: &Receiver, wanted: &str| {
        receiver.taken().iter().filter(|message| message.json()["type"] == wanted).count()
    };
    until("both tasks are told", async || came(ended, "task.completed"), |count| *count == 2).await;
    until("the first task is told", async || came(full, "task.completed"), |count| *count == 1).await;
    until("and masked", async || came(masked, "task.completed"), |count| *count == 1).await;
    assert_eq!(ended.taken().len(), 5, "three people and two tasks");
    let phone = app.contacts(&first).await[0]["phone"].as_str().unwrap().to_owned();
    let ends = (&phone[..4], &phone[phone.len() - 4..]);
    for (receiver, is_shown) in [(ended, false), (full, true), (masked, false)] {
        let texts: Vec<_> =
            receiver.taken().iter().map(|message| String::from_utf8(message.body.clone()).unwrap()).collect();
        assert_eq!(texts.iter().any(|text| text.contains(&phone)), is_shown, "{texts:#?}");
    }
    for message in full.taken().iter().chain(&masked.taken()).map(Received::json) {
        assert_eq!(message["task_id"], first, "only its own task");
    }
    let hidden = masked.taken().iter().map(Received::json).find(|message| message["contact_id"].is_string());
    let hidden = hidden.unwrap()["data"]["phone"].as_str().unwrap().to_owned();
    assert!(hidden.starts_with(ends.0) && hidden.ends_with(ends.1) && hidden.contains("****"), "{hidden}");
    app.shut_down().await;
}

pub async fn what_was_not_taken_comes_again_under_the_same_id(store: StoreKind) {
    let (app, receiver) = (TestApp::with(Setup::on(store)).await, Receiver::start().await);
    let refused = std::sync::Mutex::new(BTreeSet::new());
    receiver.answers(move |message| {
        let is_first = refused.lock().unwrap().insert(message.id().to_owned());
        if is_first { Reply::Status(503) } else { Reply::Status(200) }
    });
    let endpoint =
        Endpoint::at(&app, &receiver, json!({"event_types": ["task.created", "task.updated"]})).await;

    let task = app.create_task(&app.task("nxtele", &["00"])).await;

    let taken =
        until_within(PATIENCE, "it came again", async || receiver.taken(), |all| !all.is_empty()).await;
    let all = receiver.received();
    assert_eq!(all.iter().map(|message| message.answered).collect::<Vec<_>>(), [503, 200]);
    assert_eq!((all[0].id(), &all[0].body), (all[1].id(), &all[1].body));
    assert!(all.iter().all(|message| message.is_signed_with(&endpoint.secret)));
    assert!(all[1].at - all[0].at > Duration::from_secs(3), "after a pause");
    assert_eq!(taken[0].json()["task_id"], task);
    let path = format!("{}/deliveries", endpoint.path);
    let look = async || app.get(&path).await.expect(200)["data"][0].clone();
    let line = until("it is written", look, |line| line["status"] == "delivered").await;
    assert_eq!((&line["attempts"], &line["last_http_status"]), (&json!(2), &json!(200)));
    app.shut_down().await;
}

pub async fn a_receiver_that_was_away_catches_up_in_order(store: StoreKind) {
    let (app, mut receiver) = (TestApp::with(Setup::on(store)).await, Receiver::start().await);
    let endpoint = Endpoint::at(&app, &receiver, json!({})).await;
    receiver.goes_away().await;

    a_task_is_done(&app, &["00", "01", "02", "00"]).await;
    let look = async || app.get(&endpoint.path).await.expect(200);
    until("it is known to fail", look, |endpoint| endpoint["failing_since"].is_string()).await;
    assert_eq!(receiver.received().len(), 0);
    receiver.comes_back().await;
    // The first message it takes makes everything that waits due.
    app.create_task(&app.task("nxtele", &[])).await;

    let log = all_of_the_log(&app, &receiver).await;
    each_is_genuine(&receiver.taken(), &endpoint.secret, &log);
    each_lane_is_in_order(&receiver.taken());
    endpoint.has_everything(&app).await;
    assert_eq!(app.get(&endpoint.path).await.expect(200)["failing_since"], Value::Null);
    app.shut_down().await;
}

pub async fn what_has_been_told_can_be_had_again(store: StoreKind) {
    let (app, receiver) = (TestApp::with(Setup::on(store)).await, Receiver::start().await);
    let endpoint = Endpoint::at(&app, &receiver, json!({})).await;
    let task = a_task_is_done(&app, &["00", "02"]).await;
    app.create_task(&app.task("nxtele", &[])).await;
    let log = all_of_the_log(&app, &receiver).await;
    endpoint.has_everything(&app).await;
    let before = receiver.taken().len();

    let contact = app.contacts(&task).await[0]["id"].clone();
    let replay = format!("{}/replay", endpoint.path);
    app.post(&replay, &json!({"contact_id": contact})).await.expect(202);

    let ours: Vec<_> = log.iter().filter(|event| event["contact_id"] == contact).collect();
    let again = async || receiver.taken().split_off(before);
    let again = until("they came again", again, |again| again.len() >= ours.len()).await;
    let ids = |messages: &[Received]| messages.iter().map(|one| one.id().to_owned()).collect::<Vec<_>>();
    let wanted: Vec<_> = ours.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids(&again), wanted, "the same ids, in order");
    app.shut_down().await;
}

pub async fn an_endpoint_that_is_gone_is_disabled_and_others_are_told(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let (gone, other) = (Receiver::start().await, Receiver::start().await);
    gone.answers(|_| Reply::Status(410));
    let endpoint = Endpoint::at(&app, &gone, json!({"event_types": ["task.created"]})).await;
    Endpoint::at(&app, &other, json!({"event_types": ["webhook_endpoint.disabled"]})).await;

    app.create_task(&app.task("nxtele", &[])).await;

    let told = until("others are told", async || other.taken(), |taken| !taken.is_empty()).await;
    let id = endpoint.path.rsplit('/').next().unwrap();
    assert_eq!(told[0].json()["data"]["webhook_endpoint_id"], id, "{:#}", told[0].json());
    let seen = app.get(&endpoint.path).await.expect(200);
    assert_eq!((&seen["status"], &seen["disabled_reason"]), (&json!("disabled"), &json!("gone")));
    app.create_task(&app.task("nxtele", &[])).await;
    app.patch(&endpoint.path, &json!({"status": "enabled"})).await.expect(200);
    gone.answers(|_| Reply::Status(200));
    let third = app.create_task(&app.task("nxtele", &[])).await;
    let taken = until("it is told again", async || gone.taken(), |taken| !taken.is_empty()).await;
    assert_eq!(taken[0].json()["task_id"], third, "what happened meanwhile was not kept for it");
    app.shut_down().await;
}
