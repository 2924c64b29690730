//! The documentation: Swagger UI, from this binary alone, over the document of this binary.

use actix_web::http::header::LOCATION;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use serde_json::Value;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The OpenAPI document, written out once.
pub(crate) struct Document(Bytes);

impl Document {
    pub(crate) fn new(document: &Value) -> Self {
        Self(document.to_string().into())
    }
}

#[get("/openapi.json")]
pub(crate) async fn openapi(written: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(written.0.clone())
}

#[get("/")]
pub(crate) async fn home() -> HttpResponse {
    to_docs()
}

#[get("/docs")]
pub(crate) async fn redirect() -> HttpResponse {
    to_docs()
}

fn to_docs() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/docs/")).finish()
}

/// Swagger UI under `/docs/`.
pub(crate) fn swagger_ui() -> SwaggerUi {
    let config = Config::new(["/openapi.json"])
        .use_base_layout()
        .deep_linking(true)
        .persist_authorization(true)
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .filter(true)
        .doc_expansion("list")
        .default_model_expand_depth(3)
        .default_models_expand_depth(0)
        .validator_url("none");
    SwaggerUi::new("/docs/{_:.*}").config(config)
}
