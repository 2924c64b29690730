//! Routes that choose an account, and moving a task, over the API.

use crate::test_api::{ACCOUNT, Place, TestApi, send, task_with};
use outdial_engine::provider::{MemoryOptions, MemoryProvider, Staging};
use outdial_engine::{Route, Rule, Share};
use outdial_model::{Hours, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

fn rule(countries: &[&str], tags: &[(&str, &str)]) -> Rule {
    Rule {
        countries: countries.iter().map(|code| code.parse().unwrap()).collect(),
        tags: tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        hours: Hours::default(),
        accounts: vec![Share { account: ACCOUNT.parse().unwrap(), share: 1 }],
    }
}

fn route(name: &str, tenants: &[&str], rules: Vec<Rule>) -> Route {
    let tenants = tenants.iter().map(|tenant| tenant.parse().unwrap()).collect();
    Route { id: name.parse().unwrap(), tenants, rules, fails_over_after: Duration::from_secs(60) }
}

async fn api() -> TestApi {
    let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
    let routes = vec![
        route(
            "asia",
            &[],
            vec![rule(&["ID"], &[]), rule(&["CN"], &[("team", "billing")]), rule(&["CN"], &[])],
        ),
        route("theirs", &["globex"], vec![rule(&[], &[])]),
    ];
    TestApi::start_at(MemoryProvider::new(options), Place { routes, ..Place::default() }).await
}

fn task_by(route: &str, team: Option<&str>) -> Value {
    let mut task = task_with(2);
    task["account"] = json!(route);
    if let Some(team) = team {
        task["metadata"] = json!({"team": team});
    }
    task
}

#[tokio::test]
async fn a_route_chooses_by_country_and_tags_and_says_why() {
    let api = api().await;
    for (team, rule) in [(Some("billing"), 1), (Some("care"), 2), (None, 2)] {
        let task = api.post("/v1/tasks", &task_by("asia", team)).await;
        assert_eq!(task.status, 202, "{}", task.body);
        assert_eq!((task.text("/account"), &task.body["route"]["rule"]), (ACCOUNT, &json!(rule)));
        let considered = &task.body["route"]["considered"];
        assert_eq!(considered[0], json!({"account": ACCOUNT, "chosen": true, "why": "its share is 1 of 1"}));
        let read = api.get(&format!("/v1/tasks/{}", task.text("/id"))).await;
        assert_eq!(read.body["route"], task.body["route"], "it is kept with the task");
    }
    let mut nowhere = task_by("asia", None);
    nowhere["contacts"] = json!([{"phone": "+6591234567"}]);
    let refused = api.post("/v1/tasks", &nowhere).await.problem(422, "validation_failed");
    assert_eq!(refused.errors(), [("#/account", "no_rule")]);
    nowhere["default_country"] = json!("ID");
    assert_eq!(
        api.post("/v1/tasks", &nowhere).await.body["route"]["rule"],
        0,
        "the task's country goes first"
    );
    let call = json!({"account": "asia", "script": {"template_id": "s"}, "phone": "+8613800000001"});
    let placed = api.post("/v1/calls", &call).await;
    assert_eq!((placed.text("/account"), placed.text("/route/name")), (ACCOUNT, "asia"));
}

#[tokio::test]
async fn a_route_of_another_tenants_does_not_exist() {
    let api = api().await;
    let names = |body: &Value| {
        let routes = body["data"].as_array().unwrap().iter();
        routes.map(|route| route["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let listed = api.get("/v1/routes").await;
    assert_eq!(names(&listed.body), ["asia"]);
    assert_eq!(listed.body["data"][0]["rules"][0]["countries"], json!(["ID"]));
    assert_eq!(
        listed.body["data"][0]["rules"][0]["accounts"][0],
        json!({"account": ACCOUNT, "share": 1, "is_well": true})
    );
    let refused = api.post("/v1/tasks", &task_by("theirs", None)).await.problem(422, "validation_failed");
    assert_eq!(refused.errors(), [("#/account", "unknown_account")]);
    let globex = api.key_of("globex").await;
    let theirs = send(api.bare(Method::GET, "/v1/routes").bearer_auth(&globex)).await;
    assert_eq!(names(&theirs.body), ["asia", "theirs"]);
    let made =
        send(api.bare(Method::POST, "/v1/tasks").bearer_auth(&globex).json(&task_by("theirs", None))).await;
    assert_eq!(made.status, 202, "{}", made.body);
}

#[tokio::test]
async fn a_task_is_moved_once_however_often_it_is_asked_for() {
    let api = api().await;
    let task = api.create_task(2).await;
    let path = format!("/v1/tasks/{task}/move");
    let asked = |key: &str, to: &str| {
        send(api.request(Method::POST, &path).header("idempotency-key", key).json(&json!({"account": to})))
    };
    let moved = asked("m-1", "asia").await;
    assert_eq!((moved.status.as_u16(), moved.text("/route/name")), (202, "asia"), "{}", moved.body);
    let again = asked("m-1", "asia").await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &moved.body));
    assert_eq!(asked("m-2", "asia").await.header("etag"), moved.header("etag"), "it is there already");
    asked("m-3", "nobody").await.problem(422, "validation_failed");
    let events = api.get("/v1/events").await;
    let events = events.body["data"].as_array().unwrap();
    let moves: Vec<_> = events.iter().filter(|event| event["type"] == "task.moved").collect();
    assert_eq!(moves.len(), 1, "{moves:?}");
    assert_eq!((&moves[0]["data"]["from"], &moves[0]["data"]["route"]), (&json!(ACCOUNT), &json!("asia")));
    api.post(&format!("/v1/tasks/{task}/stop"), &json!({})).await;
    api.wait_for(&format!("/v1/tasks/{task}"), |task| task["status"] == "stopped").await;
    asked("m-4", ACCOUNT).await.problem(409, "wrong_state");
}
