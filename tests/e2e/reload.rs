//! The configuration is read again while people work: accounts come, change and go, and nobody notices but those
//! who use them.

use crate::world::{BINARY, everybody_rung_once, people, ready, running};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, until};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use toml::Table;

/// People of a task a vendor holds at a time: few, so that a task of [`MANY`] lasts.
const WINDOW: i64 = 4;
const MANY: usize = 60;

pub async fn accounts_come_change_and_go_while_everybody_is_answered(store: StoreKind) {
    let site = Site::set(Setup::on(store).account_key("window", WINDOW)).await;
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let asking = tokio::spawn(keep_asking(api.clone(), Arc::clone(&is_over)));
    let steady = running(&api, &site, "tencent_ccc", &[site.contact("tencent_ccc", 50, "00")]).await;
    assert_eq!(check(&api, "nxtele-demo").await, (200, Value::Null));
    let well_since = health(&api, "nxtele-demo").await;

    // One more account, and a task at it.
    gateway.configure(|config| {
        let first = account(config, "nxtele-demo").clone();
        accounts(config).insert("nxtele-second".into(), first.into());
    });
    reload(&gateway, "accounts added: nxtele-second; changed: none; removed: none").await;
    let mut task = site.task("nxtele", &["00"]);
    task["account"] = json!("nxtele-second");
    let task = api.create_task(&task).await;
    api.start(&task).await;
    api.wait_for_status(&task, "completed").await;

    // A secret that is wrong, and right again.
    for (secret, checked) in [("wrong", (502, json!("provider_credentials"))), ("", (200, Value::Null))] {
        let right = "sim-airudder-secret";
        let secret = if secret.is_empty() { right } else { secret };
        gateway.configure(|config| {
            account(config, "airudder-demo").insert("app_secret".into(), secret.into());
        });
        reload(&gateway, "accounts added: none; changed: airudder-demo; removed: none").await;
        assert_eq!(check(&api, "airudder-demo").await, checked);
    }
    assert_eq!(health(&api, "nxtele-demo").await, well_since, "its account is the one it was");

    // Files that cannot be used change nothing, and every reason is told.
    let before = names(&api).await;
    let mut usable = Table::new();
    gateway.configure(|config| {
        usable = config.clone();
        account(config, "nxtele-demo").insert("uuuid".into(), "x".into());
        account(config, "airudder-demo").insert("timeout_seconds".into(), 0.into());
        accounts(config).remove("tencent_ccc-demo");
    });
    reload(&gateway, "the configuration has 2 problems").await;
    assert!(gateway.log().contains("accounts.nxtele-demo.uuuid"), "{}", gateway.log());
    assert!(gateway.log().contains("accounts.airudder-demo.timeout_seconds"));
    gateway.write_config("[accounts");
    reload(&gateway, "is not valid TOML").await;
    gateway.write_config(&usable.to_string());
    gateway.configure(|config| {
        account(config, "nxtele-demo").insert("provider".into(), "airudder".into());
    });
    reload(&gateway, "the configuration has").await;
    assert_eq!(names(&api).await, before);

    // What waits for a restart is named; an account that goes leaves its tasks waiting for it.
    let mut draft = site.task("nxtele", &[]);
    draft["account"] = json!("nxtele-second");
    let left = ready(&api, draft, &people(&site, "nxtele", 100..100 + MANY)).await;
    api.start(&left).await;
    api.wait_until(&left, "somebody is with the vendor", |task| task["counts"]["submitted"] != 0).await;
    gateway.write_config(&usable.to_string());
    gateway.configure(|config| {
        config["server"]["listen"] = "127.0.0.1:1".into();
        accounts(config).remove("nxtele-second");
    });
    reload(&gateway, "removed: nxtele-second; not in force before a restart: server.listen").await;
    assert_eq!(api.get("/v1/accounts/nxtele-second").await.status, 404);
    let is_told =
        |task: &Value| task["trouble"].as_str().is_some_and(|why| why.contains("no longer configured"));
    api.wait_until(&left, "its task says why it waits", is_told).await;

    api.wait_for_status(&steady, "completed").await;
    is_over.store(true, Ordering::SeqCst);
    let (answered, failed) = asking.await.unwrap();
    println!("reload: {}: 7 reloads, {answered} requests meanwhile, {failed} failed", store.name());
    assert!(answered > 100 && failed == 0, "{failed} of {answered} requests failed");
    assert_eq!(site.vendors().rings().await.max_per_number, 1);
    site.clear().await;
}

pub async fn whoever_waits_stays_when_hours_are_closed_and_goes_when_they_are_open_again(store: StoreKind) {
    let site = Site::set(Setup::on(store).account_key("window", WINDOW)).await;
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let task = running(&api, &site, "nxtele", &people(&site, "nxtele", 0..MANY)).await;
    api.wait_until(&task, "somebody was called", |task| task["counts"]["completed"] != 0).await;

    // By the clock of each person, for a hundred years.
    let closed: Table =
        "closed = [{ from = \"2000-01-01T00:00\", to = \"2100-01-01T00:00\" }]".parse().unwrap();
    gateway.configure(|config| {
        config.insert("policy".into(), closed.into());
    });
    reload(&gateway, "the policy has changed").await;
    let is_closed = |task: &Value| {
        let of = |status: &str| task["counts"][status].as_u64().unwrap();
        of("held") + of("completed") == MANY as u64
    };
    let before = api.wait_until(&task, "everybody is held who was not out", is_closed).await;
    assert_ne!(before["counts"]["held"], 0, "{before:#}");
    let blockers = api.get(&format!("/v1/tasks/{task}/blockers")).await.expect(200);
    assert_eq!(blockers["blockers"][0]["reason"], "outside_window", "{blockers:#}");

    gateway.configure(|config| {
        config.remove("policy");
    });
    reload(&gateway, "the policy has changed").await;
    api.wait_for_status(&task, "completed").await;
    everybody_rung_once(&site.vendors(), MANY).await;
    site.clear().await;
}

/// Has the gateway read its configuration, and waits until it says that of it.
async fn reload(gateway: &Process, what: &str) {
    let told = || gateway.log().matches(what).count();
    let before = told();
    gateway.hang_up();
    until(what, async || told(), |told| *told > before).await;
}

fn accounts(config: &mut Table) -> &mut Table {
    config["accounts"].as_table_mut().unwrap()
}

fn account<'a>(config: &'a mut Table, name: &str) -> &'a mut Table {
    accounts(config)[name].as_table_mut().unwrap()
}

/// How a live call to the vendor ended: the status, and the code of a problem.
async fn check(api: &Api, account: &str) -> (u16, Value) {
    let answer = api.post(&format!("/v1/accounts/{account}/check"), &json!({})).await;
    (answer.status.as_u16(), answer.body["code"].clone())
}

async fn health(api: &Api, account: &str) -> Value {
    let account = api.get(&format!("/v1/accounts/{account}")).await.expect(200);
    assert!(account["health"]["last_success_at"].is_string(), "{account:#}");
    account["health"].clone()
}

async fn names(api: &Api) -> Vec<Value> {
    let accounts = api.get("/v1/accounts").await.expect(200);
    accounts["data"].as_array().unwrap().iter().map(|account| account["id"].clone()).collect()
}

/// Asks one thing after the other until it is over; answers how much was answered, and how much not as it should.
async fn keep_asking(api: Api, is_over: Arc<AtomicBool>) -> (usize, usize) {
    let (mut answered, mut failed) = (0, 0);
    while !is_over.load(Ordering::SeqCst) {
        for path in ["/v1/accounts", "/v1/accounts/nxtele-demo", "/v1/tasks", "/readyz"] {
            let answer = api.attempt(api.request(reqwest::Method::GET, path)).await;
            answered += 1;
            failed += usize::from(answer.is_none_or(|answer| answer.status != 200));
        }
    }
    (answered, failed)
}
