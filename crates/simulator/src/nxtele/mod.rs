//! NXTele Callbot API v3, from the vendor's side.
//!
//! A task holds orders (one number each), an order gets one or more calls. Every answer is HTTP 200 with a
//! `retCode`; the order of the checks behind it is the dossier's section 10.1. What the papers leave open
//! is in [`Settings`].

mod fields;
mod gate;
mod orders;
mod push;
mod settings;
mod sign;
mod task;
mod tasks;
mod wire;

use std::collections::HashMap;

use actix_web::http::Method;
use serde_json::{Map, Value, json};

pub(crate) use settings::Settings;

use crate::clock::Moment;
use crate::exchange::{Exchange, Vendor};
use crate::limiter::Limiter;
use crate::wire::{Inbound, Reply};

use sign::Algorithm;
use task::Task;

/// The simulated NXTele account's `uuid`.
pub const UUID: &str = "sim-nxtele-uuid";
/// The simulated NXTele account's `secretKey`.
pub const SECRET_KEY: &str = "sim-nxtele-secret";

const PREFIX: &str = "/callcentre/api/v3/";

/// Why a request is not served: a `retCode` and its text.
struct Refusal {
    code: i64,
    message: String,
}

impl Refusal {
    const MISSING: i64 = 2;
    const FORMAT: i64 = 3;
    const VALUE: i64 = 4;
    const TOO_MANY: i64 = 4001;
    const SIGNATURE: i64 = 6;

    fn new(code: i64, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into() }
    }

    fn value(message: impl Into<String>) -> Refusal {
        Refusal::new(Refusal::VALUE, message)
    }
}

/// An operation's own members of the answer, and its `retCode`.
struct Answer {
    code: i64,
    members: Value,
}

impl Answer {
    fn ok(members: Value) -> Answer {
        Answer { code: 0, members }
    }
}

/// The vendor's name of what is asked for; `None` when it is not for this vendor.
pub(crate) fn operation(request: &Inbound) -> Option<&str> {
    request.path.strip_prefix(PREFIX)
}

fn serves(operation: &str, exchange: &Exchange<'_>) -> bool {
    match operation {
        "listCall" | "listOrder" => exchange.settings.nxtele.serve_invented_lists,
        "ping" | "createTask" | "addBatchCall" | "createAndCall" | "mgrTaskStatus" | "updateTask"
        | "listTask" | "stopOrder" | "listOrderDetail" => true,
        _ => false,
    }
}

#[derive(Default)]
pub(crate) struct Platform {
    tasks: Vec<Task>,
    by_user_id: HashMap<String, usize>,
    /// `orderID`, globally unique, to its task and place in it.
    orders: HashMap<String, (usize, usize)>,
    /// The algorithm the account last signed with; webhooks use it unless a setting names one.
    algorithm: Algorithm,
    limiter: Limiter,
}

impl Vendor for Platform {
    fn answer(&mut self, request: &Inbound, exchange: &mut Exchange<'_>) -> Reply {
        let operation = match operation(request) {
            Some(name) if request.method == Method::POST && serves(name, exchange) => name,
            _ => return Reply::not_found(),
        };
        let result = gate::admit(request, exchange).and_then(|admitted| {
            self.algorithm = admitted.algorithm;
            self.accepts_load(request, exchange)?;
            self.perform(operation, &admitted.body, exchange)
        });
        let (code, message, members) = match result {
            Ok(answer) => (answer.code, "success".to_owned(), answer.members),
            Err(refusal) => (refusal.code, refusal.message, json!({})),
        };
        let body = envelope(operation, code, &message, members);
        sign_reply(request, exchange, Reply::json(200, &body, code))
    }

    fn advance(&mut self, exchange: &mut Exchange<'_>) {
        for task in &mut self.tasks {
            task.apply_update(exchange);
            let events = exchange.advance(&mut task.campaign);
            for event in events {
                push::report(task, event, self.algorithm, exchange);
            }
        }
    }

    fn next_due(&self) -> Option<Moment> {
        self.tasks.iter().filter_map(Task::next_due).min()
    }
}

impl Platform {
    fn accepts_load(&mut self, request: &Inbound, exchange: &Exchange<'_>) -> Result<(), Refusal> {
        let settings = &exchange.settings.nxtele;
        if settings.forbidden {
            Err(Refusal::new(6003, "the user has no permission"))
        } else if settings.maintenance {
            Err(Refusal::new(5, "the server is under maintenance"))
        } else if settings.busy
            || !(exchange.again || self.limiter.admits(settings.rate_limit_per_second, request.arrived))
        {
            Err(Refusal::new(7, "the system is busy"))
        } else {
            Ok(())
        }
    }

    fn perform(
        &mut self,
        operation: &str,
        body: &Map<String, Value>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let fields = fields::Fields::of(body);
        if operation == "ping" {
            let data = fields.text("data")?;
            return Ok(Answer::ok(json!({"data": data, "timestamp": exchange.wall().seconds()})));
        }
        if fields.text("productID")? != "callbot" {
            return Err(Refusal::value("productID: the product is \"callbot\""));
        }
        match operation {
            "createTask" => self.create_task(fields, exchange),
            "createAndCall" => self.create_and_call(fields, exchange),
            "addBatchCall" => self.add_batch_call(fields, exchange),
            "mgrTaskStatus" => self.mgr_task_status(fields),
            "updateTask" => self.update_task(fields, exchange),
            "listTask" => self.list_task(fields, exchange),
            "stopOrder" => self.stop_order(fields),
            "listOrderDetail" => self.list_order_detail(fields, exchange),
            "listCall" => self.list_call(fields, exchange),
            _ => self.list_order(fields, exchange),
        }
    }

    fn task_index(&self, user_id: &str) -> Result<usize, Refusal> {
        self.by_user_id.get(user_id).copied().ok_or_else(|| Refusal::value("userTaskID: no task has this id"))
    }
}

/// Section 3: ping has an envelope of its own.
fn envelope(operation: &str, code: i64, message: &str, members: Value) -> Value {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let mut body = match operation {
        "ping" => json!({"code": code, "msg": message, "reqId": id}),
        _ => json!({"retCode": code, "retMsg": message, "responseID": id}),
    };
    if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
        body.extend(members);
    }
    body
}

/// Section 2.4: the answer carries the request's ids, its own time, and a signature by the request's
/// algorithm.
fn sign_reply(request: &Inbound, exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let request_id = request.header("requestID").unwrap_or_default();
    let uuid = request.header("uuid").unwrap_or_default();
    let created = exchange.wall().seconds().to_string();
    let named = request.header("algorithm").and_then(Algorithm::named);
    let algorithm = named.unwrap_or_default();
    let sign = sign::sign(algorithm, SECRET_KEY, &reply.body, &created, request_id, uuid);
    let reply = reply.header("requestID", request_id).header("uuid", uuid);
    let reply = reply.header("createTs", created).header("sign", sign);
    match named {
        Some(algorithm) => reply.header("algorithm", algorithm.name()),
        None => reply,
    }
}
