//! NXTele over real HTTP: who may come in, and what becomes of a task.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::nxtele::{Client, Headers, order};
use support::{Receiver, eventually, start};

#[tokio::test]
async fn ping_is_echoed_and_the_answer_is_signed() {
    let simulator = start(600.0).await;
    for algorithm in ["MD5", "SHA256"] {
        let client = Client::with_algorithm(&simulator, algorithm);
        let response = client.send("ping", &json!({"data": "hello"})).await;
        assert!(response.is_signed_properly, "{algorithm}");
        assert_eq!(response.body["code"], 0);
        assert_eq!(response.body["data"], "hello");
    }
}

#[tokio::test]
async fn a_request_that_is_not_properly_signed_is_refused() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let now = support::unix_seconds();
    let spoil: [(i64, Spoil); 8] = [
        (6001, |headers| headers.retain(|(name, _)| *name != "sign")),
        (6002, |headers| set(headers, "uuid", "somebody-else")),
        (2, |headers| headers.retain(|(name, _)| *name != "createTs")),
        (2, |headers| headers.retain(|(name, _)| *name != "requestID")),
        (3, |headers| set(headers, "createTs", "yesterday")),
        (6, |headers| set(headers, "createTs", "1000")),
        (4, |headers| set(headers, "algorithm", "SHA1")),
        (6, |headers| set(headers, "sign", "0123456789ABCDEF0123456789ABCDEF")),
    ];
    for (expected, spoil) in spoil {
        let mut headers = client.headers(r#"{"data":"x"}"#, now);
        spoil(&mut headers);
        let response = client.post("ping", r#"{"data":"x"}"#, headers).await;
        assert_eq!(response.body["code"], expected);
    }
}

type Spoil = fn(&mut Headers);

fn set(headers: &mut Headers, name: &str, value: &str) {
    headers.iter_mut().find(|(header, _)| *header == name).unwrap().1 = value.to_owned();
}

#[tokio::test]
async fn the_tolerance_for_the_clock_ends_at_300_seconds() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let body = r#"{"data":"x"}"#;
    for (offset, expected) in [(-290, 0), (-310, 6), (310, 6)] {
        let headers = client.headers(body, support::unix_seconds() + offset);
        assert_eq!(client.post("ping", body, headers).await.body["code"], expected, "{offset}");
    }
}

#[tokio::test]
async fn whitespace_and_escapes_are_signed_as_sent() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    for body in [r#"{"data": "张三"}"#, r#"{ "data":"\u5f20\u4e09" }"#] {
        let headers = client.headers(body, support::unix_seconds());
        assert_eq!(client.post("ping", body, headers).await.body["data"], "张三");
    }
}

#[tokio::test]
async fn every_suffix_ends_as_the_table_says() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({"roundRedial": true})).await;
    let expected = [
        ("00", "NORMAL_CLEARING", 1, true, 20),
        ("01", "NO_ANSWER", 2, false, 0),
        ("02", "USER_BUSY", 2, false, 0),
        ("03", "CALL_REJECTED", 2, false, 0),
        ("04", "UNALLOCATED_NUMBER", 1, false, 0),
        ("05", "NORMAL_CLEARING", 1, true, 6),
        ("06", "NORMAL_CLEARING", 2, true, 20),
        ("07", "NO_ANSWER", 2, false, 0),
    ];
    let orders: Vec<Value> =
        expected.iter().map(|(suffix, ..)| order(suffix, &format!("86138000000{suffix}"))).collect();
    let answer = client.add("t", &orders).await;
    assert_eq!(answer["successCount"], 8);
    client.operate("t", 1).await;
    eventually("the task completes", async || client.status("t").await == 3).await;
    for (suffix, cause, calls, answered, talk) in expected {
        let detail = client.detail("t", suffix).await;
        let list = detail["callInfoDetailList"].as_array().unwrap();
        let last = list.last().unwrap();
        assert_eq!(detail["finish"], true, "{suffix}");
        assert_eq!(list.len(), calls, "{suffix}");
        assert_eq!(last["hangupCause"], cause, "{suffix}");
        assert_eq!(last["callAnswerTs"].as_i64().unwrap() > 0, answered, "{suffix}");
        assert_eq!(last["callDuration"], talk, "{suffix}");
    }
    let rings = client.sim("rings/summary").await;
    assert_eq!(rings["total"], 13);
    assert_eq!(rings["numbers"], 8);
    assert_eq!(rings["max_per_number"], 2);
    assert_eq!(rings["max_first_attempts_per_number"], 1);
}

#[tokio::test]
async fn without_redial_a_number_is_called_once() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 3}), json!({})).await;
    client.add("t", &[order("o", "8613800000006")]).await;
    eventually("the task completes", async || client.status("t").await == 3).await;
    assert_eq!(client.detail("t", "o").await["callInfoDetailList"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_rings_before_the_start_and_nothing_new_while_paused() {
    let simulator = start(100.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1, "maxCall": 1}), json!({})).await;
    client.add("t", &[order("a", "8613800000000"), order("b", "8613800000100")]).await;
    assert_eq!(client.status("t").await, 1);
    assert_eq!(client.sim("rings/summary").await["total"], 0);

    client.operate("t", 1).await;
    assert_eq!(client.operate("t", 2).await["taskStatus"], 5);
    // The live call goes on to its end; nobody is called after it.
    eventually("the live call ends", async || client.detail("t", "a").await["finish"] == true).await;
    assert_eq!(client.sim("rings/summary").await["total"], 1);

    client.operate("t", 1).await;
    eventually("the task completes", async || client.status("t").await == 3).await;
    assert_eq!(client.sim("rings/summary").await["total"], 2);
}

#[tokio::test]
async fn a_scheduled_task_starts_by_itself() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let at = support::unix_seconds() + 90;
    client.create_task("t", json!({"startupType": 2, "startupAt": at}), json!({})).await;
    client.add("t", &[order("o", "8613800000000")]).await;
    eventually("the task completes", async || client.status("t").await == 3).await;
    let ring = &client.sim("rings").await[0];
    assert!(ring["sim_seconds"].as_f64().unwrap() >= 88.0, "{ring}");
}

#[tokio::test]
async fn a_task_that_is_over_takes_nothing_more() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    client.add("t", &[order("o", "8613800000000")]).await;
    assert_eq!(client.operate("t", 3).await["taskStatus"], 3);
    assert_eq!(client.operate("t", 1).await["retCode"], 4);
    assert_eq!(client.add("t", &[order("p", "8613800000000")]).await["retCode"], 4);
    assert_eq!(client.sim("rings/summary").await["total"], 0);
}

#[tokio::test]
async fn stopped_orders_are_not_called() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    client.add("t", &[order("a", "8613800000000"), order("b", "8613800000100")]).await;
    let stopped = client.call("stopOrder", json!({"userTaskID": "t", "orderIDs": ["a", "nobody"]})).await;
    assert_eq!(stopped["successCount"], 1);
    assert_eq!(stopped["errList"][0]["orderID"], "nobody");
    client.operate("t", 1).await;
    eventually("the task completes", async || client.status("t").await == 3).await;
    assert_eq!(client.sim("rings?number=%2B8613800000000").await, json!([]));
    assert_eq!(client.sim("rings/summary").await["total"], 1);
}

#[tokio::test]
async fn repeated_ids_and_bad_numbers_are_refused_one_by_one() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    let again = client.call("createTask", Client::task("t", json!({"startupType": 1}), json!({}))).await;
    assert_eq!(again["retCode"], 4);
    let answer = client
        .add("t", &[order("a", "8613800000000"), order("a", "8613800000100"), order("b", "+8613800000200")])
        .await;
    assert_eq!(
        (&answer["retCode"], &answer["totalCount"], &answer["successCount"]),
        (&json!(0), &json!(3), &json!(1))
    );
    assert_eq!(answer["errList"][0]["phone"], "8613800000100");
    assert_eq!(answer["errList"][1]["phone"], "+8613800000200");
}

#[tokio::test]
async fn a_batch_has_a_limit_and_members_have_types() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    let many: Vec<Value> = (0..1001).map(|n| order(&format!("o{n}"), "8613800000000")).collect();
    assert_eq!(client.add("t", &many).await["retCode"], 4001);
    let missing = client.call("addBatchCall", json!({"userTaskID": "t"})).await;
    assert_eq!(missing["retCode"], 2);
    let typed = client.call("addBatchCall", json!({"userTaskID": 5, "callInfoList": {}})).await;
    assert_eq!(typed["retCode"], 3);
    let unknown = client.call("mgrTaskStatus", json!({"userTaskID": "nobody", "taskOperate": 1})).await;
    assert_eq!(unknown["retCode"], 4);
}

#[tokio::test]
async fn create_and_call_does_both_and_update_takes_five_minutes() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let mut body = Client::task("t", json!({"startupType": 1, "taskName": "before"}), json!({}));
    body["callInfoList"] =
        json!({"orderCallbackUrl": "", "callCallbackUrl": "", "callList": [order("o", "8613800000000")]});
    let created = client.call("createAndCall", body).await;
    assert_eq!((&created["taskStatus"], &created["successCount"]), (&json!(1), &json!(1)));

    let changed = Client::task("t", json!({"startupType": 1, "taskName": "after"}), json!({}));
    assert_eq!(client.call("updateTask", changed.clone()).await["retCode"], 0);
    let name = async || client.find("t").await["taskSetting"]["taskCreateSetting"]["taskName"].clone();
    assert_eq!(name().await, "before");
    eventually("the change takes effect", async || name().await == "after").await;
    client.operate("t", 1).await;
    assert_eq!(client.call("updateTask", changed).await["retCode"], 4);
}

#[tokio::test]
async fn webhooks_tell_of_the_call_the_order_and_the_task() {
    let simulator = start(600.0).await;
    let client = Client::with_algorithm(&simulator, "SHA256");
    let receiver = Receiver::start().await;
    let url = receiver.url();
    client.create_task("t", json!({"startupType": 1, "taskCallbackUrl": url}), json!({})).await;
    let list =
        json!({"orderCallbackUrl": url, "callCallbackUrl": url, "callList": [order("o", "8613800000000")]});
    client.call("addBatchCall", json!({"userTaskID": "t", "callInfoList": list})).await;
    client.operate("t", 1).await;
    let deliveries = receiver.wait_for(4).await;
    assert!(deliveries.iter().all(|delivery| client.signed(delivery)));
    let kind = |wanted: Value| deliveries.iter().filter(|d| d.json()["callbackType"] == wanted).count();
    assert_eq!((kind(json!(1)), kind(json!("2")), kind(json!(3))), (2, 1, 1));
    let call = deliveries.iter().find(|d| d.json()["callbackType"] == 3).unwrap().json();
    assert_eq!(call["callInfoDetail"]["callDuration"], 20);
    assert_eq!(call["finish"], true);
    assert_eq!(call["other"], "other-o");
}

#[tokio::test]
async fn windows_hold_calls_back_when_they_are_honoured() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    support::post(&simulator, "settings", json!({"nxtele.honour_windows": true})).await;
    let hours = (0..24).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
    for (task, hours) in [("never", ""), ("always", hours.as_str())] {
        let setting = json!({
            "startupType": 3, "zoneSecond": 28800, "dialAtWeekDay": "1,2,3,4,5,6,7",
            "dialAtUpHour ": hours, "dialAtDownHour": hours,
        });
        client.create_task(task, setting, json!({})).await;
        client.add(task, &[order(task, "8613800000000")]).await;
    }
    eventually("the open one completes", async || client.status("always").await == 3).await;
    assert_eq!(client.status("never").await, 2);
    assert_eq!(client.sim("rings").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn deleting_the_waiting_tells_their_order_webhook() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let receiver = Receiver::start().await;
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    let list = json!({"orderCallbackUrl": receiver.url(), "callCallbackUrl": "", "callList": [order("o", "8613800000000")]});
    client.call("addBatchCall", json!({"userTaskID": "t", "callInfoList": list})).await;
    client.call("mgrTaskStatus", json!({"userTaskID": "t", "taskOperate": 3, "delCall": 1})).await;
    let webhook = receiver.wait_for(1).await[0].json();
    assert_eq!((&webhook["orderID"], &webhook["finish"]), (&json!("o"), &json!(true)));
    assert_eq!(client.sim("rings/summary").await["total"], 0);
}
