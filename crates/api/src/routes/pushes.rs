//! What an account's vendor pushes: what was of no use of it, and what polling found without it.

use crate::auth::Caller;
use crate::form::Query;
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::push::PushView;
use crate::wire::reconciliation::ReconciliationView;
use actix_web::get;
use actix_web::web::{Data, Json};
use outdial_engine::Engine;
use outdial_model::{AccountId, PushState};

/// What is listed when nobody says what is to be.
const OF_NO_USE: [PushState; 2] = [PushState::Unusable, PushState::Refused];

/// List pushes of an account's vendor
///
/// Newest first; without `state`, those that were of no use: unusable and refused ones, of each the newest 10,000
/// of the last seven days. What they say is never shown.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["admin"])),
    params(
        ("account" = String, Path, description = "The account's name.", example = "example-account"),
        ("state" = Option<String>, Query, description = "Only pushes in these states, separated by commas: `unusable,refused` when absent."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of pushes.",
            body = List<PushView>, example = json!(examples::list(examples::push()))),
        responses::ListingOfOne
    )
)]
#[get("/accounts/{account}/pushes")]
pub(crate) async fn list_pushes(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
    query: Query,
) -> Result<Json<List<PushView>>, Problem> {
    let (states, paging) = query.list(1..=200, |query| {
        let states = query.optional("state", |at| at.words(PushState::ALL));
        Ok(states?.unwrap_or_else(|| OF_NO_USE.to_vec()))
    })?;
    let pushes = engine.pushes(&caller.tenant, &id.0, &states, &paging.page()).await?;
    Ok(Json(paging.list(pushes, |push| push.id.as_str(), Into::into)))
}

/// Reconcile pushes and polling
///
/// Pollers close the gaps when a vendor's pushes do not arrive; this tells that they do. By day (UTC) for the last
/// seven days: how it was learned that contacts were completed, and what became of pushes.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["admin"])),
    params(("account" = String, Path, description = "The account's name.", example = "example-account")),
    responses(
        (status = 200, description = "The report.",
            body = ReconciliationView, example = json!(examples::reconciliation())),
        responses::OneById
    )
)]
#[get("/accounts/{account}/reconciliation")]
pub(crate) async fn get_reconciliation(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
) -> Result<Json<ReconciliationView>, Problem> {
    let report = engine.reconciliation(&caller.tenant, &id.0).await?;
    Ok(Json(ReconciliationView::new(&id.0, report)))
}
