//! Who may ask what: no operation of the document answers without a key, and tenants do not meet.

use crate::test_api::{TestApi, send};
use reqwest::Method;
use serde_json::Value;

/// Operations of the document that need no key. May only shrink.
const OPEN: &[&str] = &["livez", "readyz"];

#[tokio::test]
async fn every_documented_operation_asks_for_a_key() {
    let api = TestApi::start().await;
    let document = api.get("/openapi.json").await.body;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            let path = path.replace(['{', '}'], "");
            // A broken body must not tell a stranger anything either.
            let request = api.bare(method, &path).header("content-type", "application/json").body("{broken");
            let answer = send(request).await;
            if OPEN.contains(&id) {
                assert_eq!(answer.status, 200, "{id}");
            } else {
                assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"outdial\"", "{id}");
                answer.problem(401, "unauthenticated");
                asked += 1;
            }
        }
    }
    assert!(asked > 20, "{asked} operations is too few to be all");
}

#[tokio::test]
async fn a_key_that_is_no_key_opens_nothing() {
    let api = TestApi::start().await;
    let well_formed = api.key_of("acme").await;
    let mistyped = format!("{}0", &well_formed[..well_formed.len() - 1]);
    for key in ["", "x", "odk_live_", &mistyped] {
        let request = api.bare(Method::GET, "/v1/tasks").header("authorization", format!("Bearer {key}"));
        send(request).await.problem(401, "unauthenticated");
    }
    let basic = api.bare(Method::GET, "/v1/tasks").basic_auth("user", Some(well_formed));
    send(basic).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn another_tenant_s_things_do_not_exist() {
    let api = TestApi::start().await;
    let id = api.create_task(1).await;
    let contact = api.get(&format!("/v1/tasks/{id}/contacts")).await.text("/data/0/id").to_owned();
    let stranger = api.key_of("globex").await;
    let paths = [
        (Method::GET, format!("/v1/tasks/{id}")),
        (Method::POST, format!("/v1/tasks/{id}/start")),
        (Method::GET, format!("/v1/tasks/{id}/contacts")),
        (Method::GET, format!("/v1/tasks/{id}/segments")),
        (Method::GET, format!("/v1/tasks/{id}/stats")),
        (Method::GET, format!("/v1/contacts/{contact}")),
        (Method::GET, format!("/v1/contacts/{contact}/timeline")),
        (Method::POST, format!("/v1/contacts/{contact}/cancel")),
    ];
    for (method, path) in paths {
        send(api.bare(method, &path).bearer_auth(&stranger)).await.problem(404, "not_found");
    }
    let list = send(api.bare(Method::GET, "/v1/tasks").bearer_auth(&stranger)).await;
    assert_eq!(list.body["data"], Value::Array(Vec::new()));
}
