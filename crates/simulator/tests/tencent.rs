//! Tencent Cloud CCC over real HTTP: who may come in, and what becomes of an auto-callout task.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::tencent::{Client, Headers, code};
use support::{Receiver, eventually, get, post, start, unix_seconds};

type Spoil = fn(&mut Headers);

fn set(headers: &mut Headers, name: &str, value: &str) {
    headers.iter_mut().find(|(header, _)| *header == name).unwrap().1 = value.to_owned();
}

/// Reads are limited to 20 a second; a test that looks until something happens would run into that.
async fn without_limit(simulator: &outdial_simulator::Simulator) {
    assert_eq!(post(simulator, "settings", json!({"tencent.requests_per_second": 0})).await.0, 200);
}

#[tokio::test]
async fn checks_come_in_order_and_errors_are_http_200() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let body = r#"{"SdkAppId":1400000000,"PageSize":10,"PageNumber":0}"#;
    let now = unix_seconds();
    let good = || client.headers("DescribeAutoCalloutTasks", body, now);
    assert_eq!(code(&client.post(body, good()).await), "");
    let spoil: [(&str, Spoil); 7] = [
        ("MissingParameter", |headers| headers.retain(|(name, _)| *name != "X-TC-Timestamp")),
        ("AuthFailure.InvalidAuthorization", |headers| set(headers, "Authorization", "SKIP")),
        ("AuthFailure.InvalidAuthorization", |headers| headers.retain(|(name, _)| *name != "Authorization")),
        ("AuthFailure.TokenFailure", |headers| headers.push(("X-TC-Token", "t".to_owned()))),
        ("AuthFailure.SignatureFailure", |headers| {
            set(headers, "Content-Type", "application/json; charset=utf-8")
        }),
        ("NoSuchVersion", |headers| set(headers, "X-TC-Version", "2017-03-12")),
        ("InvalidAction", |headers| set(headers, "X-TC-Action", "describeAutoCalloutTasks")),
    ];
    for (expected, spoil) in spoil {
        let mut headers = good();
        spoil(&mut headers);
        assert_eq!(code(&client.post(body, headers).await), expected);
    }
    let signed = |id, key, at| client.signed("DescribeAutoCalloutTasks", body, at, id, key);
    let own = "AKIDsimtencent";
    for (expected, headers) in [
        ("AuthFailure.SecretIdNotFound", signed("AKIDnobody", "sim-tencent-secret", now)),
        ("AuthFailure.SignatureFailure", signed(own, "wrong", now)),
        ("AuthFailure.SignatureExpire", signed(own, "sim-tencent-secret", now - 310)),
        ("", signed(own, "sim-tencent-secret", now - 290)),
    ] {
        assert_eq!(code(&client.post(body, headers).await), expected);
    }
    let other_body = body.replace("10", "11");
    assert_eq!(code(&client.post(&other_body, good()).await), "AuthFailure.SignatureFailure");
}

#[tokio::test]
async fn parameters_are_checked_for_name_presence_type_and_value() {
    let simulator = start(600.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let change = |name: &str, value: Value| {
        let mut task = Client::task(&["008613800000000"]);
        task[name] = value;
        task
    };
    for (expected, task) in [
        ("UnknownParameter", change("Colour", json!("red"))),
        ("UnknownParameter", change("CalleeAttributes", json!([{"Phone": "1"}]))),
        ("MissingParameter", change("Callers", json!(null))),
        ("MissingParameter", change("CalleeAttributes", json!([{"UUI": "x"}]))),
        ("InvalidParameter", change("NotBefore", json!("now"))),
        ("InvalidParameter", change("Callees", json!([1]))),
        ("InvalidParameterValue", change("Callees", json!([]))),
        ("InvalidParameterValue", change("Callees", json!(["abc"]))),
        ("InvalidParameterValue", change("Tries", json!(4))),
        ("InvalidParameterValue", change("RetryInterval", json!(599))),
        ("InvalidParameterValue", change("NotAfter", json!(1))),
        ("InvalidParameterValue", change("IvrId", json!(null))),
        ("InvalidParameterValue", change("RetryHangupTypes", json!(["206"]))),
        ("InvalidParameterValue", change("TimeZone", json!("Mars/Olympus"))),
        ("InvalidParameterValue", change("SdkAppId", json!(1))),
    ] {
        assert_eq!(code(&client.call("CreateAutoCalloutTask", task).await), expected);
    }
    assert_eq!(code(&client.describe(99).await), "InvalidParameterValue");
}

#[tokio::test]
async fn the_twenty_first_request_in_a_second_is_refused() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let mut codes = Vec::new();
    // Forty requests over loopback take far less than the second that would admit twenty more.
    for _ in 0..40 {
        codes.push(code(&client.call("DescribeNumbers", json!({})).await).to_owned());
    }
    assert!(codes[..20].iter().all(String::is_empty));
    assert!(codes[20..].iter().any(|code| code == "RequestLimitExceeded"));
    assert_eq!(
        code(&client.call("DescribeAIAgentInfoList", json!({"PageSize": 1, "PageNumber": 0})).await),
        ""
    );
}

#[tokio::test]
async fn every_suffix_ends_as_the_table_says() {
    let simulator = start(600.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let expected = [
        ("00", 1, "ok", 1, 1, 20),
        ("01", 202, "notAnswer", 2, 2, 0),
        ("02", 206, "busy", 2, 2, 0),
        ("03", 203, "userReject", 2, 2, 0),
        ("04", 205, "numberNotExist", 2, 1, 0),
        ("05", 222, "voiceMailReached", 2, 1, 0),
        ("06", 1, "ok", 1, 2, 20),
        ("07", 202, "notAnswer", 2, 2, 0),
    ];
    let callees: Vec<String> = expected.iter().map(|(suffix, ..)| format!("00861380000{suffix}")).collect();
    let mut task = Client::task(&callees.iter().map(String::as_str).collect::<Vec<_>>());
    task["Tries"] = json!(2);
    task["RetryInterval"] = json!(600);
    task["UUI"] = json!("everyone");
    task["CalleeAttributes"] = json!([{"Callee": callees[0], "UUI": "the first"}]);
    let id = client.create(task).await;
    eventually("the task completes", async || client.describe(id).await["State"] == 2).await;
    let shown = client.describe(id).await;
    let records = client.records().await;
    for (index, (suffix, status, text, state, sessions, talk)) in expected.into_iter().enumerate() {
        let callee = &shown["Callees"][index];
        assert_eq!(callee["Callee"], callees[index]);
        assert_eq!(callee["State"], state, "{suffix}");
        let ids = callee["Sessions"].as_array().unwrap();
        assert_eq!(ids.len(), sessions, "{suffix}");
        let last = records.iter().find(|record| Some(&record["SessionId"]) == ids.last()).unwrap();
        assert_eq!((&last["EndStatus"], &last["EndStatusString"]), (&json!(status), &json!(text)));
        assert_eq!(last["Duration"], talk);
        assert_eq!(last["AcceptTimestamp"].as_i64().unwrap() > 0, status == 1);
        assert_eq!(last["UUI"], if index == 0 { "the first" } else { "everyone" });
    }
    // The retry came 600 simulated seconds after the first call had ended.
    let rings = get(&simulator, "rings?number=%2B861380000 01".replace(' ', "").as_str()).await;
    let at = |index: usize| rings[index]["sim_seconds"].as_f64().unwrap();
    assert!(at(1) - at(0) >= 600.0, "{rings}");
}

#[tokio::test]
async fn a_task_waits_for_not_before_and_can_be_stopped_while_it_does() {
    let simulator = start(600.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let fused = |seconds: i64| {
        let mut task = Client::task(&["008613800000000"]);
        task["NotBefore"] = json!(unix_seconds() + seconds);
        task
    };
    let stopped = client.create(fused(86_400)).await;
    let runs = client.create(fused(90)).await;
    assert_eq!(client.describe(stopped).await["State"], 0);
    assert_eq!(code(&client.control("PauseAutoCalloutTask", stopped).await), "UnsupportedOperation");
    client.control("StopAutoCalloutTask", stopped).await;
    assert_eq!(client.describe(stopped).await["State"], 4);
    assert_eq!(code(&client.control("StopAutoCalloutTask", stopped).await), "UnsupportedOperation");
    eventually("the other one completes", async || client.describe(runs).await["State"] == 2).await;
    let rings = get(&simulator, "rings").await;
    assert_eq!(rings.as_array().unwrap().len(), 1);
    assert_eq!(rings[0]["task"], runs.to_string());
}

#[tokio::test]
async fn pause_lets_live_calls_end_and_resume_goes_on() {
    let simulator = start(100.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let mut task = Client::task(&["008613800000000", "008613800000100"]);
    task["ConcurrencyLimit"] = json!(1);
    let id = client.create(task).await;
    assert_eq!(client.describe(id).await["State"], 1);
    client.control("PauseAutoCalloutTask", id).await;
    assert_eq!(client.describe(id).await["State"], 5);
    eventually("the live call ends", async || client.describe(id).await["Callees"][0]["State"] == 1).await;
    assert_eq!(
        client.describe(id).await["Callees"][1],
        json!({"Callee": "008613800000100", "State": 0, "Sessions": []})
    );
    client.control("ResumeAutoCalloutTask", id).await;
    eventually("the task completes", async || client.describe(id).await["State"] == 2).await;
}

#[tokio::test]
async fn stop_and_not_after_end_a_task_once_its_live_call_is_over() {
    let simulator = start(100.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let mut task = Client::task(&["008613800000007", "008613800000107"]);
    task["ConcurrencyLimit"] = json!(1);
    let stopped = client.create(task.clone()).await;
    task["NotAfter"] = json!(unix_seconds() + 20);
    let expired = client.create(task).await;
    client.control("StopAutoCalloutTask", stopped).await;
    assert_eq!(client.describe(stopped).await["State"], 3);
    for id in [stopped, expired] {
        eventually("the task ends", async || client.describe(id).await["State"] == 4).await;
        assert_eq!(client.describe(id).await["Callees"][1]["State"], 0);
    }
    assert_eq!(get(&simulator, "rings/summary").await["total"], 2);
}

#[tokio::test]
async fn what_was_said_is_there_a_while_after_the_call() {
    let simulator = start(600.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let id = client.create(Client::task(&["008613800000000", "008613800000002"])).await;
    eventually("the task completes", async || client.describe(id).await["State"] == 2).await;
    let record = async |callee: &str| {
        let records = client.records().await;
        records.into_iter().find(|record| record["Callee"] == callee).unwrap()
    };
    let answered = record("008613800000000").await;
    let ask =
        async |session: &Value| client.call("DescribeTelRecordAsr", json!({"SessionId": session})).await;
    assert_eq!(answered["AsrStatus"], "NotExists", "nothing is written down unless that is bought");
    for (delay, status, expected) in
        [(1_000_000_000_u64, "Processing", "ResourceNotFound"), (0, "Complete", "")]
    {
        post(&simulator, "settings", json!({"tencent.asr_delay_seconds": delay})).await;
        assert_eq!(record("008613800000000").await["AsrStatus"], status);
        assert_eq!(code(&ask(&answered["SessionId"]).await), expected);
    }
    let said = ask(&answered["SessionId"]).await["AsrDataList"].clone();
    assert_eq!((&said[0]["User"], &said[2]["User"]), (&json!("00862155550000"), &json!("008613800000000")));
    let busy = record("008613800000002").await;
    assert_eq!(busy["AsrStatus"], "NotExists");
    for session in [&busy["SessionId"], &json!("nobody's")] {
        assert_eq!(code(&ask(session).await), "ResourceNotFound");
    }
}

#[tokio::test]
async fn records_and_recordings_are_pushed_until_acknowledged() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let receiver = Receiver::start().await;
    receiver.refuse_next(1);
    let settings = json!({"tencent": {"push_url": receiver.url(), "push_authorization": "Basic eDp5"}});
    assert_eq!(post(&simulator, "settings", settings).await.0, 200);
    let mut task = Client::task(&["008613800000000"]);
    task["UUI"] = json!("ours");
    client.create(task).await;
    let deliveries = receiver.wait_for(4).await;
    let kind =
        |wanted: &str| deliveries.iter().filter(|d| d.query == format!("action={wanted}&version=1")).count();
    assert_eq!((kind("cdr"), kind("record")), (2, 2));
    let records: Vec<_> = deliveries.iter().filter(|d| d.query.contains("cdr")).collect();
    assert_eq!(records[0].header("X-TCCC-PUSH-UUID"), records[1].header("X-TCCC-PUSH-UUID"));
    assert_eq!(records[0].header("authorization"), "Basic eDp5");
    let record = records[0].json();
    assert_eq!(
        (&record["Uui"], &record["EndStatusString"], &record["Duration"]),
        (&json!("ours"), &json!("ok"), &json!(20))
    );
}

#[tokio::test]
async fn a_single_call_rings_at_once_and_is_known_by_its_record_alone() {
    let simulator = start(600.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let ivr = json!({"Callee": "+8613800000000", "IVRId": 8, "Callers": ["+862155550000"], "UUI": "ours"});
    let agent =
        json!({"Callee": "008613800000102", "AIAgentId": 12, "Variables": [{"Key": "k", "Value": "v"}]});
    for (action, order, uui) in [("CreateIVRSession", ivr, "ours"), ("CreateAIAgentCall", agent, "")] {
        let placed = client.call(action, order.clone()).await;
        let session = placed["SessionId"].as_str().unwrap_or_else(|| panic!("{placed}")).to_owned();
        let record =
            async || client.records().await.into_iter().find(|one| one["SessionId"] == session.as_str());
        eventually("its record is there", async || record().await.is_some()).await;
        let record = record().await.unwrap();
        assert_eq!((&record["Callee"], &record["UUI"]), (&order["Callee"], &json!(uui)));
        let rings = get(&simulator, "rings").await;
        let rings: Vec<_> =
            rings.as_array().unwrap().iter().filter(|ring| ring["call"] == session.as_str()).collect();
        assert_eq!((rings.len(), &rings[0]["key"]), (1, &json!(uui)));
    }
    let listed = client.call("DescribeAutoCalloutTasks", json!({"PageSize": 10, "PageNumber": 0})).await;
    assert_eq!(listed["TotalCount"], 0, "no list of tasks shows a single call");
}

#[tokio::test]
async fn each_single_call_takes_its_own_parameters() {
    let simulator = start(600.0).await;
    without_limit(&simulator).await;
    let client = Client::new(&simulator);
    let with = |name: &str, value: Value| {
        let mut order = json!({"Callee": "+8613800000000"});
        order[name] = value;
        order
    };
    for (action, expected, order) in [
        ("CreateIVRSession", "MissingParameter", with("Callers", json!([]))),
        ("CreateIVRSession", "UnknownParameter", with("IvrId", json!(8))),
        (
            "CreateAIAgentCall",
            "UnknownParameter",
            json!({"Callee": "+8613800000000", "AIAgentId": 1, "UUI": "u"}),
        ),
        ("CreateAIAgentCall", "MissingParameter", json!({"AIAgentId": 1})),
        ("CreateIVRSession", "InvalidParameterValue", json!({"Callee": "nobody", "IVRId": 8})),
        (
            "CreateAIAgentCall",
            "InvalidParameterValue",
            json!({"Callee": "+8613800000000", "AIAgentId": 1, "AcquireTimeoutSecond": 6}),
        ),
        (
            "CreateIVRSession",
            "InvalidParameterValue.InstanceNotExist",
            json!({"Callee": "+8613800000000", "IVRId": 8, "SdkAppId": 1}),
        ),
    ] {
        assert_eq!(code(&client.call(action, order.clone()).await), expected, "{action} {order}");
    }
    assert_eq!(get(&simulator, "rings/summary").await["total"], 0);
}
