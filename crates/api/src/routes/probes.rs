//! Probes for whoever runs the server.

use crate::draining::Draining;
use crate::problem::Problem;
use actix_web::get;
use actix_web::web::{Data, Json};
use outdial_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Probe {
    /// Always `ok`; anything else is a problem.
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
}

/// Is the process alive?
#[utoipa::path(
    tag = "Server",
    security(()),
    responses((status = 200, description = "It is.", body = Probe, example = json!({"status": "ok"})))
)]
#[get("/livez")]
pub(crate) async fn livez() -> Json<Probe> {
    Json(Probe { status: "ok" })
}

/// Can it take requests?
///
/// Whether the store is reachable and writable, and nobody has told the server to end. Told to end, it takes requests
/// for a while yet, so that a load balancer that asks here has sent the others elsewhere before it stops listening.
#[utoipa::path(
    tag = "Server",
    security(()),
    responses(
        (status = 200, description = "It can.", body = Probe, example = json!({"status": "ok"})),
        crate::openapi::responses::Probing
    )
)]
#[get("/readyz")]
pub(crate) async fn readyz(engine: Data<Engine>, draining: Data<Draining>) -> Result<Json<Probe>, Problem> {
    draining.refuse()?;
    engine.ready().await?;
    Ok(Json(Probe { status: "ok" }))
}
