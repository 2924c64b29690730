//! The demo as an application: what it says to the gateway's public REST API.

use crate::commands::CommandError;
use outdial_model::{ExposeSecret, Secret};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// A client with a key.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: Secret,
}

/// What the demo wants to know of a task.
#[derive(Debug, Deserialize)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) counts: BTreeMap<String, u64>,
    #[serde(default)]
    pub(super) dispositions: BTreeMap<String, u64>,
}

impl Task {
    /// Contacts in any of `statuses`.
    pub(super) fn count(&self, statuses: &[&str]) -> u64 {
        statuses.iter().filter_map(|status| self.counts.get(*status)).sum()
    }

    /// Contacts nothing will happen to any more.
    pub(super) fn finished(&self) -> u64 {
        self.count(&["completed", "rejected", "cancelled", "expired"])
    }

    pub(super) fn total(&self) -> u64 {
        self.count(&["total"])
    }
}

impl Client {
    pub(super) fn new(base: String, key: Secret) -> Result<Self, CommandError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|_| CommandError::Other("the HTTP client could not be set up".into()))?;
        Ok(Self { http, base, key })
    }

    pub(super) async fn create_task(&self, task: &Value) -> Result<Task, CommandError> {
        read(self.request(Method::POST, "/v1/tasks").json(task)).await
    }

    pub(super) async fn start(&self, task: &Task) -> Result<Task, CommandError> {
        read(self.request(Method::POST, &format!("/v1/tasks/{}/start", task.id))).await
    }

    pub(super) async fn task(&self, id: &str) -> Result<Task, CommandError> {
        read(self.request(Method::GET, &format!("/v1/tasks/{id}"))).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.http.request(method, url).bearer_auth(self.key.expose_secret())
    }
}

/// Sends, and reads what came back; a refusal is told in the gateway's own words.
async fn read<T: for<'de> Deserialize<'de>>(request: RequestBuilder) -> Result<T, CommandError> {
    let failed = |error: reqwest::Error| {
        CommandError::Other(format!("the gateway did not answer: {}", error.without_url()))
    };
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let body = response.bytes().await.map_err(failed)?;
    if !status.is_success() {
        let said = String::from_utf8_lossy(&body);
        return Err(CommandError::Other(format!("the gateway answered {status}: {said}")));
    }
    serde_json::from_slice(&body)
        .map_err(|error| CommandError::Other(format!("the gateway's answer could not be read: {error}")))
}
