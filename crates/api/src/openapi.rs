//! The OpenAPI document (3.1), from the routes themselves.
//!
//! Shapes, parameters and answers come from the annotations on the handlers, events as endpoints receive them from
//! [`webhooks`]. What depends on the vendors of
//! the binary (typed `provider_options`, an example for each provider) is put in from their
//! factories in [`vendors`]; this crate knows no vendor by name.

pub(crate) mod examples;
mod introduction;
pub(crate) mod responses;
mod vendors;
mod webhooks;

use crate::idempotency;
use crate::wire::provider::example_task;
use actix_web::App;
use outdial_engine::Engine;
use outdial_engine::provider::Factory;
use serde_json::{Value, json};
use utoipa_actix_web::AppExt;

/// Shapes of requests.
const REQUESTS: &[&str] = &[
    "CreateTask",
    "PlaceCall",
    "MoveTask",
    "UpdateTask",
    "RedialTask",
    "PreflightTask",
    "AddContacts",
    "CreateContact",
    "ResolveContact",
    "CreateWebhookEndpoint",
    "UpdateWebhookEndpoint",
    "ReplayEvents",
    "CreateApiKey",
    "CreateSuppression",
    "ImportSuppressions",
];

/// The document for a server with these vendors.
pub fn openapi(factories: &[&Factory]) -> Value {
    let examples: Vec<_> = factories.iter().map(|factory| (*factory, (factory.example_task)())).collect();
    with_examples(&examples)
}

/// The document of a running server: its examples dial with accounts it has for everybody.
pub(crate) fn of_server(engine: &Engine) -> Value {
    let factories = engine.factories().iter();
    let accounts = || engine.accounts().filter(|account| account.policy.clients.tenants.is_empty());
    let examples: Vec<_> = factories.map(|factory| (*factory, example_task(factory, accounts()))).collect();
    with_examples(&examples)
}

fn with_examples(examples: &[(&Factory, Value)]) -> Value {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(introduction::document())
        .configure(crate::app::routes)
        .split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    refer_and_close(&mut document["components"]["schemas"]);
    webhooks::complete(&mut document);
    vendors::complete(&mut document, examples);
    idempotency::document::complete(&mut document);
    document
}

/// Lists name the shape of their items, and requests say that they have no other fields.
fn refer_and_close(schemas: &mut Value) {
    for (name, schema) in schemas.as_object_mut().into_iter().flatten() {
        if let Some(item) = name.strip_prefix("List_") {
            schema["properties"]["data"]["items"] = json!({"$ref": format!("#/components/schemas/{item}")});
        }
        if REQUESTS.contains(&name.as_str()) {
            schema["additionalProperties"] = json!(false);
        }
    }
}

/// The document as it is checked in: pretty, ending with a line break, always the same.
pub fn openapi_json(factories: &[&Factory]) -> String {
    format!("{:#}\n", openapi(factories))
}
