//! A vendor's push as the vendor signs it, written from the papers and not from our adapter.

use crate::world::now_us;
use outdial_testkit::TestApp;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

const UUID: &str = "sim-nxtele-uuid";
const SECRET: &str = "sim-nxtele-secret";

/// A push, ready to be sent.
#[derive(Debug, Clone)]
pub struct Letter {
    kind: &'static str,
    pub body: String,
    created: i64,
    sign: String,
}

impl Letter {
    /// Signed now.
    pub fn of(kind: &'static str, body: &Value) -> Self {
        Self::raw(kind, body.to_string(), Duration::ZERO)
    }

    /// Any text, signed so long ago.
    pub fn raw(kind: &'static str, body: String, ago: Duration) -> Self {
        let created = now_us() / 1_000_000 - ago.as_secs() as i64;
        let sign = sign(&body, created);
        Self { kind, body, created, sign }
    }

    /// The order of `contact` is done, and how its only call ended.
    pub fn order(contact: &str, call: &str, cause: &str) -> Self {
        let now = now_us() / 1_000_000;
        let detail = json!({
            "callID": call, "callStatus": 1, "callStartTs": now - 20, "callAnswerTs": 0, "callEndTs": now,
            "hangupCause": cause, "intents": [{"intentID": "i-1", "intentName": "call back", "intentLevel": 3}],
        });
        let order = json!({
            "orderID": contact, "userTaskID": "some-task", "finish": true, "callInfoDetail": detail,
        });
        Self::of("order", &order)
    }

    /// The same signature under another body.
    pub fn with_body(self, body: String) -> Self {
        Self { body, ..self }
    }

    /// Sends it to where the account's vendor pushes to; answers the status and the answer, if one came.
    pub async fn send(&self, http: &Client, place: &str) -> Option<(u16, Value)> {
        let request = http
            .request(Method::POST, format!("{place}/{}", self.kind))
            .header("uuid", UUID)
            .header("createTs", self.created.to_string())
            .header("requestID", "r-1")
            .header("sign", &self.sign)
            .body(self.body.clone());
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.json().await.ok()?))
    }
}

fn sign(body: &str, created: i64) -> String {
    let signed = format!("{SECRET}&body={body}&createTs={created}&requestID=r-1&uuid={UUID}");
    hex::encode_upper(Sha256::digest(signed))
}

/// Somebody who pushes.
pub fn sender() -> Client {
    Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

/// Where the vendor `kind` pushes to.
pub async fn place(app: &TestApp, kind: &str) -> String {
    let account = app.get(&format!("/v1/accounts/{kind}-demo")).await.expect(200);
    account["ingress_url"].as_str().unwrap().to_owned()
}
