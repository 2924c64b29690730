//! What a client says to the gateway.

use crate::{until, until_within};
use outdial_model::{ExposeSecret, Secret};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A client with a key, of one tenant.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    key: Secret,
}

/// An answer, whatever it is.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as JSON; as a string when it is none.
    pub body: Value,
}

impl Answer {
    /// The body, which has to come with `status`.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }
}

impl Api {
    pub(crate) fn new(base: String, key: Secret) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .expect("an HTTP client can be built");
        Self { http, base, key }
    }

    /// A request of one's own, with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.http.request(method, url).bearer_auth(self.key.expose_secret())
    }

    /// Sends it.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.attempt(request).await.expect("the gateway answers")
    }

    /// Sends it to a gateway that may be dead or dying: `None` when no whole answer came.
    pub async fn attempt(&self, request: RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.ok()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Some(Answer { status, headers, body })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    /// Creates a task that has to be accepted; answers its id.
    pub async fn create_task(&self, task: &Value) -> String {
        let created = self.post("/v1/tasks", task).await.expect(202);
        created["id"].as_str().expect("a task has an id").to_owned()
    }

    /// Adds contacts (a JSON array); answers what became of them.
    pub async fn add_contacts(&self, task: &str, contacts: Value) -> Answer {
        self.post(&format!("/v1/tasks/{task}/contacts"), &json!({"contacts": contacts})).await
    }

    /// Starts a task; answers it as accepted.
    pub async fn start(&self, task: &str) -> Value {
        self.steer(task, "start").await
    }

    /// Pauses a task; answers it as accepted.
    pub async fn pause(&self, task: &str) -> Value {
        self.steer(task, "pause").await
    }

    /// Resumes a task; answers it as accepted.
    pub async fn resume(&self, task: &str) -> Value {
        self.steer(task, "resume").await
    }

    /// Stops a task; answers it as accepted.
    pub async fn stop(&self, task: &str) -> Value {
        self.steer(task, "stop").await
    }

    async fn steer(&self, task: &str, verb: &str) -> Value {
        let request = self.request(Method::POST, &format!("/v1/tasks/{task}/{verb}"));
        self.send(request).await.expect(202)
    }

    /// Reads a task.
    pub async fn task(&self, task: &str) -> Value {
        self.get(&format!("/v1/tasks/{task}")).await.expect(200)
    }

    /// Waits until the task is as `found` likes it; `what` says what that is.
    pub async fn wait_until(&self, task: &str, what: &str, found: impl Fn(&Value) -> bool) -> Value {
        until(what, async || self.task(task).await, found).await
    }

    /// As [`Self::wait_until`], for as long as `patience`, at a gateway that may be busy with other things.
    pub async fn wait_long_until(
        &self,
        task: &str,
        patience: Duration,
        what: &str,
        found: impl Fn(&Value) -> bool,
    ) -> Value {
        let path = format!("/v1/tasks/{task}");
        let look = async || {
            let answer = self.attempt(self.request(Method::GET, &path)).await;
            answer.map_or(Value::Null, |answer| answer.body)
        };
        until_within(patience, what, look, found).await
    }

    /// Waits until the task has that status.
    pub async fn wait_for_status(&self, task: &str, status: &str) -> Value {
        self.wait_until(task, &format!("the task is {status}"), |task| task["status"] == status).await
    }

    /// All contacts of a task, oldest first, page by page.
    pub async fn contacts(&self, task: &str) -> Vec<Value> {
        let mut contacts = self.all(&format!("/v1/tasks/{task}/contacts?limit=200")).await;
        contacts.reverse();
        contacts
    }

    /// Every event of the tenant's log so far.
    pub async fn all_events(&self) -> Vec<Value> {
        let (mut events, mut next) = (Vec::new(), "/v1/events?limit=200".to_owned());
        loop {
            let page = self.get(&next).await.expect(200);
            let some = page["data"].as_array().expect("a list has data");
            if some.is_empty() {
                return events;
            }
            events.extend(some.iter().cloned());
            let cursor = page["next_cursor"].as_str().expect("the log goes on");
            next = format!("/v1/events?limit=200&cursor={cursor}");
        }
    }

    /// Every item of a list, page by page, as the list has them; `path` has a query already.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let page = self.get(&next).await.expect(200);
            items.extend(page["data"].as_array().expect("a list has data").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}&cursor={cursor}"),
                None => return items,
            }
        }
    }
}
