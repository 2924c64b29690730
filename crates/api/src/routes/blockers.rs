//! Why a task is not dialing.

use crate::auth::Caller;
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::blockers::BlockersView;
use actix_web::get;
use actix_web::web::{Data, Json};
use outdial_engine::Engine;
use outdial_model::TaskId;

/// Read why a task is not dialing
///
/// Everything that stands between the people who wait and their calls at this moment, how many it concerns, until when where
/// time alone ends it, and what to do. What happened to one person tells `GET /v1/contacts/{id}/timeline`. This asks no
/// vendor.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:read"])),
    params(("id" = String, Path, description = "The task's id.")),
    responses(
        (status = 200, description = "What stands in the way.",
            body = BlockersView, example = json!(examples::blockers())),
        responses::OneById
    )
)]
#[get("/tasks/{id}/blockers")]
pub(crate) async fn get_blockers(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
) -> Result<Json<BlockersView>, Problem> {
    Ok(Json(engine.blockers(&caller.tenant, &id.0).await?.into()))
}
