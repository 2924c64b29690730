//! Vendors' pushes over the vendors' own wire: enough where reading fails, needed where there is no
//! reading, and nothing for whoever is not the vendor.

use outdial_testkit::{Answer, Setup, StoreKind, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

pub const ENDINGS: [&str; 5] = ["00", "01", "02", "03", "05"];

/// Where the vendor `kind` pushes to.
pub async fn ingress(app: &TestApp, kind: &str) -> String {
    let account = app.get(&format!("/v1/accounts/{kind}-demo")).await.expect(200);
    account["ingress_url"].as_str().unwrap().to_owned()
}

/// Delivers a push as anybody could.
pub async fn deliver(url: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = http.request(Method::POST, url).json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub async fn signed_pushes_are_enough_where_every_read_of_people_fails(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    app.vendors()
        .add_fault(&json!({"provider": "nxtele", "operation": "listOrderDetail", "mode": "status"}))
        .await;
    let task = app.create_task(&app.task("nxtele", &ENDINGS)).await;
    app.start(&task).await;

    let done = app.wait_for_status(&task, "completed").await;

    assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{done:#}");
    let calls = app.all(&format!("/v1/calls?task_id={task}&limit=50")).await;
    assert_eq!(calls.len(), ENDINGS.len(), "each push told of a call: {calls:#?}");
    assert_eq!(app.vendors().rings().await.max_per_number, 1);
    app.shut_down().await;
}

pub async fn unsigned_pushes_are_believed_where_nothing_else_will_ever_tell(store: StoreKind) {
    let unlisted = "[airudder]\noperations = {}".parse().unwrap();
    let app = TestApp::with(Setup { vendor_keys: unlisted, ..Setup::on(store) }).await;
    let account = app.get("/v1/accounts/airudder-demo").await.expect(200);
    assert_eq!(account["operations"]["progress"], "unsupported", "{account:#}");
    let push_url = format!("{}/{{kind}}", ingress(&app, "airudder").await);
    app.vendors().set(&json!({"airudder.push_url": push_url})).await;
    let task = app.create_task(&app.task("airudder", &ENDINGS)).await;
    app.start(&task).await;

    let done = app.wait_for_status(&task, "completed").await;

    assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{done:#}");
    assert_eq!(app.vendors().rings().await.max_per_number, 1);
    app.shut_down().await;
}

pub async fn an_unsigned_push_is_not_believed_where_the_vendor_can_be_asked(store: StoreKind) {
    let (app, contact) = somebody_rings(store, "tencent_ccc").await;
    let url = format!("{}/cdr?action=cdr", ingress(&app, "tencent_ccc").await);
    let record = json!({"SessionId": "made-up", "Direction": 1, "EndStatusString": "busy", "UUI": contact});

    let (status, answer) = deliver(&url, &[], &record).await;

    assert_eq!((status, &answer["ErrCode"]), (200, &json!(0)), "the vendor's own acknowledgement: {answer}");
    let seen = app.get(&format!("/v1/contacts/{contact}")).await;
    untouched(&app, seen).await;
    app.shut_down().await;
}

pub async fn a_wrong_secret_leads_nowhere_and_a_wrong_signature_changes_nothing(store: StoreKind) {
    let (app, contact) = somebody_rings(store, "nxtele").await;
    let place = ingress(&app, "nxtele").await;
    let order = json!({"orderID": contact, "userTaskID": "seg", "finish": true,
        "callInfoDetail": {"callID": "made-up", "callStatus": 1}});
    let proof = [("uuid", "sim-nxtele-uuid"), ("createTs", "1"), ("requestID", "r"), ("sign", "00")];

    let elsewhere = format!("{}0/order", place.trim_end_matches('/'));
    let (status, problem) = deliver(&elsewhere, &proof, &order).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    for headers in [&proof[..], &[]] {
        let (status, problem) = deliver(&format!("{place}/order"), headers, &order).await;
        assert_eq!((status, &problem["code"]), (401, &json!("unproven_push")));
    }

    let seen = app.get(&format!("/v1/contacts/{contact}")).await;
    untouched(&app, seen).await;
    app.shut_down().await;
}

/// An app where somebody is with the vendor and does not pick up for a while; and that contact.
async fn somebody_rings(store: StoreKind, kind: &str) -> (TestApp, String) {
    let app = TestApp::with(Setup::on(store).at_speed(1.0)).await;
    let task = app.create_task(&app.task(kind, &["07"])).await;
    app.start(&task).await;
    app.wait_until(&task, "somebody is with the vendor", |task| {
        task["counts"]["submitting"] == 0 && task["counts"]["queued"] == 0
    })
    .await;
    let contact = app.contacts(&task).await.remove(0);
    (app, contact["id"].as_str().unwrap().to_owned())
}

/// Nothing has ended and no call is known that was only claimed.
async fn untouched(app: &TestApp, contact: Answer) {
    let contact = contact.expect(200);
    assert!(["submitted", "dialing"].contains(&contact["status"].as_str().unwrap()), "{contact:#}");
    let calls = app.all("/v1/calls?limit=50").await;
    assert!(calls.iter().all(|call| call["disposition"].is_null()), "{calls:#?}");
}
