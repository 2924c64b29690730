//! The simulator's own surface, `/_sim/*`: the ledger, faults, settings, the journal, reset.

use std::collections::HashMap;

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use crate::faults::{Fault, Mode};
use crate::journal::Counts;
use crate::settings;
use crate::vendors::Provider;
use crate::wire::{Inbound, Reply, pairs};
use crate::world::World;

const ROUTES: [&str; 11] = [
    "GET rings?number=",
    "GET rings/summary",
    "GET faults",
    "POST faults",
    "DELETE faults",
    "GET settings",
    "POST settings",
    "GET requests?provider=&operation=&since_us=",
    "GET requests/summary",
    "GET pushes",
    "POST reset",
];

/// Answers `/_sim/{path}`.
pub(crate) fn answer(world: &World, request: &Inbound, path: &str) -> Reply {
    let answer = match (&request.method, path) {
        (&Method::GET, "rings") => Ok(rings(world, &request.query)),
        (&Method::GET, "rings/summary") => Ok(world.with(|state| json!(state.ledger.summary()))),
        (&Method::GET, "faults") => Ok(world.with(|state| json!({"faults": state.faults.list()}))),
        (&Method::POST, "faults") => add_fault(world, &request.body),
        (&Method::DELETE, "faults") => {
            world.with(|state| state.faults.clear());
            Ok(json!({"faults": []}))
        }
        (&Method::GET, "settings") => Ok(world.with(|state| json!(state.settings))),
        (&Method::POST, "settings") => change_settings(world, &request.body),
        (&Method::GET, "requests") => Ok(requests(world, &request.query)),
        (&Method::GET, "requests/summary") => Ok(request_counts(world)),
        (&Method::GET, "pushes") => Ok(world.journal(|journal| json!(journal.pushes()))),
        (&Method::POST, "reset") => {
            world.reset();
            Ok(json!({"reset": true}))
        }
        _ => return Reply::json(404, &json!({"error": "no such route", "valid": ROUTES}), 404),
    };
    match answer {
        Ok(body) => Reply::json(200, &body, 200),
        Err(body) => Reply::json(400, &body, 400),
    }
}

fn rings(world: &World, query: &str) -> Value {
    let wanted = pairs(query)
        .find(|(name, _)| name == "number")
        // An unescaped `+` means a blank in a query; here it can only have been a plus.
        .map(|(_, number)| format!("+{}", number.trim_start_matches(['+', ' '])));
    world.with(|state| {
        let rings = state.ledger.rings().iter();
        json!(
            rings
                .filter(|ring| wanted.as_ref().is_none_or(|number| *number == ring.number))
                .collect::<Vec<_>>()
        )
    })
}

/// Requests that arrived, oldest first; each parameter narrows them down.
fn requests(world: &World, query: &str) -> Value {
    let asked: HashMap<String, String> = pairs(query).collect();
    let is = |name: &str, value: &str| asked.get(name).is_none_or(|wanted| wanted == value);
    let since: Option<i64> = asked.get("since_us").and_then(|since| since.parse().ok());
    world.journal(|journal| {
        let wanted = journal.requests().filter(|entry| {
            is("provider", entry.provider.name())
                && is("operation", &entry.operation)
                && since.is_none_or(|since| entry.at_us >= since)
        });
        json!(wanted.collect::<Vec<_>>())
    })
}

fn request_counts(world: &World) -> Value {
    let entry = |(provider, operation, counts): (Provider, &str, &Counts)| {
        let mut entry = json!(counts);
        entry["provider"] = json!(provider);
        entry["operation"] = json!(operation);
        entry
    };
    world.journal(|journal| json!({"operations": journal.counts().map(entry).collect::<Vec<_>>()}))
}

fn add_fault(world: &World, body: &[u8]) -> Result<Value, Value> {
    let fault: Fault = serde_json::from_slice(body).map_err(|error| fault_help(&error.to_string()))?;
    if let Some(objection) = fault.objection() {
        return Err(fault_help(objection));
    }
    Ok(world.with(|state| {
        state.faults.add(fault);
        json!({"faults": state.faults.list()})
    }))
}

fn fault_help(error: &str) -> Value {
    json!({
        "error": error,
        "valid": {
            "provider": Provider::ALL,
            "operation": "the vendor's own name, such as createTask, or *",
            "mode": Mode::ALL,
            "probability": "0 to 1, default 1",
            "times": "how often it strikes, default (or null) until deleted",
            "code": "HTTP status, for mode status",
            "seconds": "real seconds, for modes that take time; [from, to] draws them",
        },
    })
}

fn change_settings(world: &World, body: &[u8]) -> Result<Value, Value> {
    let patch: Result<Map<String, Value>, _> = serde_json::from_slice(body);
    world.with(|state| match patch.and_then(|patch| settings::patched(&state.settings, patch)) {
        Ok(settings) => {
            state.settings = settings;
            Ok(json!(state.settings))
        }
        Err(error) => Err(json!({"error": error.to_string(), "valid": state.settings})),
    })
}
