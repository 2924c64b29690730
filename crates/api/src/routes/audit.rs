//! The audit log.

use crate::auth::Caller;
use crate::form::Query;
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::problem::Problem;
use crate::wire::audit::AuditView;
use actix_web::get;
use actix_web::web::{Data, Json};
use outdial_engine::Engine;

/// Read the audit log
///
/// Who asked for which change of what, newest first, with what they were answered; requests that were refused are there
/// too. Reading leaves no entry. Entries are kept for 400 days.
#[utoipa::path(
    tag = "Access",
    security(("bearer" = ["admin"])),
    params(
        ("target" = Option<String>, Query, description = "Only what was done to this: an id, or an account's name."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of entries.",
            body = List<AuditView>, example = json!(examples::list(examples::audit_entry()))),
        responses::Listing
    )
)]
#[get("/audit")]
pub(crate) async fn list_audit(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<AuditView>>, Problem> {
    let (target, paging) = query.list(1..=200, |query| query.optional("target", |at| at.text(1..=128)))?;
    let entries = engine.audit(&caller.tenant, target.as_deref(), &paging.page()).await?;
    Ok(Json(paging.list(entries, |entry| entry.id.as_str(), Into::into)))
}
