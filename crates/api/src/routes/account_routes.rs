//! Routes that choose among accounts: list.

use crate::auth::Caller;
use crate::openapi::{examples, responses};
use crate::paging::List;
use crate::wire::route::RouteView;
use actix_web::get;
use actix_web::web::{Data, Json};
use outdial_engine::Engine;

/// List routes
///
/// Rules of the configuration that choose an account. Where a task or a call names an account it can name a route instead; what
/// was decided, and why, is in `route` of the task.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["tasks:read"])),
    responses(
        (status = 200, description = "All routes, with the accounts you may dial with.",
            body = List<RouteView>, example = json!(examples::list(examples::route()))),
        responses::Plain
    )
)]
#[get("/routes")]
pub(crate) async fn list_routes(engine: Data<Engine>, caller: Caller) -> Json<List<RouteView>> {
    let routes = engine.routes_for(&caller.tenant).into_iter();
    Json(List::whole(routes.map(|route| RouteView::new(route, &engine, &caller.tenant)).collect()))
}
