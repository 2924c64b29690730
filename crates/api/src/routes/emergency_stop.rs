//! Emergency stops.

use crate::auth::Caller;
use crate::openapi::{examples, responses};
use crate::prefer::Wait;
use crate::problem::Problem;
use crate::wire::emergency_stop::EmergencyStopView;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use outdial_engine::Engine;

/// Stop everything
///
/// Every task of yours, at every vendor, drafts too: when this is answered, nobody new is dialed, and the vendors are
/// being told to stop; that is repeated until each confirms. What is confirmed and what is not, `GET /v1/emergency_stop`
/// tells; so does this answer with `Prefer: wait=10`. Calls that ring or talk at this moment are the vendor's to end.
///
/// There is no way back: people who were not dialed are `cancelled`. Tasks created afterwards are not concerned.
/// Each request is a stop of its own, whatever its `Idempotency-Key`: sent again, it stops what was made meanwhile.
#[utoipa::path(
    tag = "Operations",
    security(("bearer" = ["tasks:control"])),
    params(Wait),
    extensions(("x-each-time-anew" = json!(true))),
    responses(
        (status = 202, description = "It is so: nobody new is dialed. `is_confirmed` tells whether the vendors have confirmed.",
            body = EmergencyStopView, example = json!(examples::emergency_stop())),
        responses::Plain
    )
)]
#[post("/emergency_stop")]
pub(crate) async fn stop_everything(
    engine: Data<Engine>,
    caller: Caller,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    engine.halt(&caller.tenant, &caller.actor).await?;
    let held = wait.begin(&caller.tenant);
    let patience = held.as_ref().map(|held| held.patience).unwrap_or_default();
    let halt = engine.halted_within(&caller.tenant, patience).await?;
    Ok(HttpResponse::Accepted().json(EmergencyStopView::from(halt)))
}

/// Read the last emergency stop
///
/// What is confirmed by now, and what is not. 404 when there was none.
#[utoipa::path(
    tag = "Operations",
    security(("bearer" = ["tasks:read"])),
    responses(
        (status = 200, description = "How far it is.",
            body = EmergencyStopView, example = json!(examples::emergency_stop())),
        responses::OneById
    )
)]
#[get("/emergency_stop")]
pub(crate) async fn get_emergency_stop(
    engine: Data<Engine>,
    caller: Caller,
) -> Result<Json<EmergencyStopView>, Problem> {
    Ok(Json(engine.halted(&caller.tenant).await?.into()))
}
