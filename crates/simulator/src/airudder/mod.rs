//! AI Rudder Workflow, from the vendor's side, in three rings so that the honest part stays separate.
//!
//! Ring 1 (`/service/cloud/*`) is what the papers show: tokens, instances, uploads, two look-ups. Ring 2 is
//! the webhooks. Ring 3 is operations known by title only; they are served under `/_assumed/airudder/*`, a
//! prefix that production cannot have, so that no adapter can pass a test by relying on an invented path.
//! Rows dial as soon as they are uploaded.

mod assumed;
mod fields;
mod instance;
mod instances;
mod lookups;
mod push;
mod settings;
mod times;
mod tokens;
mod wire;

use actix_web::http::Method;
use serde_json::{Map, Value, json};

pub(crate) use settings::Settings;

use crate::clock::Moment;
use crate::exchange::{Exchange, Vendor};
use crate::wire::{Inbound, Reply, pairs};
use fields::Fields;
use instance::Instance;
use tokens::Tokens;

/// The simulated AI Rudder account's `APPKey`.
pub const APP_KEY: &str = "sim-airudder-key";
/// The simulated AI Rudder account's `APPSecret`.
pub const APP_SECRET: &str = "sim-airudder-secret";

const PREFIX: &str = "/service/cloud/";
const ASSUMED_PREFIX: &str = "/_assumed/airudder/";

/// Why a request is not served: the envelope's `code` and `message`.
struct Refusal {
    code: i64,
    message: String,
}

impl Refusal {
    fn bad(message: impl Into<String>) -> Refusal {
        Refusal { code: 400, message: message.into() }
    }

    fn credentials(message: &str) -> Refusal {
        Refusal { code: 401, message: message.to_owned() }
    }
}

/// What is asked for: the last part of the path; `None` when it is not for this vendor.
pub(crate) fn operation(request: &Inbound) -> Option<&str> {
    let path = request.path.strip_prefix(PREFIX).or_else(|| request.path.strip_prefix(ASSUMED_PREFIX))?;
    path.rsplit('/').next()
}

#[derive(Default)]
pub(crate) struct Platform {
    instances: Vec<Instance>,
    tokens: Tokens,
}

impl Vendor for Platform {
    fn answer(&mut self, request: &Inbound, exchange: &mut Exchange<'_>) -> Reply {
        let result = match (request.method.clone(), request.path.as_str()) {
            (Method::POST, "/service/cloud/auth") => self.tokens.issue(request, exchange),
            (method, path) => match (path.strip_prefix(ASSUMED_PREFIX), path.strip_prefix(PREFIX)) {
                (Some(name), _) => self.admitted(request, exchange, |platform, fields, exchange| {
                    platform.assumed(&method, name, fields, exchange)
                }),
                (_, Some(name)) if method == Method::POST => {
                    self.admitted(request, exchange, |platform, fields, exchange| {
                        platform.documented(name, fields, exchange)
                    })
                }
                _ => Ok(None),
            },
        };
        match result {
            Ok(Some(data)) => Reply::json(200, &json!({"data": data, "status": "OK", "code": 200}), 200),
            Ok(None) => Reply::not_found(),
            Err(refusal) => refuse(&refusal, exchange),
        }
    }

    fn advance(&mut self, exchange: &mut Exchange<'_>) {
        for instance in &mut self.instances {
            for event in exchange.advance(&mut instance.campaign) {
                push::report(instance, event, exchange);
            }
        }
    }

    fn next_due(&self) -> Option<Moment> {
        self.instances.iter().filter_map(|instance| instance.campaign.next_due()).min()
    }
}

/// `None`: no such operation.
type Answer = Result<Option<Value>, Refusal>;

impl Platform {
    fn admitted(
        &mut self,
        request: &Inbound,
        exchange: &mut Exchange<'_>,
        serve: impl FnOnce(&mut Platform, Fields<'_>, &mut Exchange<'_>) -> Answer,
    ) -> Answer {
        self.tokens.check(request, exchange)?;
        let parameters = parameters(request)?;
        serve(self, Fields::of(&parameters), exchange)
    }

    fn documented(&mut self, name: &str, fields: Fields<'_>, exchange: &mut Exchange<'_>) -> Answer {
        match name {
            "workflow/createinstance" => self.create_instance(fields, exchange).map(Some),
            "workflow/uploaddetails" => self.upload_details(fields, exchange).map(Some),
            "workflow/detailinstances" => self.detail_instances(fields, exchange).map(Some),
            "workflow/taskdetail" => self.task_detail(fields, exchange).map(Some),
            "workflow/apinoticeinfo" => self.api_notice_info(fields).map(Some),
            _ => Ok(None),
        }
    }

    fn instance(&mut self, workflow_id: &str) -> Result<&mut Instance, Refusal> {
        self.instances
            .iter_mut()
            .find(|instance| instance.workflow_id == workflow_id)
            .ok_or_else(|| Refusal::bad("workflow_id: there is no such instance"))
    }
}

/// The JSON body of a POST, the query of a GET.
fn parameters(request: &Inbound) -> Result<Map<String, Value>, Refusal> {
    if request.method == Method::GET {
        return Ok(pairs(&request.query).map(|(name, value)| (name, Value::String(value))).collect());
    }
    serde_json::from_slice(&request.body).map_err(|_| Refusal::bad("the body is not a JSON object"))
}

/// Whether errors come as an HTTP status, as a `code`, or both is not known: the HTTP status is a setting.
fn refuse(refusal: &Refusal, exchange: &Exchange<'_>) -> Reply {
    let settings = &exchange.settings.airudder;
    let status = if refusal.code == 401 { settings.bad_credential_status } else { settings.refusal_status };
    let body = json!({"status": "ERROR", "code": refusal.code, "message": refusal.message});
    Reply::json(status, &body, refusal.code)
}
