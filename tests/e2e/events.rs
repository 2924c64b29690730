//! The log of events, as clients read it: whoever reads nothing else knows how everything ended.

use crate::world::{BINARY, VENDORS, fault, people, ready, running};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, TestApp, Wire, until_within};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(120);
const PEOPLE: usize = 9;

/// A client that knows nothing but what the feed tells.
#[derive(Default)]
struct Reader {
    cursor: Option<String>,
    /// Contacts and tasks by id: the last sequence, and the status the last event told.
    known: BTreeMap<String, (u64, String)>,
    told: Vec<String>,
}

impl Reader {
    /// Reads on, to the end of what is there.
    async fn read(&mut self, api: &Api) {
        loop {
            let after = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = api.get(&format!("/v1/events?limit=7{after}")).await.expect(200);
            page["data"].as_array().unwrap().iter().for_each(|event| self.learn(event));
            self.cursor = Some(page["next_cursor"].as_str().unwrap().to_owned());
            if page["has_more"] == false {
                return;
            }
        }
    }

    fn learn(&mut self, event: &Value) {
        let kind = event["type"].as_str().unwrap();
        self.told.push(kind.to_owned());
        let Some(whose) = event["contact_id"].as_str().or(event["task_id"].as_str()) else { return };
        let known = self.known.entry(whose.to_owned()).or_default();
        assert_eq!(event["previous_sequence"], known.0, "something is missing before {event:#}");
        known.0 = event["sequence"].as_u64().unwrap();
        if kind.starts_with("contact.") || kind.starts_with("task.") {
            event["data"]["status"].as_str().unwrap().clone_into(&mut known.1);
        }
    }

    fn status_of(&self, id: &Value) -> &str {
        &self.known[id.as_str().unwrap()].1
    }
}

pub async fn whoever_reads_the_feed_alone_knows_how_everything_ended(store: StoreKind) {
    let mut app = TestApp::with(Setup::on(store)).await;
    let mut reader = Reader::default();
    let mut tasks = Vec::new();
    for (place, (kind, _)) in VENDORS.into_iter().enumerate() {
        let people = people(app.site(), kind, place * PEOPLE..(place + 1) * PEOPLE);
        tasks.push(running(&app, app.site(), kind, &people).await);
        reader.read(&app).await;
    }
    // A place in the log outlives the process that gave it.
    app.restart().await;
    let over = async || {
        reader.read(&app).await;
        reader.told.iter().filter(|kind| *kind == "task.completed").count()
    };
    until_within(PATIENCE, "every task is told to be completed", over, |over| *over == tasks.len()).await;
    let api: &Api = &app;
    for task in &tasks {
        let seen = api.task(task).await;
        assert_eq!(seen["status"], reader.status_of(&seen["id"]));
        for contact in api.contacts(task).await {
            assert_eq!(contact["status"], reader.status_of(&contact["id"]), "{contact:#}");
        }
    }
    assert_eq!(reader.known.len(), tasks.len() * (PEOPLE + 1));
    app.shut_down().await;
}

pub async fn a_vendor_that_does_not_answer_is_told(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    app.create_task(&app.task("nxtele", &["00"])).await;
    app.vendors().add_fault(&fault("nxtele", "*", "status", json!({"code": 503}))).await;
    let told = async |ask: bool| {
        if ask {
            app.get("/v1/accounts/nxtele-demo/vendor_tasks").await;
        }
        let page = app.get("/v1/events?types=provider.degraded,provider.recovered").await.expect(200);
        page["data"].as_array().unwrap().clone()
    };
    let degraded =
        until_within(PATIENCE, "it is told", async || told(true).await, |told| !told.is_empty()).await;
    assert_eq!(degraded[0]["type"], "provider.degraded");
    assert_eq!(degraded[0]["data"], json!({"account": "nxtele-demo", "provider": "nxtele"}));
    assert_eq!((&degraded[0]["task_id"], &degraded[0]["sequence"]), (&Value::Null, &json!(0)));
    app.vendors().clear_faults().await;
    let recovered =
        until_within(PATIENCE, "it is well again", async || told(true).await, |told| told.len() > 1).await;
    assert_eq!(recovered[1]["type"], "provider.recovered");
    assert_eq!(told(false).await.len(), 2, "each is told once");
    app.shut_down().await;
}

pub async fn what_one_replica_writes_is_followed_at_another(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;
    let (mut processes, mut wires) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let wire = Wire::to(&site.vendors_url()).await;
        let mut process = Process::at(&site, &wire.url(), BINARY);
        process.start().await;
        processes.push(process);
        wires.push(wire);
    }
    let key = processes[0].make_key();
    let (writer, follower) = (processes[0].client(&key), processes[1].client(&key));
    let stream = follower.request(Method::GET, "/v1/events/stream?types=task.created,contact.accepted");
    let mut stream = stream.send().await.unwrap();
    let mut text = String::new();
    let mut read_until = async |what: &str, times: usize| {
        while text.matches(what).count() < times {
            let more = stream.chunk().await.unwrap().unwrap();
            text.push_str(std::str::from_utf8(&more).unwrap());
        }
        text.clone()
    };
    read_until("retry:", 1).await;
    let task = ready(&writer, site.task("nxtele", &[]), &people(&site, "nxtele", 0..PEOPLE)).await;
    let told = read_until("event: contact.accepted", PEOPLE).await;
    assert_eq!(told.matches("event: task.created").count(), 1);
    assert!(told.contains(&task));
    site.clear().await;
}
