//! Pushes that come a thousand times, late, shuffled, broken, too large, or not at all; and a gateway that is killed
//! while they come.

mod letter;

use crate::world::{BINARY, Dice, LONG, VENDORS, fault, people, provider, running};
use futures_util::{StreamExt, stream};
use letter::{Letter, place, sender};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, TestApp, until, until_within};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Deliveries of the same push.
const COPIES: usize = 1_000;
/// People at each vendor whose pushes are lost or shuffled.
const PEOPLE: usize = if LONG { 600 } else { 40 };
/// People who are told of while the gateway is killed again and again, and how often it is.
const TOLD: usize = if LONG { 2_000 } else { 240 };
const KILLS: usize = if LONG { 20 } else { 4 };
const PATIENCE: Duration = Duration::from_secs(if LONG { 1_200 } else { 120 });
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An app where somebody is with the vendor and does not pick up for a while; that contact, and where to push to.
async fn somebody_rings(store: StoreKind) -> (TestApp, String, String) {
    let app = TestApp::with(Setup::on(store).at_speed(1.0)).await;
    let task = app.create_task(&app.task("nxtele", &["07"])).await;
    app.start(&task).await;
    app.wait_until(&task, "somebody is with the vendor", |task| {
        task["counts"]["submitting"] == 0 && task["counts"]["queued"] == 0
    })
    .await;
    let contact = app.contacts(&task).await.remove(0);
    let place = place(&app, "nxtele").await;
    (app, contact["id"].as_str().unwrap().to_owned(), place)
}

async fn ended(app: &TestApp, contact: &str) -> Value {
    let path = format!("/v1/contacts/{contact}");
    let look = async || app.get(&path).await.expect(200);
    until("the contact is done", look, |contact| contact["status"] == "completed").await
}

/// Pushes of the account in that state.
async fn kept(app: &TestApp, state: &str) -> Vec<Value> {
    app.all(&format!("/v1/accounts/nxtele-demo/pushes?state={state}&limit=200")).await
}

pub async fn the_same_push_a_thousand_times_is_one_change(store: StoreKind) {
    let (app, contact, place) = somebody_rings(store).await;
    let (http, told) = (sender(), Letter::order(&contact, "call-1", "USER_BUSY"));

    let answers = stream::iter(0..COPIES).map(|_| told.send(&http, &place)).buffer_unordered(16);
    let answers: Vec<_> = answers.collect().await;

    for answer in answers {
        assert_eq!(answer, Some((200, json!({"retCode": 0, "retMsg": "success"}))));
    }
    let done = ended(&app, &contact).await;
    assert_eq!((&done["disposition"], &done["confidence"]), (&json!("busy"), &json!("confirmed")));
    let look = async || kept(&app, "used").await;
    // The vendor tells other things, too.
    let all_of_it = |used: &Vec<Value>| used.iter().any(|push| push["deliveries"] == COPIES);
    let used = until("all deliveries are counted", look, all_of_it).await;
    let copied = |push: &&Value| push["kind"] == "order" && push["deliveries"] != 1;
    assert_eq!(used.iter().filter(copied).count(), 1, "{used:#?}");
    let calls = app.all(&format!("/v1/calls?contact_id={contact}&limit=50")).await;
    let insight = json!({"kind": "intent", "name": "i-1", "value": "call back", "level": 3});
    assert!(calls.iter().any(|call| call["insights"] == json!([insight])), "{calls:#?}");
    let told = app.all(&format!("/v1/contacts/{contact}/timeline?limit=200")).await;
    let endings = told.iter().filter(|event| event["type"] == "contact.completed").count();
    assert_eq!(endings, 1, "{told:#?}");
    app.shut_down().await;
}

pub async fn a_changed_body_and_a_copy_of_yesterday_are_refused_and_kept(store: StoreKind) {
    let (app, contact, place) = somebody_rings(store).await;
    let http = sender();
    let genuine = Letter::order(&contact, "call-1", "USER_BUSY");
    let changed = genuine.clone().with_body(genuine.body.replace("USER_BUSY", "NO_ANSWER"));
    let of_yesterday = Letter::raw("order", genuine.body.clone(), DAY);

    for refused in [&changed, &of_yesterday] {
        let (status, problem) = refused.send(&http, &place).await.unwrap();
        assert_eq!((status, &problem["code"]), (401, &json!("unproven_push")));
    }

    let refused = kept(&app, "refused").await;
    let reasons: Vec<_> = refused.iter().map(|push| push["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].contains("out of date") && reasons[1].contains("wrong"), "{reasons:?}");
    let seen = app.get(&format!("/v1/contacts/{contact}")).await.expect(200);
    assert_ne!(seen["status"], "completed", "{seen:#}");
    assert_eq!(genuine.send(&http, &place).await.unwrap().0, 200, "the genuine one is not kept from its due");
    assert_eq!(ended(&app, &contact).await["disposition"], "busy");
    app.shut_down().await;
}

pub async fn bad_pushes_are_answered_and_kept_and_slow_nothing_down(store: StoreKind) {
    let (app, contact, place) = somebody_rings(store).await;
    let http = sender();
    let order = Letter::order(&contact, "call-1", "USER_BUSY");
    let large = Letter::raw("order", " ".repeat(10 * 1024 * 1024), Duration::ZERO);
    let broken = Letter::raw("order", order.body[..order.body.len() / 2].to_owned(), Duration::ZERO);
    let stranger = Letter::order("con_01h0000000000000000000000a", "call-9", "USER_BUSY");
    let odd = Letter::raw("weather", "{}".into(), Duration::ZERO);
    let twice = order.body.replacen('{', r#"{"orderID":"somebody else","#, 1);

    // Whoever sends ten megabytes may not live to read that they are too many.
    if let Some((status, problem)) = large.send(&http, &place).await {
        assert_eq!((status, &problem["code"]), (413, &json!("body_too_large")));
    }
    assert_eq!(odd.send(&http, &place).await.unwrap().0, 404);
    assert_eq!(order.send(&http, &format!("{place}0")).await.unwrap().0, 404, "the secret is wrong");
    assert_eq!(
        broken.send(&http, &place).await.unwrap().0,
        200,
        "it would not be mended by sending it again"
    );
    assert_eq!(stranger.send(&http, &place).await.unwrap().0, 200);

    let (unusable, waiting) = (kept(&app, "unusable").await, kept(&app, "new").await);
    assert_eq!(unusable.len(), 1, "{unusable:#?}");
    assert_eq!(waiting.len(), 1, "whoever is not known may become known: {waiting:#?}");
    let last_counts = Letter::raw("order", twice, Duration::ZERO);
    assert_eq!(last_counts.send(&http, &place).await.unwrap().0, 200, "names may be given twice");
    assert_eq!(ended(&app, &contact).await["disposition"], "busy");
    app.shut_down().await;
}

/// How everybody of a task ended, by the client's own keys: disposition, and the endings of their calls.
async fn endings(api: &Api, task: &str) -> BTreeMap<String, (String, Vec<String>)> {
    let word = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    let mut calls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for call in api.all(&format!("/v1/calls?task_id={task}&limit=200")).await {
        calls.entry(word(&call, "contact_id")).or_default().push(word(&call, "disposition"));
    }
    let contacts = api.contacts(task).await.into_iter();
    contacts
        .map(|contact| {
            let mut calls = calls.remove(contact["id"].as_str().unwrap()).unwrap_or_default();
            calls.sort();
            (word(&contact, "external_id"), (word(&contact, "disposition"), calls))
        })
        .collect()
}

async fn lived(
    store: StoreKind,
    kind: &str,
    faults: &[Value],
) -> (BTreeMap<String, (String, Vec<String>)>, Value) {
    let app = TestApp::with(Setup::on(store)).await;
    if kind != "nxtele" {
        let push_url = format!("{}/{{kind}}", place(&app, kind).await);
        app.vendors().set(&json!({format!("{}.push_url", settings_of(kind)): push_url})).await;
    }
    for fault in faults {
        app.vendors().add_fault(fault).await;
    }
    let task = running(&app, app.site(), kind, &people(app.site(), kind, 0..PEOPLE)).await;
    app.wait_long_until(&task, PATIENCE, "everybody is done", |task| task["status"] == "completed").await;
    assert_eq!(app.vendors().rings().await.max_per_number, 1);
    let report = app.get(&format!("/v1/accounts/{kind}-demo/reconciliation")).await.expect(200);
    let endings = endings(&app, &task).await;
    app.shut_down().await;
    (endings, report)
}

/// The simulator's name for a vendor's settings.
fn settings_of(kind: &str) -> &str {
    provider(kind)
}

pub async fn lost_and_shuffled_pushes_end_in_the_same_state(store: StoreKind) {
    for (kind, _) in VENDORS {
        let lost = fault(kind, "*", "lose_webhook", json!({"probability": 0.3}));
        let twice = fault(kind, "*", "duplicate_webhook", json!({"probability": 0.2}));
        let shuffled = fault(kind, "*", "reorder_webhooks", json!({"seconds": [0.0, 2.0]}));

        let (undisturbed, _) = lived(store, kind, &[]).await;
        let (disturbed, report) = lived(store, kind, &[lost, twice, shuffled]).await;

        assert_eq!(undisturbed.len(), PEOPLE);
        assert_eq!(disturbed, undisturbed, "{kind}");
        let outcomes = report["outcomes"].as_object().unwrap();
        let of = |name: &str| outcomes[name].as_u64().unwrap();
        let told =
            of("by_push") + of("by_push_and_polling") + of("by_polling") + of("by_look_up") + of("untold");
        assert_eq!(told, PEOPLE as u64, "{kind}: {report:#}");
        println!(
            "pushes: {} {kind}: of {PEOPLE} people, only polling found {}, pushes came about {} and late about {}",
            store.name(),
            of("only_by_polling"),
            of("by_push") + of("by_push_and_polling"),
            of("pushed_later"),
        );
    }
}

pub async fn nothing_acknowledged_is_lost_when_the_gateway_is_killed(store: StoreKind) {
    let mut dice = Dice::new("pushes");
    // Nobody's call ends by itself, and nobody is read.
    let setup = Setup::on(store).at_speed(0.01).account_key("window", 10_000).account_key("fuse_seconds", 10);
    let site = Site::set(setup).await;
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let task = running(&api, &site, "nxtele", &people(&site, "nxtele", 0..TOLD)).await;
    let out = |task: &Value| {
        let of = |status: &str| task["counts"][status].as_u64().unwrap_or(0);
        of("submitted") + of("dialing") == TOLD as u64
    };
    api.wait_long_until(&task, PATIENCE, "everybody is with the vendor", out).await;
    let account = api.get("/v1/accounts/nxtele-demo").await.expect(200);
    let place = account["ingress_url"].as_str().unwrap().to_owned();
    let contacts = api.contacts(&task).await;
    let ids: Vec<_> = contacts.iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect();

    // Each is told of until that is acknowledged; the gateway is killed meanwhile.
    let (http, acknowledged) = (sender(), std::sync::atomic::AtomicUsize::new(0));
    let tell = async |n: usize| {
        let told = Letter::order(&ids[n], &format!("call-{n}"), "USER_BUSY");
        let look = async || told.send(&http, &place).await.map(|(status, _)| status);
        until_within(PATIENCE, "the push is acknowledged", look, |status| *status == Some(200)).await;
        acknowledged.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    };
    let telling = stream::iter(0..TOLD).map(&tell).buffer_unordered(8).for_each(async |()| ());
    let killing = async {
        let mut moments: Vec<_> = (0..KILLS).map(|_| dice.below(TOLD as u64 * 9 / 10) as usize).collect();
        moments.sort_unstable();
        for moment in moments {
            let look = async || acknowledged.load(std::sync::atomic::Ordering::SeqCst);
            until_within(PATIENCE, "the next moment has come", look, |count| *count >= moment).await;
            gateway.kill();
            gateway.start().await;
        }
    };
    futures_util::future::join(telling, killing).await;

    let done =
        api.wait_long_until(&task, PATIENCE, "everybody is done", |task| task["status"] == "completed").await;
    assert_eq!(done["dispositions"]["busy"], TOLD, "{done:#}");
    let calls = api.all(&format!("/v1/calls?task_id={task}&limit=200")).await;
    assert_eq!(calls.iter().filter(|call| call["disposition"] == "busy").count(), TOLD);
    // The vendor pushes, too, when its task ends.
    let waiting = async || api.get("/v1/accounts/nxtele-demo/pushes?state=new").await.expect(200);
    until_within(PATIENCE, "no push waits", waiting, |waiting| waiting["data"] == json!([])).await;
    println!("pushes: {}: {TOLD} acknowledged, {KILLS} kills: lost 0", store.name());
    site.clear().await;
}
