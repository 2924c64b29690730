//! Each fault, as a client sees it; and that it is gone when it should be.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use outdial_simulator::Simulator;
use serde_json::{Value, json};
use support::nxtele::{Client, order};
use support::{Receiver, eventually, get, post, start};

async fn fault(simulator: &Simulator, operation: &str, mode: &str, more: Value) {
    let mut fault = json!({"provider": "nxtele", "operation": operation, "mode": mode});
    fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, answer) = post(simulator, "faults", fault).await;
    assert_eq!(status, 200, "{answer}");
}

/// A client with a manual task `t`, whose `addBatchCall` is about to go wrong once.
async fn about_to_fail(simulator: &Simulator, mode: &str, more: Value) -> Client {
    let client = Client::new(simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    let mut more = more;
    more["times"] = json!(1);
    fault(simulator, "addBatchCall", mode, more).await;
    client
}

async fn add(client: &Client) -> reqwest::Result<Value> {
    let list =
        json!({"orderCallbackUrl": "", "callCallbackUrl": "", "callList": [order("o", "8613800000000")]});
    let answer = client.try_call("addBatchCall", json!({"userTaskID": "t", "callInfoList": list})).await?;
    Ok(answer.body)
}

async fn was_added(client: &Client) -> bool {
    !client.detail("t", "o").await.is_null()
}

#[tokio::test]
async fn a_refused_connection_does_nothing() {
    let simulator = start(600.0).await;
    let client = about_to_fail(&simulator, "refuse_connection", json!({})).await;
    assert!(add(&client).await.is_err());
    assert!(!was_added(&client).await);
    assert_eq!(add(&client).await.unwrap()["retCode"], 0);
}

#[tokio::test]
async fn a_status_does_nothing() {
    let simulator = start(600.0).await;
    let client = about_to_fail(&simulator, "status", json!({"code": 502})).await;
    assert_eq!(add(&client).await.unwrap_err().status().unwrap(), 502);
    assert!(!was_added(&client).await);
}

#[tokio::test]
async fn silence_does_nothing_and_commit_then_silence_does_it() {
    for (mode, done) in [("silence", false), ("commit_then_silence", true)] {
        let simulator = start(600.0).await;
        let client = about_to_fail(&simulator, mode, json!({"seconds": 0.2})).await;
        let asked = Instant::now();
        assert!(add(&client).await.is_err(), "{mode}");
        assert!(asked.elapsed() >= Duration::from_millis(200), "{mode}");
        assert_eq!(was_added(&client).await, done, "{mode}");
    }
}

#[tokio::test]
async fn a_silent_simulator_still_stops_at_once() {
    let simulator = start(600.0).await;
    let client = about_to_fail(&simulator, "silence", json!({})).await;
    let (answer, ()) = tokio::join!(add(&client), async {
        eventually("the fault has struck", async || get(&simulator, "faults").await["faults"] == json!([]))
            .await;
        simulator.stop().await;
    });
    assert!(answer.is_err());
}

#[tokio::test]
async fn broken_slow_and_garbled_answers_come_after_the_deed() {
    let simulator = start(600.0).await;
    let client = about_to_fail(&simulator, "reset_mid_body", json!({})).await;
    assert!(add(&client).await.is_err());
    assert!(was_added(&client).await);

    let simulator = start(600.0).await;
    let client = about_to_fail(&simulator, "garbage", json!({})).await;
    assert_eq!(add(&client).await.unwrap(), Value::Null);
    assert!(was_added(&client).await);

    let simulator = start(600.0).await;
    let client = about_to_fail(&simulator, "slow_body", json!({"seconds": 0.3})).await;
    let asked = Instant::now();
    assert_eq!(add(&client).await.unwrap()["retCode"], 0);
    assert!(asked.elapsed() >= Duration::from_millis(270));
}

#[tokio::test]
async fn a_wrong_signature_is_on_the_answer() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    fault(&simulator, "ping", "wrong_signature", json!({"times": 1})).await;
    assert!(!client.send("ping", &json!({"data": "x"})).await.is_signed_properly);
    assert!(client.send("ping", &json!({"data": "x"})).await.is_signed_properly);
}

#[tokio::test]
async fn what_is_hidden_exists_all_the_same() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    fault(&simulator, "createTask", "hide_from_lists", json!({"seconds": 0.3, "times": 1})).await;
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    assert!(client.find("t").await.is_null());
    assert_eq!(client.add("t", &[order("o", "8613800000000")]).await["retCode"], 0);
    eventually("the task shows", async || !client.find("t").await.is_null()).await;

    fault(&simulator, "listOrderDetail", "hide_from_lists", json!({"seconds": 3600})).await;
    assert!(!was_added(&client).await);
    support::http().delete(format!("{}/_sim/faults", simulator.url())).send().await.unwrap();
    assert!(was_added(&client).await);
}

#[tokio::test]
async fn lists_can_lag_behind_by_another_span_for_each_item() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    let numbers: Vec<_> = (0..40).map(|n| format!("86138000000{n:02}")).collect();
    let orders: Vec<_> = numbers.iter().map(|number| order(number, number)).collect();
    let keys: Vec<_> = numbers.iter().map(String::as_str).collect();
    let shown = async || {
        let body = json!({"userTaskID": "t", "orderList": keys});
        client.call("listOrderDetail", body).await["orderDetailList"].as_array().unwrap().len()
    };
    // Some at once, the last ones never as far as this test is concerned.
    fault(&simulator, "addBatchCall", "hide_from_lists", json!({"seconds": [0, 7200], "times": null})).await;
    client.add("t", &orders).await;
    assert!(shown().await < 40);
    support::http().delete(format!("{}/_sim/faults", simulator.url())).send().await.unwrap();
    let listed = shown().await;
    assert!(listed < 40, "what was made under it stays hidden");

    // A lag that is read with is each item's own, and the same at every look.
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    client.add("t", &orders).await;
    let shown = async || {
        let body = json!({"userTaskID": "t", "orderList": keys});
        client.call("listOrderDetail", body).await["orderDetailList"].as_array().unwrap().len()
    };
    fault(&simulator, "listOrderDetail", "hide_from_lists", json!({"seconds": [0, 1]})).await;
    let before = std::cell::Cell::new(0);
    eventually("one after the other shows", async || {
        let now = shown().await;
        assert!(now >= before.replace(now), "nobody disappears again");
        now == 40
    })
    .await;
}

#[tokio::test]
async fn a_probability_strikes_some_and_null_times_never_end() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let storm = json!({"probability": 0.6, "times": null});
    fault(&simulator, "ping", "status", storm).await;
    let mut answered = 0;
    for _ in 0..200 {
        match client.try_call("ping", json!({"data": "x"})).await {
            Ok(_) => answered += 1,
            Err(error) => assert_eq!(error.status().unwrap(), 503),
        }
    }
    assert!((50..=110).contains(&answered), "{answered}");
    assert_eq!(get(&simulator, "faults").await["faults"].as_array().unwrap().len(), 1);
}

/// The kinds of webhook one answered call causes, in order of arrival, under a fault on the call webhook.
async fn webhooks_with(mode: &str, expected: usize) -> Vec<String> {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let receiver = Receiver::start().await;
    fault(&simulator, "callCallback", mode, json!({"seconds": 0.2})).await;
    client.create_task("t", json!({"startupType": 3}), json!({})).await;
    let url = receiver.url();
    let list =
        json!({"orderCallbackUrl": url, "callCallbackUrl": url, "callList": [order("o", "8613800000000")]});
    client.call("addBatchCall", json!({"userTaskID": "t", "callInfoList": list})).await;
    let kind = |kind: Value| kind.as_str().map_or(kind.to_string(), str::to_owned);
    receiver
        .wait_for(expected)
        .await
        .iter()
        .map(|delivery| kind(delivery.json()["callbackType"].clone()))
        .collect()
}

#[tokio::test]
async fn webhooks_are_lost_repeated_and_reordered() {
    assert_eq!(webhooks_with("lose_webhook", 1).await, ["2"]);
    assert_eq!(webhooks_with("duplicate_webhook", 3).await, ["3", "3", "2"]);
    assert_eq!(webhooks_with("reorder_webhooks", 2).await, ["2", "3"]);
}

#[tokio::test]
async fn a_bad_fault_is_answered_with_what_is_valid() {
    let simulator = start(600.0).await;
    for bad in [
        json!({"provider": "acme", "operation": "*", "mode": "silence"}),
        json!({"provider": "nxtele", "operation": "*", "mode": "explode"}),
        json!({"provider": "nxtele", "operation": "*", "mode": "silence", "probability": 2}),
        json!({"provider": "airudder", "operation": "*", "mode": "wrong_signature"}),
        json!({"provider": "nxtele", "operation": "*", "mode": "silence", "colour": "red"}),
        json!({"provider": "nxtele", "operation": "*", "mode": "silence", "seconds": [2, 1]}),
        json!({"provider": "nxtele", "operation": "*", "mode": "silence", "seconds": -1}),
    ] {
        let (status, answer) = post(&simulator, "faults", bad).await;
        assert_eq!(status, 400);
        assert!(answer["error"].is_string() && answer["valid"]["mode"].is_array(), "{answer}");
    }
    let (status, answer) = post(&simulator, "settings", json!({"nxtele.no_such_setting": 1})).await;
    assert_eq!(status, 400, "{answer}");
}
