//! Emergency stops, over the API.

use crate::test_api::{TestApi, everything, send, task_with};
use outdial_engine::KeyTerms;
use outdial_model::Disposition;
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/v1/emergency_stop";

#[tokio::test]
async fn everything_stops_drafts_too_and_what_comes_later_goes_on() {
    let api = TestApi::start().await;
    api.get(PATH).await.problem(404, "not_found");
    let draft = api.create_task(2).await;
    let mut running = task_with(3);
    running["schedule"] = json!({"start": "immediate"});
    running["external_id"] = json!("second");
    for (number, person) in running["contacts"].as_array_mut().unwrap().iter_mut().enumerate() {
        person["phone"] = json!(format!("+861390000000{number}"));
    }
    let running = api.post("/v1/tasks", &running).await.text("/id").to_owned();
    api.wait_for(&format!("/v1/tasks/{running}"), |task| task["counts"]["dialing"] == 3).await;

    let stopped = send(api.request(Method::POST, PATH).header("prefer", "wait=1")).await;
    assert_eq!(stopped.status, 202, "{}", stopped.body);
    assert_eq!((&stopped.body["tasks"], &stopped.body["is_confirmed"]), (&json!(2), &json!(false)));
    // Three still talk.
    let told = &stopped.body["unconfirmed"];
    assert_eq!((&told[0]["task_id"], &told[0]["contacts_at_vendor"]), (&json!(running), &json!(3)), "{told}");
    api.vendor.finish_all(Disposition::AnsweredHuman);
    let confirmed = api.wait_for(PATH, |stop| stop["is_confirmed"] == true).await;
    assert_eq!(confirmed["unconfirmed"], json!([]));
    for task in [&draft, &running] {
        assert_eq!(api.get(&format!("/v1/tasks/{task}")).await.text("/status"), "stopped");
    }
    let log = api.get("/v1/audit").await;
    assert_eq!(log.text("/data/0/operation"), "stop_everything");
    assert_eq!(log.text("/data/0/actor"), stopped.text("/actor"));

    let mut later = task_with(1);
    later["schedule"] = json!({"start": "immediate"});
    let later = api.post("/v1/tasks", &later).await.text("/id").to_owned();
    api.wait_for(&format!("/v1/tasks/{later}"), |task| task["counts"]["dialing"] == 1).await;
}

#[tokio::test]
async fn each_stop_is_a_stop_whatever_its_key() {
    let api = TestApi::start().await;
    let strict = KeyTerms { requires_idempotency_key: true, ..everything() };
    let strict = api.key_with("acme", strict).await;
    let first = api.create_task(1).await;
    let stopped = send(api.bare(Method::POST, PATH).bearer_auth(&strict)).await;
    assert_eq!(stopped.status, 202, "no key is demanded of somebody in a hurry: {}", stopped.body);
    api.wait_for(&format!("/v1/tasks/{first}"), |task| task["status"] == "stopped").await;
    for name in ["second", "third"] {
        let mut another = task_with(1);
        another["external_id"] = json!(name);
        let task = api.post("/v1/tasks", &another).await.text("/id").to_owned();
        let again = send(api.request(Method::POST, PATH).header("idempotency-key", "stop")).await;
        assert_eq!((again.status.as_u16(), &again.body["tasks"]), (202, &json!(1)));
        api.wait_for(&format!("/v1/tasks/{task}"), |task| task["status"] == "stopped").await;
    }
}

#[tokio::test]
async fn another_tenant_is_not_stopped() {
    let api = TestApi::start().await;
    let ours = api.create_task(1).await;
    let stranger = api.key_of("globex").await;
    let stopped = send(api.bare(Method::POST, PATH).bearer_auth(&stranger)).await;
    assert_eq!((stopped.status.as_u16(), &stopped.body["tasks"]), (202, &json!(0)));
    assert_eq!(stopped.body["is_confirmed"], json!(true));
    assert_eq!(api.get(&format!("/v1/tasks/{ours}")).await.text("/status"), "draft");
}
