//! Canaries: numbers, names, values and secrets that go through everything and are found nowhere they do not belong.

use crate::world::{BINARY, VENDORS};
use outdial_model::ExposeSecret;
use outdial_testkit::{Api, Process, Receiver, Setup, Site, StoreKind, TestApp, until_within};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(90);

/// What everybody is called, and what is said to them.
const NAME: &str = "Zuckerkandl-Ypsilanti";
const VALUE: &str = "geheim-4711-xyz";
/// What the simulated vendor that writes calls down has heard in each.
const SAID: &str = "this is about your payment";
/// Secrets of the simulated vendors' accounts.
const VENDOR_SECRETS: [&str; 3] = ["sim-nxtele-secret", "sim-tencent-secret", "sim-airudder-secret"];

/// What a life with everything in it leaves behind.
struct Lived {
    /// What is personal: numbers without the first two digits of their country's code, names, values.
    personal: Vec<String>,
    secrets: Vec<String>,
    database: Vec<u8>,
    /// What was told, and where, to those who may not see anybody.
    told: Vec<(&'static str, String)>,
    /// What was told to those who may.
    shown: String,
}

impl Lived {
    /// Which of the canaries are in it.
    fn found<'c>(&self, canaries: &'c [String], bytes: &[u8]) -> Vec<&'c str> {
        canaries.iter().map(String::as_str).filter(|canary| holds(bytes, canary)).collect()
    }
}

/// One task at each vendor, rung, pushed about, recorded, delivered, cancelled under an idempotency key, and asked
/// for in wrong ways.
async fn live(setup: Setup) -> Lived {
    let site = Site::set(setup).await;
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY).talkative();
    let key = gateway.make_key();
    let api = gateway.client(&key);
    gateway.start().await;
    let (discreet, trusted) = (Receiver::start().await, Receiver::start().await);
    let mut secrets = vec![key.expose_secret().to_owned()];
    for (receiver, pii) in [(&discreet, "none"), (&trusted, "full")] {
        let draft = json!({"url": receiver.url(), "pii": pii});
        let keyed = api.request(Method::POST, "/v1/webhook_endpoints").header("idempotency-key", pii);
        let made = api.send(keyed.json(&draft)).await.expect(201);
        secrets.push(made["secret"].as_str().unwrap().trim_start_matches("whsec_").to_owned());
    }
    site.vendors().set(&json!({"tencent.asr_delay_seconds": 0})).await;
    let (mut personal, mut told) = (vec![NAME.to_owned(), VALUE.to_owned(), SAID.to_owned()], Vec::new());
    for (place, (kind, _)) in VENDORS.into_iter().enumerate() {
        let people: Vec<_> = (0..3).map(|n| person(&site, kind, 7_000 + 10 * place + n)).collect();
        personal.extend(people.iter().map(digits));
        let task = api.create_task(&site.task(kind, &[])).await;
        api.add_contacts(&task, json!(people)).await.expect(202);
        cancel_one(&api, &task).await;
        api.start(&task).await;
        // The vendor's pushes come by themselves; this one is somebody else's, who knows the address.
        let account = api.get(&format!("/v1/accounts/{kind}-demo")).await.expect(200);
        let ingress = account["ingress_url"].as_str().unwrap();
        secrets.push(ingress.rsplit('/').next().unwrap().to_owned());
        push_nonsense(ingress, &people[0]).await;
        let done =
            api.wait_long_until(&task, PATIENCE, "everybody is done", |task| task["status"] == "completed");
        assert_eq!(done.await["counts"]["completed"], 2);
        for call in api.all(&format!("/v1/calls?task_id={task}&limit=50")).await {
            let path = format!("/v1/calls/{}/recording", call["id"].as_str().unwrap());
            api.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
        }
        if kind == "tencent_ccc" {
            let calls = async || api.all(&format!("/v1/calls?task_id={task}&limit=50")).await;
            let is_told = |calls: &Vec<Value>| calls.iter().all(|call| call["insights"] != json!([]));
            until_within(PATIENCE, "what was said is known", calls, is_told).await;
        }
        told.extend(ask_wrongly(&api, &task, &people[0]).await);
    }
    let events = api.all_events().await;
    let wanted = events.len();
    let look = async || (discreet.taken().len(), trusted.taken().len());
    until_within(PATIENCE, "everything is delivered", look, |(one, other)| *one.min(other) >= wanted).await;
    let bodies = |receiver: &Receiver| -> String {
        receiver.taken().iter().map(|message| String::from_utf8_lossy(&message.body).into_owned()).collect()
    };
    told.push(("the log", gateway.log()));
    told.push(("the feed of events", json!(events).to_string()));
    told.push(("messages without personal data", bodies(&discreet)));
    told.push(("metrics", api.get("/metrics").await.body.to_string()));
    told.push(("endpoints", api.get("/v1/webhook_endpoints").await.body.to_string()));
    let shown = bodies(&trusted);
    let mut database = site.place().everything().await;
    gateway.kill();
    database.extend(site.place().everything().await);
    site.clear().await;
    secrets.extend(VENDOR_SECRETS.map(str::to_owned));
    Lived { personal, secrets, database, told, shown }
}

fn person(site: &Site, kind: &str, row: usize) -> Value {
    let mut person = site.contact(kind, row, "00");
    person["name"] = NAME.into();
    person["variables"] = json!({"due": VALUE});
    person
}

/// A number as it may be written anywhere, with or without its country.
fn digits(person: &Value) -> String {
    person["phone"].as_str().unwrap().trim_start_matches('+')[2..].to_owned()
}

/// Cancels the last contact of the task under a key: the answer shows everything, and is kept.
async fn cancel_one(api: &Api, task: &str) {
    let last = api.contacts(task).await.pop().unwrap();
    let id = last["id"].as_str().unwrap();
    for _ in 0..2 {
        let cancel = api.request(Method::POST, &format!("/v1/contacts/{id}/cancel"));
        let keyed = cancel.header("idempotency-key", id);
        let cancelled = api.send(keyed).await.expect(202);
        assert_eq!(cancelled["name"], NAME, "whoever asks for a contact is shown it: {cancelled:#}");
    }
}

async fn push_nonsense(ingress: &str, person: &Value) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for kind in ["call", "order", "cdr", "call_completion"] {
        let push = http.post(format!("{ingress}/{kind}")).json(&json!({"callee": person, "sign": "no"}));
        push.send().await.unwrap();
    }
}

/// Requests that are refused, and what they were told.
async fn ask_wrongly(api: &Api, task: &str, person: &Value) -> Vec<(&'static str, String)> {
    let phone = person["phone"].as_str().unwrap();
    let contacts = format!("/v1/tasks/{task}/contacts");
    let post = |path: &str, kind: &'static str, body: String| {
        api.request(Method::POST, path).header("content-type", kind).body(body)
    };
    let requests = [
        post(&contacts, "application/json", format!("{{\"contacts\": [{person}, oh no")),
        post(&contacts, "application/json", json!({"contacts": [{"phone": phone, "name": 7}]}).to_string()),
        post(
            &contacts,
            "application/json",
            json!({"contacts": [{"phone": format!("{phone}x12")}]}).to_string(),
        ),
        post(&contacts, "text/csv", format!("phone,name\n{phone},{NAME}\n{phone}99999,\"{NAME}\n")),
        post(&contacts, "application/x-ndjson", format!("{person}\n{{\"phone\": \"{phone}\", {NAME}\n")),
        post("/v1/tasks", "application/json", json!({"account": NAME, "contacts": [person]}).to_string()),
        api.request(Method::GET, &format!("/v1/nowhere?phone={phone}&name={NAME}")),
        api.request(Method::GET, &format!("/v1/calls?phone={phone}")),
        api.request(Method::POST, &format!("/v1/contacts/{phone}/cancel")),
    ];
    let mut told = Vec::new();
    for request in requests {
        let answer = api.send(request).await;
        told.push(("a problem", answer.body.to_string()));
    }
    told
}

pub async fn nothing_personal_is_found_anywhere(store: StoreKind) {
    let lived = live(Setup::on(store).encrypted()).await;
    let all = [&*lived.personal, &*lived.secrets].concat();
    let nothing: [&str; 0] = [];
    assert_eq!(lived.found(&all, &lived.database), nothing, "in the database");
    for (place, text) in &lived.told {
        assert_eq!(lived.found(&all, text.as_bytes()), nothing, "in {place}: {text:.2000}");
    }
    let shown = lived.found(&lived.personal, lived.shown.as_bytes());
    assert!(
        shown.contains(&NAME) && shown.len() > 2,
        "whoever asked for everything is told who it is: {shown:?}"
    );
}

/// What makes the story above worth anything: the same life leaves canaries where nothing keeps them from it.
pub async fn without_a_key_the_database_shows_everybody(store: StoreKind) {
    let lived = live(Setup::on(store)).await;
    assert_eq!(lived.found(&lived.personal, &lived.database), lived.personal);
    assert_eq!(
        lived.found(&lived.secrets, &lived.database),
        [""; 0],
        "secrets are sealed or hashed in any case"
    );
    for (place, text) in &lived.told {
        assert_eq!(lived.found(&lived.personal, text.as_bytes()), [""; 0], "in {place}: {text:.2000}");
    }
}

pub async fn whoever_is_erased_is_found_nowhere_and_not_rung_again(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let kind = VENDORS[0].0;
    let people = [person(app.site(), kind, 7_100), app.contact(kind, 7_101, "00")];
    let done = app.create_task(&app.task(kind, &[])).await;
    app.add_contacts(&done, json!(people)).await.expect(202);
    app.start(&done).await;
    app.wait_for_status(&done, "completed").await;
    let mut waiting = app.task(kind, &[]);
    waiting["keep_open"] = json!(true);
    let waiting = app.create_task(&waiting).await;
    app.add_contacts(&waiting, json!(people)).await.expect(202);
    app.start(&waiting).await;
    app.pause(&waiting).await;

    let begun = app.post("/v1/erasures", &json!({"phone": people[0]["phone"]})).await.expect(202);
    assert_eq!(begun["contacts"], 2, "{begun:#}");
    let path = format!("/v1/erasures/{}", begun["id"].as_str().unwrap());
    let look = async || app.get(&path).await.expect(200);
    let erasure =
        until_within(PATIENCE, "it is erased", look, |erasure| erasure["status"] == "completed").await;
    assert_eq!((&erasure["erased"], erasure["completed_at"].is_string()), (&json!(2), true), "{erasure:#}");

    for task in [&done, &waiting] {
        let again = app.add_contacts(task, json!([people[0]])).await;
        let told = again.body["results"][0]["status"].clone();
        assert!(again.status == 409 || told == "existing", "{:#}", again.body);
        let contacts = app.contacts(task).await;
        assert_eq!(contacts.len(), 2);
        let gone = contacts.iter().find(|contact| contact["erased_at"].is_string()).unwrap();
        assert_eq!(
            (&gone["phone"], &gone["name"], &gone["variables"]),
            (&Value::Null, &Value::Null, &json!({}))
        );
    }
    let canaries = [NAME.to_owned(), VALUE.to_owned(), digits(&people[0])];
    let database = app.site().place().everything().await;
    let found: Vec<_> = canaries.iter().filter(|canary| holds(&database, canary)).collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(holds(&database, &digits(&people[1])), "others are there as before");
    assert!(app.vendors().rings_of(people[0]["phone"].as_str().unwrap()).await.len() < 2);

    let wrong = json!({"phone": people[1]["phone"], "external_id": "c-1"});
    let told = app.post("/v1/erasures", &wrong).await.expect(422);
    assert_eq!(told["errors"][0]["code"], "one_of", "{told:#}");
    app.shut_down().await;
}

fn holds(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|part| part == canary.as_bytes())
}
