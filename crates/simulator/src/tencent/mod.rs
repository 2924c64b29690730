//! Tencent Cloud CCC (API 2020-02-10), from the vendor's side.
//!
//! One path, `/`; the action is a header. Every answer is HTTP 200 with `Content-Type: application/json`
//! and nothing behind it, because the official SDK looks for errors only then; success and failure are told
//! apart by `Response.Error`. The order of the checks is the dossier's section 15. Served are the
//! auto-callout tasks, single calls, call records, transcripts and the two catalogues; every other action is `InvalidAction`.

mod action;
mod asr;
mod catalog;
mod cdr;
mod create;
mod form;
mod gate;
mod push;
mod schema;
mod settings;
mod single;
mod task;
mod tasks;
mod tc3;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

pub(crate) use settings::Settings;

use crate::clock::Moment;
use crate::exchange::{Exchange, Vendor};
use crate::limiter::Limiter;
use crate::wire::{Inbound, Reply};
use action::Action;
use task::Task;

/// The simulated Tencent Cloud account's `SecretId`.
pub const SECRET_ID: &str = "AKIDsimtencent";
/// The simulated Tencent Cloud account's `SecretKey`.
pub const SECRET_KEY: &str = "sim-tencent-secret";
/// The simulated application's `SdkAppId`.
pub const SDK_APP_ID: u64 = 1_400_000_000;

/// The largest request body: 10 MB.
pub(crate) const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Why a request is not served. Clients may rely on the code only.
struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into() }
    }

    fn value(message: impl Into<String>) -> Refusal {
        Refusal::new("InvalidParameterValue", message)
    }
}

/// The action that is asked for; `None` when the request is not for this vendor.
pub(crate) fn operation(request: &Inbound) -> Option<&str> {
    (request.path == "/").then(|| request.header("X-TC-Action").unwrap_or_default())
}

#[derive(Default)]
pub(crate) struct Platform {
    /// Task ids are places in this list, counted from 1.
    tasks: Vec<Task>,
    /// Single calls, which no list of tasks shows.
    singles: Vec<Task>,
    limiters: HashMap<Action, Limiter>,
}

impl Vendor for Platform {
    fn answer(&mut self, request: &Inbound, exchange: &mut Exchange<'_>) -> Reply {
        let result = gate::admit(request, exchange).and_then(|action| {
            let limit = exchange.settings.tencent.requests_per_second;
            let limiter = self.limiters.entry(action).or_default();
            if !(exchange.again || limiter.admits(limit, request.arrived)) {
                return Err(Refusal::new(
                    "RequestLimitExceeded",
                    format!("more than {limit} requests in a second"),
                ));
            }
            let parameters = parameters(request, action)?;
            schema::check(&parameters, action.fields())?;
            self.perform(action, parameters, exchange)
        });
        let request_id = uuid::Uuid::new_v4().to_string();
        let (code, mut response) = match result {
            Ok(members) => ("", members),
            Err(Refusal { code, message }) => (code, json!({"Error": {"Code": code, "Message": message}})),
        };
        response["RequestId"] = json!(request_id);
        Reply::json(200, &json!({"Response": response}), code)
    }

    fn advance(&mut self, exchange: &mut Exchange<'_>) {
        for task in self.tasks.iter_mut().chain(&mut self.singles) {
            for event in exchange.advance(&mut task.campaign) {
                push::report(task, event, exchange);
            }
        }
    }

    fn next_due(&self) -> Option<Moment> {
        self.all().filter_map(|task| task.campaign.next_due()).min()
    }
}

impl Platform {
    /// Everything that dials: tasks, and single calls.
    fn all(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().chain(&self.singles)
    }

    fn perform(
        &mut self,
        action: Action,
        parameters: Map<String, Value>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        match action {
            Action::CreateAutoCalloutTask => self.create(read(parameters)?, exchange),
            Action::CreateIVRSession | Action::CreateAIAgentCall => {
                self.call_one(read(parameters)?, exchange)
            }
            Action::DescribeAutoCalloutTask => self.describe(&read(parameters)?, exchange),
            Action::DescribeAutoCalloutTasks => self.list(&read(parameters)?, exchange),
            Action::StopAutoCalloutTask => self.stop(&read(parameters)?),
            Action::PauseAutoCalloutTask => self.pause(&read(parameters)?),
            Action::ResumeAutoCalloutTask => self.resume(&read(parameters)?),
            Action::DescribeTelCdr => self.call_records(&read(parameters)?, exchange),
            Action::DescribeTelRecordAsr => self.transcript(&read(parameters)?, exchange),
            Action::DescribeNumbers => catalog::numbers(&read(parameters)?),
            Action::DescribeAIAgentInfoList => catalog::agents(&read(parameters)?),
        }
    }
}

fn parameters(request: &Inbound, action: Action) -> Result<Map<String, Value>, Refusal> {
    if request.method == actix_web::http::Method::GET {
        return Ok(form::parameters(&request.query, action.fields()));
    }
    serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::new("InvalidParameter", "the body is not a JSON object"))
}

/// Types were checked by the schema; what is left can only be a number out of range.
fn read<T: serde::de::DeserializeOwned>(parameters: Map<String, Value>) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(parameters))
        .map_err(|error| Refusal::new("InvalidParameter", error.to_string()))
}

fn own_application(sdk_app_id: u64, code: &'static str) -> Result<(), Refusal> {
    if sdk_app_id == SDK_APP_ID {
        Ok(())
    } else {
        Err(Refusal::new(code, "SdkAppId: the account has no such application"))
    }
}
