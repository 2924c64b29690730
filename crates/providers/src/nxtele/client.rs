//! The HTTP calls, one method for each: serialise once, sign those bytes, send those bytes, read the
//! result code.
//!
//! Not for: what an answer means to a task or a person; that is `map`.

use super::config::{Config, ResponseSignature};
use super::map;
use super::sign::{Signer, Stamp};
use super::wire::{
    AddBatchCall, CreateTask, ListOptions, ListOrderDetail, ListTask, MgrTaskStatus, OrderDetails, Ping,
    Pong, StopOrder, TaskPage, TaskState, UpdateTask,
};
use crate::lenient;
use outdial_model::Clock;
use outdial_provider::{Answer, Effect, ErrorKind, Outgoing, ProviderError, Transport};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

const PATH: &str = "/callcentre/api/v3/";
const PING: &str = "ping";

/// How a request may be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    /// It creates something.
    Once,
    /// It reads, or asks for an absolute state.
    Repeatable,
}

/// An account's way to NXTele.
#[derive(Debug)]
pub(super) struct Client {
    transport: Transport,
    clock: Arc<dyn Clock>,
    base_url: String,
    signer: Signer,
    response_signature: ResponseSignature,
}

/// An answer whose result code was read.
pub(super) struct Reply {
    code: i64,
    response_id: Option<String>,
    body: Value,
}

/// The result code under the name of every operation, and the one ping alone has for it.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default, rename = "retCode", deserialize_with = "lenient::integer")]
    ret_code: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    code: Option<i64>,
    #[serde(default, rename = "responseID", deserialize_with = "lenient::text")]
    response_id: Option<String>,
    #[serde(default, rename = "reqId", deserialize_with = "lenient::text")]
    req_id: Option<String>,
}

impl Reply {
    /// The refusal, unless the result code is 0.
    pub(super) fn refusal(&self) -> Option<ProviderError> {
        (self.code != 0).then(|| map::refusal(self.code, self.response_id.clone()))
    }

    /// The body, whatever the result code.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, ProviderError> {
        let (code, response_id) = (self.code.to_string(), self.response_id);
        serde_json::from_value(self.body).map_err(|_| {
            ProviderError::unexpected("NXTele's answer has another form than documented")
                .with_vendor(code, response_id)
        })
    }

    fn accepted<T: DeserializeOwned>(self) -> Result<T, ProviderError> {
        match self.refusal() {
            Some(refusal) => Err(refusal),
            None => self.read(),
        }
    }
}

impl Client {
    pub(super) fn new(
        transport: Transport,
        clock: Arc<dyn Clock>,
        base_url: String,
        config: &Config,
    ) -> Self {
        Self {
            transport,
            clock,
            base_url: base_url.trim_end_matches('/').to_owned(),
            signer: config.signer.clone(),
            response_signature: config.response_signature,
        }
    }

    pub(super) async fn ping(&self, request: &Ping<'_>) -> Result<Pong, ProviderError> {
        self.ask(PING, Sending::Repeatable, request).await?.accepted()
    }

    /// With people in it the operation is `createAndCall`; its answer is not published.
    pub(super) async fn create_task(&self, request: &CreateTask<'_>) -> Result<Reply, ProviderError> {
        let action = if request.call_info_list.is_some() { "createAndCall" } else { "createTask" };
        self.ask(action, Sending::Once, request).await
    }

    /// The counts tell what happened, also beside a result code other than 0.
    pub(super) async fn add_batch_call(&self, request: &AddBatchCall<'_>) -> Result<Reply, ProviderError> {
        self.ask("addBatchCall", Sending::Once, request).await
    }

    pub(super) async fn mgr_task_status(
        &self,
        request: &MgrTaskStatus<'_>,
    ) -> Result<TaskState, ProviderError> {
        self.ask("mgrTaskStatus", Sending::Repeatable, request).await?.accepted()
    }

    pub(super) async fn update_task(&self, request: &UpdateTask<'_>) -> Result<(), ProviderError> {
        let reply = self.ask("updateTask", Sending::Repeatable, request).await?;
        reply.refusal().map_or(Ok(()), Err)
    }

    pub(super) async fn list_task(&self, request: &ListTask<'_>) -> Result<TaskPage, ProviderError> {
        self.ask("listTask", Sending::Repeatable, request).await?.accepted()
    }

    pub(super) async fn list_order_detail(
        &self,
        request: &ListOrderDetail<'_>,
    ) -> Result<OrderDetails, ProviderError> {
        self.ask("listOrderDetail", Sending::Repeatable, request).await?.accepted()
    }

    pub(super) async fn stop_order(&self, request: &StopOrder<'_>) -> Result<Reply, ProviderError> {
        self.ask("stopOrder", Sending::Repeatable, request).await
    }

    /// An answer of unpublished form.
    pub(super) async fn list_call(&self, request: &ListOptions<'_>) -> Result<Value, ProviderError> {
        self.ask("listCall", Sending::Repeatable, request).await?.accepted()
    }

    /// An answer of unpublished form.
    pub(super) async fn list_order(&self, request: &ListOptions<'_>) -> Result<Value, ProviderError> {
        self.ask("listOrder", Sending::Repeatable, request).await?.accepted()
    }

    async fn ask(
        &self,
        action: &'static str,
        sending: Sending,
        request: &(impl Serialize + Sync),
    ) -> Result<Reply, ProviderError> {
        let body = serde_json::to_vec(request).map_err(|_| {
            ProviderError::new(
                ErrorKind::InvalidRequest,
                Effect::NotSent,
                "the request cannot be written as JSON",
            )
        })?;
        let request_id = Mutex::new(String::new());
        let build = || {
            let id = uuid::Uuid::new_v4().simple().to_string();
            request_id.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&id);
            self.signed(action, id, body.clone())
        };
        let answer = match sending {
            Sending::Once => self.transport.send_once(action, build).await?,
            Sending::Repeatable => self.transport.send_repeatable(action, build).await?,
        };
        let request_id = request_id.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.judge_signature(action, &answer, &request_id)?;
        reply(action, &answer)
    }

    fn signed(&self, action: &str, request_id: String, body: Vec<u8>) -> Outgoing {
        let create_ts = self.clock.now().as_second().to_string();
        let stamp = Stamp { create_ts: &create_ts, request_id: &request_id };
        let sign = self.signer.sign(&body, stamp);
        Outgoing {
            method: Method::POST,
            url: format!("{}{PATH}{action}", self.base_url),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("requestid", request_id),
                ("uuid", self.signer.uuid.clone()),
                ("createts", create_ts),
                ("sign", sign),
                ("algorithm", self.signer.algorithm.as_str().to_owned()),
            ],
            body,
        }
    }

    fn judge_signature(
        &self,
        action: &'static str,
        answer: &Answer,
        request_id: &str,
    ) -> Result<(), ProviderError> {
        if self.response_signature == ResponseSignature::Off || self.is_signed(answer, request_id) {
            return Ok(());
        }
        if self.response_signature == ResponseSignature::Enforce {
            return Err(ProviderError::unexpected(
                "NXTele's answer is not signed as it must be, so it proves nothing; see `response_signature`",
            ));
        }
        if answer.header("sign").is_some() {
            tracing::warn!(action, "NXTele's answer carries a wrong signature");
        }
        Ok(())
    }

    fn is_signed(&self, answer: &Answer, request_id: &str) -> bool {
        let header = |name| answer.header(name).unwrap_or_default();
        let stamp = Stamp { create_ts: header("createts"), request_id };
        header("uuid") == self.signer.uuid && self.signer.verify(header("sign"), &answer.body, stamp)
    }
}

/// Reads the result code, whatever the HTTP status says; without one the status decides. A success
/// beside a failing status is no success.
fn reply(action: &str, answer: &Answer) -> Result<Reply, ProviderError> {
    let unreadable = || {
        let mut error = map::http_error(answer.status);
        error.retry_after = answer.retry_after();
        error
    };
    // Through `Value`, because a repeated member must not make the answer unreadable.
    let body: Value = lenient::document(&answer.body).map_err(|_| unreadable())?;
    let envelope = Envelope::deserialize(&body).map_err(|_| unreadable())?;
    let pings = envelope.code.filter(|_| action == PING);
    let code = envelope.ret_code.or(pings).ok_or_else(unreadable)?;
    if code == 0 && !answer.status.is_success() {
        return Err(unreadable());
    }
    Ok(Reply { code, response_id: envelope.response_id.or(envelope.req_id), body })
}

#[cfg(test)]
mod tests;
