//! The OpenAPI document (3.1), from the routes themselves.
//!
//! Shapes, parameters and answers come from the annotations on the handlers. What depends on the vendors of
//! the binary (typed `provider_options`, an example for each provider) is put in from their
//! factories in [`vendors`]; this crate knows no vendor by name.

pub(crate) mod examples;
mod introduction;
pub(crate) mod responses;
mod vendors;

use actix_web::App;
use outdial_engine::provider::Factory;
use serde_json::Value;
use utoipa_actix_web::AppExt;

/// The document for a server with these vendors.
pub fn openapi(factories: &[&Factory]) -> Value {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(introduction::document())
        .configure(crate::app::routes)
        .split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    vendors::complete(&mut document, factories);
    document
}

/// The document as it is checked in: pretty, ending with a line break, always the same.
pub fn openapi_json(factories: &[&Factory]) -> String {
    format!("{:#}\n", openapi(factories))
}
