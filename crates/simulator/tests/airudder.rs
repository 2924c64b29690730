//! AI Rudder over real HTTP: tokens, what becomes of rows, webhooks, and the operations that are only assumed.

mod support;

use serde_json::{Value, json};
use support::airudder::{Client, END};
use support::{Receiver, eventually, get, post, start};

#[tokio::test]
async fn only_a_valid_token_opens_the_door() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator).await;
    assert_eq!(client.auth("sim-airudder-key", "wrong").await.0, 401);
    let path = "/service/cloud/workflow/createinstance";
    let bearer = client.authorization().replace("Token", "Bearer");
    for authorization in ["", "Token nonsense", bearer.as_str()] {
        let (status, body) = client.request(path, json!({}), authorization).await;
        assert_eq!((status, &body["code"]), (401, &json!(401)), "{authorization}");
    }
    // A second token leaves the first one valid.
    Client::new(&simulator).await;
    client.create("still welcome").await;

    post(&simulator, "settings", json!({"airudder": {"accept_bearer": true, "bad_credential_status": 200}}))
        .await;
    assert_eq!(client.request(path, json!({}), &bearer).await.1["code"], 400);
    let (status, body) = client.request(path, json!({}), "").await;
    assert_eq!((status, &body["code"]), (200, &json!(401)));
    post(&simulator, "settings", json!({"airudder.token_lifetime_seconds": 0})).await;
    Client::new(&simulator).await;
    assert_eq!(client.request(path, json!({}), &client.authorization()).await.1["code"], 401);
}

#[tokio::test]
async fn every_suffix_ends_as_the_table_says() {
    let simulator = start(600.0).await;
    post(&simulator, "settings", json!({"airudder.tries": 2})).await;
    let client = Client::new(&simulator).await;
    let workflow = client.create("all suffixes").await;
    let expected = [
        ("00", 12, 1, true),
        ("01", 2, 2, false),
        ("02", 3, 2, false),
        ("03", 14, 2, false),
        ("04", 8, 1, false),
        ("05", 16, 1, true),
        ("06", 12, 2, true),
        ("07", 2, 2, false),
    ];
    let numbers: Vec<String> = expected.iter().map(|(suffix, ..)| format!("+63917000{suffix}")).collect();
    let rows: Vec<(&str, &str)> =
        expected.iter().zip(&numbers).map(|((suffix, ..), number)| (*suffix, number.as_str())).collect();
    assert_eq!(client.upload(&workflow, &rows).await["code"], 200);
    let detail = async || client.call("taskdetail", json!({"workflow_id": workflow})).await["data"].clone();
    eventually("the dialer task finishes", async || detail().await["finished"] == 8).await;
    for (suffix, reason, attempts, picked_up) in expected {
        let calls = client.calls(&workflow, suffix).await;
        let last = calls.last().unwrap();
        assert_eq!(calls.len(), attempts, "{suffix}");
        assert_eq!((&last["state"], &last["hangupReason"]), (&json!("HANGUP"), &json!(reason)), "{suffix}");
        assert_eq!(last["answeredTimestamp"] != "", picked_up, "{suffix}");
        assert_eq!(last["recLink"] != "", picked_up, "{suffix}");
        assert_eq!(last["nthCall"], attempts);
    }
}

#[tokio::test]
async fn uploads_are_checked_and_refused_whole() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator).await;
    for body in [
        json!({"name": "n", "end_time": END}),
        json!({"workflow_template_id": "1001", "name": "n", "end_time": END}),
        json!({"workflow_template_id": 1001, "name": "n", "end_time": "tomorrow"}),
        json!({"workflow_template_id": 1001, "name": "n", "end_time": END, "details": [{"callee": "0917"}]}),
    ] {
        let answer = client.call("createinstance", body).await;
        assert_eq!((&answer["code"], &answer["data"]), (&json!(400), &Value::Null));
    }
    let workflow = client.create("n").await;
    for number in ["6391700000", "+6391700000123456", "+63-917"] {
        let answer = client.upload(&workflow, &[("good", "+6391700000"), ("bad", number)]).await;
        assert_eq!(answer["code"], 400, "{number}");
    }
    assert_eq!(client.upload("nobody", &[("c", "+6391700000")]).await["code"], 400);
    assert_eq!(get(&simulator, "rings/summary").await["total"], 0);
}

#[tokio::test]
async fn a_case_is_found_by_its_id_in_a_time_window() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator).await;
    let workflow = client.create("n").await;
    client.upload(&workflow, &[("case-1", "+6391700000")]).await;
    let find = async |body: Value| client.call("detailinstances", body).await;
    let now = json!({"case_id": "case-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": END});
    assert_eq!(find(now).await["data"][0]["workflow_id"], workflow);
    let before = json!({"case_id": "case-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": "2020-01-02 00:00:00+08:00"});
    assert_eq!(find(before).await["data"], json!([]));
    assert_eq!(find(json!({"start_time": END, "end_time": END})).await["code"], 400);
}

#[tokio::test]
async fn what_is_only_assumed_is_served_under_its_own_prefix() {
    let simulator = start(100.0).await;
    post(&simulator, "settings", json!({"airudder.concurrency": 1})).await;
    let client = Client::new(&simulator).await;
    let workflow = client.create("one by one").await;
    client.upload(&workflow, &[("a", "+6391700000"), ("b", "+6391700100"), ("c", "+6391700200")]).await;
    let cancelled = client.assumed("cancel", &[], json!({"workflow_id": workflow, "case_id": "b"})).await;
    assert_eq!(cancelled["code"], 200);
    client.assumed("stop", &[], json!({"workflow_id": workflow})).await;
    let listed = client.assumed("instances", &[("name", "one by")], Value::Null).await;
    assert_eq!(listed["data"][0]["status"], "Stopped");
    assert_eq!(client.upload(&workflow, &[("d", "+6391700300")]).await["code"], 400);
    eventually("the live call ends", async || client.calls(&workflow, "a").await[0]["state"] == "HANGUP")
        .await;
    let call = client.calls(&workflow, "a").await[0].clone();
    let id = call["callid"].as_str().unwrap();
    assert_eq!(client.assumed("call", &[("callid", id)], Value::Null).await["data"], call);
    let query = [("workflow_id", workflow.as_str()), ("callee", "+6391700000")];
    assert_eq!(
        client.assumed("recordings", &query, Value::Null).await["data"][0]["recLink"],
        call["recLink"]
    );
    let recording = support::http().get(call["recLink"].as_str().unwrap()).send().await.unwrap();
    assert!(recording.bytes().await.unwrap().starts_with(b"RIFF"));
    assert_eq!(client.assumed("templates", &[], Value::Null).await["data"][0]["id"], 1002);
    assert_eq!(get(&simulator, "rings/summary").await["total"], 1);
}

#[tokio::test]
async fn a_talk_is_pushed_stage_by_stage() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator).await;
    let receiver = Receiver::start().await;
    post(&simulator, "settings", json!({"airudder.push_url": format!("{}/{{kind}}", receiver.url())})).await;
    let workflow = client.create("n").await;
    client.upload(&workflow, &[("case-1", "+6391700000")]).await;
    let deliveries = receiver.wait_for(7).await;
    let frames: Vec<Value> = deliveries.iter().map(|delivery| delivery.json()).collect();
    assert!(frames.iter().all(|frame| frame["workflow_id"] == workflow.as_str()));
    let of = |kind: &str, state: &str| {
        let bodies =
            frames.iter().filter(|frame| frame["pds"]["type"] == kind).map(|frame| &frame["pds"]["body"]);
        bodies.map(|body| body[state].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(of("ContactStatus", "state"), ["CALLING", "RINGING", "ANSWERED", "HANGUP"]);
    assert_eq!(of("AgentStatus", "State"), ["TALKRESULT"]);
    assert_eq!(of("TaskStatus", "state"), ["Finished"]);
    let status = frames.iter().find(|frame| frame["status"].is_string()).unwrap();
    assert_eq!((&status["status"], &status["actions"][0]["node_type"]), (&json!("Running"), &json!("PDS")));
    let hangup = frames.iter().find(|frame| frame["pds"]["body"]["state"] == "HANGUP").unwrap();
    assert!(hangup["pds"]["body"]["timestamp"].is_string() && hangup["pds"]["body"]["hangupReason"] == 12);
}
