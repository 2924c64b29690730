//! A client that signs as NXTele's papers say, written from them and not from the simulator.

use md5::Md5;
use outdial_simulator::{NXTELE_SECRET_KEY, NXTELE_UUID, Simulator};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Delivery, http, unix_seconds};

pub struct Client {
    url: String,
    algorithm: String,
    http: reqwest::Client,
}

pub type Headers = Vec<(&'static str, String)>;

pub struct Answer {
    /// Null when it is no JSON.
    pub body: Value,
    pub is_signed_properly: bool,
}

pub fn order(id: &str, phone: &str) -> Value {
    json!({"orderID": id, "userPhone": phone, "other": format!("other-{id}"), "userName": "", "customerName": "", "params": []})
}

impl Client {
    pub fn new(simulator: &Simulator) -> Client {
        Client::with_algorithm(simulator, "MD5")
    }

    pub fn with_algorithm(simulator: &Simulator, algorithm: &str) -> Client {
        Client { url: simulator.url(), algorithm: algorithm.to_owned(), http: http() }
    }

    fn sign(&self, body: &[u8], created: &str, request_id: &str) -> String {
        let mut text = format!("{NXTELE_SECRET_KEY}&body=").into_bytes();
        text.extend_from_slice(body);
        text.extend_from_slice(
            format!("&createTs={created}&requestID={request_id}&uuid={NXTELE_UUID}").as_bytes(),
        );
        match self.algorithm.as_str() {
            "MD5" => hex::encode_upper(Md5::digest(&text)),
            _ => hex::encode_upper(Sha256::digest(&text)),
        }
    }

    pub fn headers(&self, body: &str, created: i64) -> Headers {
        let request_id = uuid::Uuid::new_v4().simple().to_string();
        let created = created.to_string();
        let sign = self.sign(body.as_bytes(), &created, &request_id);
        vec![
            ("requestID", request_id),
            ("uuid", NXTELE_UUID.to_owned()),
            ("createTs", created),
            ("algorithm", self.algorithm.clone()),
            ("sign", sign),
        ]
    }

    pub async fn post(&self, operation: &str, body: &str, headers: Headers) -> Answer {
        self.try_post(operation, body, headers).await.unwrap()
    }

    pub async fn try_post(&self, operation: &str, body: &str, headers: Headers) -> reqwest::Result<Answer> {
        let mut request = self.http.post(format!("{}/callcentre/api/v3/{operation}", self.url));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.body(body.to_owned()).send().await?.error_for_status()?;
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let (sign, created, request_id) = (header("sign"), header("createTs"), header("requestID"));
        let body = response.bytes().await?;
        let is_signed_properly = sign == self.sign(&body, &created, &request_id);
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Answer { body, is_signed_properly })
    }

    pub async fn send(&self, operation: &str, body: &Value) -> Answer {
        let body = body.to_string();
        self.post(operation, &body, self.headers(&body, unix_seconds())).await
    }

    pub async fn try_call(&self, operation: &str, mut body: Value) -> reqwest::Result<Answer> {
        body["productID"] = json!("callbot");
        let body = body.to_string();
        self.try_post(operation, &body, self.headers(&body, unix_seconds())).await
    }

    pub async fn call(&self, operation: &str, body: Value) -> Value {
        self.try_call(operation, body).await.unwrap().body
    }

    pub fn task(id: &str, mut setting: Value, flags: Value) -> Value {
        setting["strategyName"] = json!("");
        json!({"userTaskID": id, "sceneID": "scene-1", "taskCreateSetting": setting, "funcFlag": flags})
    }

    pub async fn create_task(&self, id: &str, setting: Value, flags: Value) -> Value {
        let answer = self.call("createTask", Client::task(id, setting, flags)).await;
        assert_eq!(answer["retCode"], 0, "{answer}");
        answer
    }

    pub async fn add(&self, id: &str, orders: &[Value]) -> Value {
        let list = json!({"orderCallbackUrl": "", "callCallbackUrl": "", "callList": orders});
        self.call("addBatchCall", json!({"userTaskID": id, "callInfoList": list})).await
    }

    pub async fn operate(&self, id: &str, operate: i64) -> Value {
        self.call("mgrTaskStatus", json!({"userTaskID": id, "taskOperate": operate, "delCall": 0})).await
    }

    /// The task as `listTask` shows it; null when it does not.
    pub async fn find(&self, id: &str) -> Value {
        let body = json!({"page": 1, "size": 10, "queryConditions": {"userTaskID": [id]}});
        self.call("listTask", body).await["taskData"][0].clone()
    }

    pub async fn status(&self, id: &str) -> i64 {
        self.find(id).await["taskStatus"].as_i64().unwrap()
    }

    pub async fn detail(&self, id: &str, order: &str) -> Value {
        let body = json!({"userTaskID": id, "orderList": [order]});
        self.call("listOrderDetail", body).await["orderDetailList"][0].clone()
    }

    pub fn signed(&self, delivery: &Delivery) -> bool {
        let sign = self.sign(&delivery.body, delivery.header("createTs"), delivery.header("requestID"));
        delivery.header("uuid") == NXTELE_UUID && delivery.header("sign") == sign
    }

    pub async fn sim(&self, path: &str) -> Value {
        self.http.get(format!("{}/_sim/{path}", self.url)).send().await.unwrap().json().await.unwrap()
    }
}
