//! Who may ask what: no operation of the document answers without a key, with a key for something else, or about what
//! is another tenant's.

use crate::test_api::{ACCOUNT, Answer, Place, TestApi, good_for, people, send, task_with};
use outdial_engine::provider::{MemoryOptions, MemoryProvider, Staging};
use outdial_engine::{Clients, KeyTerms};
use outdial_model::{ContactId, Disposition, Scope, SystemClock, TenantId};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;

/// Operations of the document that need no key. May only shrink.
const OPEN: &[&str] = &["livez", "readyz"];
/// Operations about things that are every tenant's. May only shrink.
const EVERYBODY_S: &[&str] = &["get_provider", "list_providers", "get_metrics"];

/// An operation of the document.
struct Operation {
    id: String,
    method: Method,
    path: String,
    scope: Option<Scope>,
}

async fn operations(api: &TestApi) -> Vec<Operation> {
    let document = api.get("/openapi.json").await.body;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scope = operation["security"][0]["bearer"][0].as_str();
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                scope: scope.map(|scope| scope.parse().unwrap()),
            });
        }
    }
    assert!(operations.len() > 40, "{} operations are too few to be all", operations.len());
    operations
}

/// Asks with a body nobody can read: it must not tell a stranger anything either.
async fn ask(api: &TestApi, operation: &Operation, path: &str, key: Option<&str>) -> Answer {
    let request = api.bare(operation.method.clone(), path);
    let request = request.header("content-type", "application/json").body("{broken");
    send(match key {
        Some(key) => request.bearer_auth(key),
        None => request,
    })
    .await
}

#[tokio::test]
async fn every_documented_operation_asks_for_a_key() {
    let api = TestApi::start().await;
    for operation in operations(&api).await {
        let answer = ask(&api, &operation, &operation.path.replace(['{', '}'], ""), None).await;
        if OPEN.contains(&operation.id.as_str()) {
            assert_eq!(answer.status, 200, "{}", operation.id);
        } else {
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"outdial\"", "{}", operation.id);
            answer.problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn every_documented_operation_asks_for_its_scope_and_no_other() {
    let api = TestApi::start().await;
    for operation in operations(&api).await {
        let Some(scope) = operation.scope else {
            assert!(OPEN.contains(&operation.id.as_str()), "{} names no scope", operation.id);
            continue;
        };
        let path = operation.path.replace(['{', '}'], "");
        let others: Vec<_> =
            Scope::ALL.iter().copied().filter(|one| *one != scope && *one != Scope::Admin).collect();
        let key = api.key_with("acme", good_for(&others)).await;
        let answer = ask(&api, &operation, &path, Some(&key)).await.problem(403, "insufficient_scope");
        let challenge = format!("Bearer realm=\"outdial\", error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(answer.header("www-authenticate"), challenge, "{}", operation.id);
        for enough in [scope, Scope::Admin] {
            // Whoever follows is answered for as long as it wants.
            if operation.id == "follow_events" {
                continue;
            }
            let key = api.key_with("acme", good_for(&[enough])).await;
            let status = ask(&api, &operation, &path, Some(&key)).await.status;
            assert!(![401, 403].contains(&status.as_u16()), "{} with {enough}: {status}", operation.id);
        }
    }
}

#[tokio::test]
async fn another_spelling_of_a_path_asks_for_the_same_scope() {
    let api = TestApi::start().await;
    for operation in operations(&api).await {
        let Some(scope) = operation.scope.filter(|_| operation.path.starts_with("/v1/")) else { continue };
        let others: Vec<_> =
            Scope::ALL.iter().copied().filter(|one| *one != scope && *one != Scope::Admin).collect();
        let key = api.key_with("acme", good_for(&others)).await;
        let path = operation.path.replace(['{', '}'], "");
        let letters = path.match_indices(char::is_alphabetic).filter(|(at, _)| *at > 3);
        for (at, letter) in letters {
            let spelt = format!("{}%{:02x}{}", &path[..at], letter.as_bytes()[0], &path[at + 1..]);
            let answer = ask(&api, &operation, &spelt, Some(&key)).await;
            assert!(
                [403, 404].contains(&answer.status.as_u16()),
                "{} {spelt}: {}",
                operation.id,
                answer.status
            );
        }
    }
    let nobody = api.key_with("acme", good_for(&[Scope::CallsRead])).await;
    let key = json!({"name": "mine", "scopes": ["admin"]});
    let request = api.bare(Method::POST, "/v1/api_key%73").bearer_auth(&nobody).json(&key);
    send(request).await.problem(403, "insufficient_scope");
}

/// An API whose account is one tenant's alone.
async fn of_acme_alone() -> TestApi {
    let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
    let clients = Clients { tenants: vec![TenantId::named("acme").unwrap()], is_simulated: false };
    TestApi::start_at(MemoryProvider::new(options), Place { clients, ..Place::default() }).await
}

#[tokio::test]
async fn another_tenant_s_things_do_not_exist() {
    let api = of_acme_alone().await;
    // One of everything.
    let mut task = task_with(1);
    task["schedule"] = json!({"start": "immediate"});
    let task = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    api.wait_for(&format!("/v1/tasks/{task}"), |task| task["counts"]["dialing"] == 1).await;
    let contact = api.get(&format!("/v1/tasks/{task}/contacts")).await.text("/data/0/id").to_owned();
    assert!(api.vendor.finish(&contact.parse::<ContactId>().unwrap(), Disposition::AnsweredHuman));
    api.wait_for(&format!("/v1/tasks/{task}"), |task| task["counts"]["completed"] == 1).await;
    let call = api.get("/v1/calls").await.text("/data/0/id").to_owned();
    api.post("/v1/emergency_stop", &json!({})).await;
    let endpoint = api.post("/v1/webhook_endpoints", &json!({"url": "http://127.0.0.1:1024/"})).await;
    let key = api.get("/v1/api_keys").await.text("/data/0/id").to_owned();
    let erasure = api.post("/v1/erasures", &json!({"external_id": "of nobody"})).await;
    let suppression = api.post("/v1/suppressions", &json!({"phone": "+8613800000099"})).await;
    let ours = [
        ("tasks/{id}", task.as_str()),
        ("suppressions/{id}", suppression.text("/id")),
        ("contacts/{id}", &contact),
        ("calls/{id}", &call),
        ("webhook_endpoints/{id}", endpoint.text("/id")),
        ("api_keys/{id}", &key),
        ("erasures/{id}", erasure.text("/id")),
        ("accounts/{account}", ACCOUNT),
    ];
    let stranger = api.key_of("globex").await;
    let mut asked = 0;
    for operation in operations(&api).await {
        if OPEN.contains(&operation.id.as_str()) || EVERYBODY_S.contains(&operation.id.as_str()) {
            continue;
        }
        let mut path = operation.path.clone();
        for (place, id) in ours {
            path = path.replace(place, &format!("{}/{id}", place.split_once('/').unwrap().0));
        }
        let path = path.replace("{ref}", "1");
        assert!(!path.contains('{'), "{} is about something this test has none of", operation.id);
        let body = match operation.id.as_str() {
            "add_contacts" => json!({"contacts": people(7..8)}),
            "resolve_contact" => json!({"decision": "assume_dialed"}),
            "move_task" => json!({"account": ACCOUNT}),
            "replay_events" => json!({"since": "2026-03-01T00:00:00Z"}),
            _ => json!({}),
        };
        let request = || api.bare(operation.method.clone(), &path).bearer_auth(&stranger);
        if path != operation.path {
            let answer = send(request().json(&body)).await;
            let answer = answer.problem(404, "not_found");
            assert!(!answer.text("/detail").contains(['+', '_']), "{}: {}", operation.id, answer.body);
            asked += 1;
        } else if operation.method == Method::GET && operation.id != "follow_events" {
            let answer = send(request()).await;
            if operation.id == "get_emergency_stop" {
                answer.problem(404, "not_found");
                continue;
            }
            let told = &answer.body["data"];
            let told = told.as_array().unwrap();
            match operation.id.as_str() {
                "list_api_keys" => assert_eq!(told.len(), 1, "its own key"),
                "list_audit" => assert!(told.iter().all(|one| one["actor"] == told[0]["actor"]), "{told:?}"),
                id => assert!(told.is_empty(), "{id}: {told:?}"),
            }
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
    let refused = send(api.bare(Method::POST, "/v1/tasks").bearer_auth(&stranger).json(&task_with(1))).await;
    assert_eq!(refused.problem(422, "validation_failed").errors(), [("#/account", "unknown_account")]);
}

#[tokio::test]
async fn a_test_key_has_data_of_its_own_and_reaches_only_the_simulator() {
    for is_simulated in [true, false] {
        let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
        let clients = Clients { tenants: Vec::new(), is_simulated };
        let api =
            TestApi::start_at(MemoryProvider::new(options), Place { clients, ..Place::default() }).await;
        let live = api.create_task(1).await;
        let key =
            api.key_with("acme", KeyTerms { is_for_tests: true, ..crate::test_api::everything() }).await;
        assert!(key.starts_with("odk_test_"), "{key}");
        let with_it = |method: Method, path: &str| api.bare(method, path).bearer_auth(&key);
        send(with_it(Method::GET, &format!("/v1/tasks/{live}"))).await.problem(404, "not_found");
        let made = send(with_it(Method::POST, "/v1/tasks").json(&task_with(1))).await;
        let accounts = send(with_it(Method::GET, "/v1/accounts")).await;
        if is_simulated {
            assert_eq!((made.status.as_u16(), accounts.text("/data/0/id")), (202, ACCOUNT));
            api.get(&format!("/v1/tasks/{}", made.text("/id"))).await.problem(404, "not_found");
        } else {
            assert_eq!(made.problem(422, "validation_failed").errors(), [("#/account", "unknown_account")]);
            assert_eq!(accounts.body["data"], json!([]));
            send(with_it(Method::GET, &format!("/v1/accounts/{ACCOUNT}"))).await.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn only_admin_sees_where_the_vendor_pushes_to() {
    let api = TestApi::start().await;
    let path = format!("/v1/accounts/{ACCOUNT}");
    let seen = api.get(&path).await.body.to_string();
    assert!(seen.contains(crate::test_api::INGRESS_SECRET), "{seen}");
    let reader = api.key_with("acme", good_for(&[Scope::TasksRead])).await;
    let seen = send(api.bare(Method::GET, &path).bearer_auth(&reader)).await;
    assert_eq!(seen.status, 200);
    assert!(!seen.body.to_string().contains(crate::test_api::INGRESS_SECRET), "{}", seen.body);
}

#[tokio::test]
async fn a_key_that_is_no_key_opens_nothing() {
    let api = TestApi::start().await;
    let well_formed = api.key_of("acme").await;
    let (rest, last) = well_formed.split_at(well_formed.len() - 1);
    let mistyped = format!("{rest}{}", if last == "0" { "1" } else { "0" });
    for key in ["", "x", "odk_live_", &mistyped] {
        let request = api.bare(Method::GET, "/v1/tasks").header("authorization", format!("Bearer {key}"));
        send(request).await.problem(401, "unauthenticated");
    }
    let basic = api.bare(Method::GET, "/v1/tasks").basic_auth("user", Some(well_formed));
    send(basic).await.problem(401, "unauthenticated");
}
