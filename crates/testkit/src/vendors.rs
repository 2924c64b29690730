//! What only a test can ask of the simulated vendors: the ring ledger, faults, settings.

use reqwest::Method;
use serde_json::Value;

/// The simulator's own surface.
#[derive(Debug, Clone)]
pub struct Vendors {
    http: reqwest::Client,
    base: String,
}

/// The ring ledger in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rings {
    /// Every attempt to dial.
    pub total: u64,
    /// Numbers dialed.
    pub numbers: u64,
    /// Most attempts to one number.
    pub max_per_number: u64,
}

impl Vendors {
    pub(crate) fn new(base: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client can be built");
        Self { http, base }
    }

    /// How many rings there were.
    pub async fn rings(&self) -> Rings {
        let summary = self.ask(Method::GET, "rings/summary", None).await;
        let number = |key: &str| summary[key].as_u64().expect("the summary has numbers");
        Rings { total: number("total"), numbers: number("numbers"), max_per_number: number("max_per_number") }
    }

    /// Every ring.
    pub async fn every_ring(&self) -> Vec<Value> {
        let rings = self.ask(Method::GET, "rings", None).await;
        rings.as_array().expect("rings are a list").clone()
    }

    /// Every ring of one number, in E.164.
    pub async fn rings_of(&self, number: &str) -> Vec<Value> {
        let rings =
            self.ask(Method::GET, &format!("rings?number={}", number.trim_start_matches('+')), None).await;
        rings.as_array().expect("rings are a list").clone()
    }

    /// Lets a fault strike: `{"provider", "operation", "mode", "probability", "times"}`.
    pub async fn add_fault(&self, fault: &Value) {
        self.ask(Method::POST, "faults", Some(fault)).await;
    }

    /// Ends all faults.
    pub async fn clear_faults(&self) {
        self.ask(Method::DELETE, "faults", None).await;
    }

    /// Changes settings; dotted keys are understood.
    pub async fn set(&self, settings: &Value) {
        self.ask(Method::POST, "settings", Some(settings)).await;
    }

    /// The latest requests the vendors got, oldest first.
    pub async fn requests(&self) -> Vec<Value> {
        let requests = self.ask(Method::GET, "requests", None).await;
        requests.as_array().expect("requests are a list").clone()
    }

    /// The latest requests that arrived at `since_us` (Unix microseconds) or later, oldest first.
    pub async fn requests_since(&self, since_us: i64) -> Vec<Value> {
        let requests = self.ask(Method::GET, &format!("requests?since_us={since_us}"), None).await;
        requests.as_array().expect("requests are a list").clone()
    }

    /// Every request the vendors ever got, counted.
    pub async fn requests_summary(&self) -> Value {
        self.ask(Method::GET, "requests/summary", None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let mut request = self.http.request(method, format!("{}/_sim/{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("the simulator answers");
        let status = response.status();
        let answer: Value = response.json().await.expect("the simulator answers in JSON");
        assert!(status.is_success(), "the simulator refused: {answer:#}");
        answer
    }
}
