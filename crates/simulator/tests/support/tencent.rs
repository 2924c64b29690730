//! A client that signs TC3-HMAC-SHA256, written from the papers and not from the simulator.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use outdial_simulator::{Simulator, TENCENT_SDK_APP_ID, TENCENT_SECRET_ID, TENCENT_SECRET_KEY};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{http, unix_seconds};

pub struct Client {
    url: String,
    host: String,
    http: reqwest::Client,
}

pub type Headers = Vec<(&'static str, String)>;

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

impl Client {
    pub fn new(simulator: &Simulator) -> Client {
        Client { url: simulator.url(), host: simulator.address().to_string(), http: http() }
    }

    pub fn headers(&self, action: &str, body: &str, timestamp: i64) -> Headers {
        self.signed(action, body, timestamp, TENCENT_SECRET_ID, TENCENT_SECRET_KEY)
    }

    pub fn signed(&self, action: &str, body: &str, timestamp: i64, id: &str, key: &str) -> Headers {
        let date = Timestamp::from_second(timestamp).unwrap().strftime("%Y-%m-%d").to_string();
        let hash = hex::encode(Sha256::digest(body));
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/json\nhost:{}\n\ncontent-type;host\n{hash}",
            self.host
        );
        let scope = format!("{date}/ccc/tc3_request");
        let hash = hex::encode(Sha256::digest(canonical));
        let text = format!("TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{hash}");
        let date_key = hmac(format!("TC3{key}").as_bytes(), &date);
        let signature = hex::encode(hmac(&hmac(&hmac(&date_key, "ccc"), "tc3_request"), &text));
        let authorization = format!(
            "TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
        );
        vec![
            ("Authorization", authorization),
            ("Content-Type", "application/json".to_owned()),
            ("X-TC-Action", action.to_owned()),
            ("X-TC-Version", "2020-02-10".to_owned()),
            ("X-TC-Timestamp", timestamp.to_string()),
        ]
    }

    /// The `Response` object of an answer that looks as the official SDK needs it.
    pub async fn post(&self, body: &str, headers: Headers) -> Value {
        let mut request = self.http.post(&self.url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let answer: Value = response.json().await.unwrap();
        assert!(answer["Response"]["RequestId"].is_string());
        answer["Response"].clone()
    }

    pub async fn call(&self, action: &str, mut body: Value) -> Value {
        if body["SdkAppId"].is_null() {
            body["SdkAppId"] = json!(TENCENT_SDK_APP_ID);
        }
        let body = body.to_string();
        self.post(&body, self.headers(action, &body, unix_seconds())).await
    }

    pub fn task(callees: &[&str]) -> Value {
        json!({"NotBefore": unix_seconds() - 1, "Callees": callees, "Callers": ["00862155550000"], "IvrId": 8, "Name": "n"})
    }

    /// The same without patience: whether a complete answer came.
    pub async fn is_answered(&self, action: &str, mut body: Value) -> bool {
        body["SdkAppId"] = json!(TENCENT_SDK_APP_ID);
        let body = body.to_string();
        let mut request = self.http.post(&self.url);
        for (name, value) in self.headers(action, &body, unix_seconds()) {
            request = request.header(name, value);
        }
        match request.body(body).send().await {
            Ok(response) => response.bytes().await.is_ok(),
            Err(_) => false,
        }
    }

    pub async fn create(&self, task: Value) -> u64 {
        let answer = self.call("CreateAutoCalloutTask", task).await;
        answer["TaskId"].as_u64().unwrap_or_else(|| panic!("{answer}"))
    }

    pub async fn control(&self, action: &str, id: u64) -> Value {
        self.call(action, json!({"TaskId": id})).await
    }

    pub async fn describe(&self, id: u64) -> Value {
        self.control("DescribeAutoCalloutTask", id).await
    }

    pub async fn records(&self) -> Vec<Value> {
        let now = unix_seconds();
        let body =
            json!({"StartTimeStamp": now - 3600, "EndTimeStamp": now + 60, "PageSize": 100, "PageNumber": 0});
        self.call("DescribeTelCdr", body).await["TelCdrList"].as_array().unwrap().clone()
    }
}

pub fn code(answer: &Value) -> &str {
    answer["Error"]["Code"].as_str().unwrap_or_default()
}
