//! The HTTP calls and nothing else.
//!
//! Every call carries the account's token. A token the vendor refuses is dropped, fetched again and
//! the call made once more; a refusal has done nothing, so that holds for creating calls too.

use super::config::Config;
use super::map;
use super::sign;
use super::token::TokenCache;
use super::unlisted::Unlisted;
use super::wire::{CreateInstance, DetailInstances, NoticeInfo, UploadDetails};
use outdial_model::Secret;
use outdial_provider::{Answer, Confirmation, Deps, Effect, ErrorKind, Outgoing, ProviderError};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Talks to one account.
#[derive(Debug)]
pub(super) struct Client {
    config: Config,
    deps: Deps,
    tokens: TokenCache,
}

/// A call before the token is in it.
struct Call {
    action: &'static str,
    /// Repeating it could ring a phone or make a second instance.
    creates: bool,
    method: Method,
    url: String,
    body: Vec<u8>,
}

/// What an answer to an operation means.
type Judge<T> = fn(&str, &Answer) -> Result<T, ProviderError>;

impl Client {
    pub(super) fn new(config: Config, deps: Deps) -> Self {
        let tokens = TokenCache::default();
        Self { config, deps, tokens }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn now(&self) -> outdial_model::Timestamp {
        self.deps.clock.now()
    }

    /// Asks for a fresh token whatever is kept: the one call that needs no instance.
    pub(super) async fn authenticate(&self) -> Result<Secret, ProviderError> {
        const ACTION: &str = "auth";
        let config = &self.config;
        let body = sign::token_request(&config.app_key, &config.app_secret);
        let url = format!("{}/service/cloud/auth", config.base_url);
        let build = || outgoing(Method::POST, &url, body.clone(), None);
        let answer = self.deps.transport.send_repeatable(ACTION, build).await?;
        let data = map::judge(ACTION, &answer)?;
        match data.get("token").and_then(Value::as_str) {
            Some(token) if !token.is_empty() => Ok(token.into()),
            _ => Err(ProviderError::unexpected("AI Rudder's answer to auth holds no token; check base_url")),
        }
    }

    /// `createinstance`: the new instance's id.
    pub(super) async fn create_instance(
        &self,
        request: &CreateInstance<'_>,
    ) -> Result<String, ProviderError> {
        let data = self.post("createinstance", true, request).await?;
        match data.get("workflow_id").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => Ok(id.to_owned()),
            _ => Err(ProviderError::unexpected(
                "AI Rudder took createinstance and told no workflow_id; look for the instance by its name",
            )),
        }
    }

    /// `uploaddetails`: the rows are dialed from now on.
    pub(super) async fn upload_details(&self, request: &UploadDetails<'_>) -> Result<(), ProviderError> {
        self.post("uploaddetails", true, request).await.map(drop)
    }

    /// `detailinstances`: which instances have a person; `None` when the answer says nothing of it.
    pub(super) async fn detail_instances(
        &self,
        request: &DetailInstances<'_>,
    ) -> Result<Option<Value>, ProviderError> {
        let call = self.posting("detailinstances", false, request)?;
        self.call(&call, map::said).await
    }

    /// `taskdetail`: one call task of a node.
    pub(super) async fn task_detail(&self, task_id: &str) -> Result<Value, ProviderError> {
        self.post("taskdetail", false, &json!({"task_id": task_id})).await
    }

    /// `apinoticeinfo`: whether a push of a custom API node is genuine.
    pub(super) async fn api_notice_info(
        &self,
        request: &NoticeInfo<'_>,
    ) -> Result<Confirmation, ProviderError> {
        let call = self.posting("apinoticeinfo", false, request)?;
        self.call(&call, map::confirmation).await
    }

    /// An operation whose path the account configures; unsupported without one.
    pub(super) async fn unlisted(
        &self,
        operation: Unlisted,
        parameters: &[(&str, &str)],
    ) -> Result<Value, ProviderError> {
        let Some(path) = self.config.paths.get(operation) else {
            return Err(ProviderError::unsupported(operation.note()));
        };
        let (method, body) = (operation.method(), &Value::from_iter(parameters.iter().copied()));
        let url = format!("{}{path}", self.config.base_url);
        let (url, body) = if method == Method::GET {
            let url = reqwest::Url::parse_with_params(&url, parameters).map(String::from);
            (url.map_err(|_| not_sent("the configured path does not make a URL"))?, Vec::new())
        } else {
            (url, body.to_string().into_bytes())
        };
        let call = Call { action: operation.name(), creates: false, method, url, body };
        self.call(&call, map::judge).await
    }

    async fn post(
        &self,
        action: &'static str,
        creates: bool,
        body: &impl Serialize,
    ) -> Result<Value, ProviderError> {
        let call = self.posting(action, creates, body)?;
        self.call(&call, map::judge).await
    }

    fn posting(
        &self,
        action: &'static str,
        creates: bool,
        body: &impl Serialize,
    ) -> Result<Call, ProviderError> {
        let body = serde_json::to_vec(body).map_err(|_| not_sent("the request cannot be written as JSON"))?;
        let url = format!("{}/service/cloud/workflow/{action}", self.config.base_url);
        Ok(Call { action, creates, method: Method::POST, url, body })
    }

    async fn call<T>(&self, call: &Call, judge: Judge<T>) -> Result<T, ProviderError> {
        let token = self.token().await?;
        match self.send(call, &token, judge).await {
            Err(error) if error.kind == ErrorKind::Unauthenticated => {
                self.tokens.forget(&token).await;
                let token = self.token().await?;
                self.send(call, &token, judge).await
            }
            result => result,
        }
    }

    async fn send<T>(&self, call: &Call, token: &Secret, judge: Judge<T>) -> Result<T, ProviderError> {
        let build = || {
            let authorization = sign::authorization(&self.config.auth_scheme, token);
            outgoing(call.method.clone(), &call.url, call.body.clone(), Some(authorization))
        };
        let transport = &self.deps.transport;
        let answer = if call.creates {
            transport.send_once(call.action, build).await
        } else {
            transport.send_repeatable(call.action, build).await
        };
        judge(call.action, &answer?)
    }

    /// The shared token. Whatever goes wrong on the way to it, the call itself was not sent.
    async fn token(&self) -> Result<Arc<Secret>, ProviderError> {
        let token = self.tokens.get(&*self.deps.clock, self.authenticate()).await;
        token.map_err(|error| ProviderError { effect: Effect::NotSent, ..error })
    }
}

fn outgoing(method: Method, url: &str, body: Vec<u8>, authorization: Option<String>) -> Outgoing {
    let authorization = authorization.map(|value| ("authorization", value));
    let json = ("content-type", "application/json".to_owned());
    Outgoing { method, url: url.to_owned(), headers: authorization.into_iter().chain([json]).collect(), body }
}

fn not_sent(detail: &str) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, detail)
}
