//! Lists: pages that join without gap or overlap, cursors that open their own list only.

use crate::test_api::{TestApi, send, task_with};
use reqwest::Method;
use serde_json::Value;

fn ids(list: &Value) -> Vec<String> {
    let items = list["data"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn walk(api: &TestApi, path: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        found.extend(ids(&page.body));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn pages_join_newest_first() {
    let api = TestApi::start().await;
    let mut created = Vec::new();
    for _ in 0..5 {
        created.push(api.create_task(0).await);
    }
    created.reverse();
    for limit in 1..=6 {
        assert_eq!(walk(&api, &format!("/v1/tasks?limit={limit}")).await, created, "limit {limit}");
    }
    assert_eq!(walk(&api, "/v1/tasks?limit=2&status=draft,running&account=main").await, created);
    assert_eq!(walk(&api, "/v1/tasks?limit=2&status=stopped").await, Vec::<String>::new());
    let id = api.create_task(7).await;
    let contacts = walk(&api, &format!("/v1/tasks/{id}/contacts?limit=3")).await;
    assert_eq!(contacts.len(), 7);
    assert!(contacts.windows(2).all(|pair| pair[0] > pair[1]));
}

#[tokio::test]
async fn a_timeline_is_read_oldest_first() {
    let api = TestApi::start().await;
    let id = api.create_task(1).await;
    let contact = api.get(&format!("/v1/tasks/{id}/contacts")).await.text("/data/0/id").to_owned();
    send(api.request(Method::POST, &format!("/v1/contacts/{contact}/cancel"))).await;
    let first = api.get(&format!("/v1/contacts/{contact}/timeline?limit=1")).await;
    assert_eq!(first.text("/data/0/type"), "contact.accepted");
    let next = first.text("/next_cursor");
    let second = api.get(&format!("/v1/contacts/{contact}/timeline?limit=1&cursor={next}")).await;
    assert_eq!(second.text("/data/0/type"), "contact.cancelled");
    assert_eq!(second.body["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_cursor_opens_its_own_list_only() {
    let api = TestApi::start().await;
    let (one, other) = (api.create_task(3).await, api.create_task(3).await);
    let page = api.get(&format!("/v1/tasks/{one}/contacts?limit=1&status=queued")).await;
    let cursor = page.text("/next_cursor");
    let own = api.get(&format!("/v1/tasks/{one}/contacts?limit=2&status=queued&cursor={cursor}")).await;
    assert_eq!(own.status, 200, "the limit may change within a list");
    for path in [
        format!("/v1/tasks/{one}/contacts?cursor={cursor}"),
        format!("/v1/tasks/{one}/contacts?status=held&cursor={cursor}"),
        format!("/v1/tasks/{other}/contacts?status=queued&cursor={cursor}"),
        format!("/v1/tasks?status=draft&cursor={cursor}"),
        format!("/v1/tasks/{one}/contacts?status=queued&cursor=AAAA{cursor}"),
        "/v1/tasks?cursor=made-up".to_owned(),
    ] {
        api.get(&path).await.problem(400, "invalid_cursor");
    }
}

#[tokio::test]
async fn a_cursor_of_another_tenant_opens_nothing() {
    let api = TestApi::start().await;
    let (key, path) = (api.key_of("globex").await, "/v1/tasks?limit=1");
    for _ in 0..2 {
        api.create_task(0).await;
        let request = api.bare(Method::POST, "/v1/tasks").bearer_auth(&key).json(&task_with(0));
        assert_eq!(send(request).await.status, 202);
    }
    let cursor = api.get(path).await.text("/next_cursor").to_owned();
    let foreign = api.bare(Method::GET, &format!("{path}&cursor={cursor}")).bearer_auth(&key);
    send(foreign).await.problem(400, "invalid_cursor");
}
