//! A client of AI Rudder: fetches a token and presents it.

use outdial_simulator::{AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET, Simulator};
use serde_json::{Value, json};

use super::http;

pub struct Client {
    url: String,
    token: String,
    http: reqwest::Client,
}

pub const END: &str = "2099-12-31 23:59:59+08:00";

impl Client {
    pub async fn new(simulator: &Simulator) -> Client {
        let mut client = Client { url: simulator.url(), token: String::new(), http: http() };
        let answer = client.auth(AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET).await.1;
        client.token = answer["data"]["token"].as_str().unwrap().to_owned();
        client
    }

    pub async fn auth(&self, key: &str, secret: &str) -> (u16, Value) {
        self.request("/service/cloud/auth", json!({"APPKey": key, "APPSecret": secret}), "").await
    }

    pub async fn request(&self, path: &str, body: Value, authorization: &str) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).header("Authorization", authorization);
        let response = request.json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub fn authorization(&self) -> String {
        format!("Token {}", self.token)
    }

    pub async fn call(&self, operation: &str, body: Value) -> Value {
        self.request(&format!("/service/cloud/workflow/{operation}"), body, &self.authorization()).await.1
    }

    /// Whether a complete answer came.
    pub async fn is_answered(&self, operation: &str, body: Value) -> bool {
        let url = format!("{}/service/cloud/workflow/{operation}", self.url);
        let request = self.http.post(url).header("Authorization", self.authorization()).json(&body);
        match request.send().await {
            Ok(response) => response.bytes().await.is_ok(),
            Err(_) => false,
        }
    }

    /// An operation of the simulator's own prefix: a GET when `body` is null.
    pub async fn assumed(&self, operation: &str, query: &[(&str, &str)], body: Value) -> Value {
        let url = format!("{}/_assumed/airudder/{operation}", self.url);
        let request = match body {
            Value::Null => self.http.get(url).query(query),
            body => self.http.post(url).json(&body),
        };
        let response = request.header("Authorization", self.authorization()).send().await.unwrap();
        response.json().await.unwrap()
    }

    pub async fn create(&self, name: &str) -> String {
        let answer = self
            .call("createinstance", json!({"workflow_template_id": 1001, "name": name, "end_time": END}))
            .await;
        assert_eq!(answer["code"], 200, "{answer}");
        answer["data"]["workflow_id"].as_str().unwrap().to_owned()
    }

    pub async fn upload(&self, workflow_id: &str, rows: &[(&str, &str)]) -> Value {
        self.call("uploaddetails", Client::rows(workflow_id, rows)).await
    }

    pub fn rows(workflow_id: &str, rows: &[(&str, &str)]) -> Value {
        let details: Vec<Value> = rows
            .iter()
            .map(|(case_id, callee)| json!({"callee": callee, "case_id": case_id, "variables": {"due": "12 March"}}))
            .collect();
        json!({"workflow_id": workflow_id, "details": details})
    }

    pub async fn calls(&self, workflow_id: &str, case_id: &str) -> Vec<Value> {
        let query = [("workflow_id", workflow_id), ("case_id", case_id)];
        self.assumed("calls", &query, Value::Null).await["data"].as_array().unwrap().clone()
    }
}
