//! A vendor's own tasks: looking at them live, and taking one over.

use super::task_answer::Words;
use crate::auth::Caller;
use crate::form::Query;
use crate::idempotency::Idempotency;
use crate::openapi::{examples, responses};
use crate::paging::List;
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::task::TaskView;
use crate::wire::vendor_task::VendorTaskView;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use outdial_engine::provider::PageRequest;
use outdial_engine::{Adopted, Engine};
use outdial_model::AccountId;

/// List a vendor's tasks
///
/// Live and read-only, in the vendor's order: made by Outdial or by a person in the vendor's console.
#[utoipa::path(
    tag = "Vendor tasks",
    security(("bearer" = ["tasks:read"])),
    params(
        ("account" = String, Path, description = "The account's name.", example = "example-account"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items of the page, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, min_length = 1, max_length = 2000, description = "`next_cursor` of the page before.")
    ),
    responses(
        (status = 200, description = "A page of the vendor's tasks.",
            body = List<VendorTaskView>, example = json!(examples::list(examples::vendor_task()))),
        responses::ListingAtVendor
    )
)]
#[get("/accounts/{account}/vendor_tasks")]
pub(crate) async fn list_vendor_tasks(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
    query: Query,
) -> Result<Json<List<VendorTaskView>>, Problem> {
    let ((), paging) = query.list(1..=100, |_| Ok(()))?;
    let (cursor, limit) = (paging.after(), paging.limit());
    let found = engine.vendor_tasks(&caller.tenant, &id.0, &PageRequest { cursor, limit }).await?;
    let tasks = found.tasks.into_iter().map(VendorTaskView::from).collect();
    Ok(Json(paging.relayed(tasks, found.next.as_deref())))
}

/// Read a vendor's task
///
/// Live and read-only.
#[utoipa::path(
    tag = "Vendor tasks",
    security(("bearer" = ["tasks:read"])),
    params(
        ("account" = String, Path, description = "The account's name.", example = "example-account"),
        ("ref" = String, Path, description = "`ref` of the list.")
    ),
    responses(
        (status = 200, description = "The task as the vendor shows it.",
            body = VendorTaskView, example = json!(examples::vendor_task())),
        responses::AskingVendor
    )
)]
#[get("/accounts/{account}/vendor_tasks/{ref}")]
pub(crate) async fn get_vendor_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
    path: Path<(String, String)>,
) -> Result<Json<VendorTaskView>, Problem> {
    let task = engine.vendor_task(&caller.tenant, &id.0, &path.1).await?;
    Ok(Json(task.into()))
}

/// Adopt a vendor's task
///
/// Makes a task that manages one made in the vendor's console: it can be followed, paused, resumed and
/// stopped like any other. The vendor's own script, schedule and retries stay.
#[utoipa::path(
    tag = "Vendor tasks",
    security(("bearer" = ["tasks:write"])),
    params(
        ("account" = String, Path, description = "The account's name.", example = "example-account"),
        ("ref" = String, Path, description = "`ref` of the list.")
    ),
    responses(
        (status = 202, description = "The task that manages it now.",
            body = TaskView,
            headers(("Location" = String, description = "Path of the task.")),
            example = json!(examples::task())),
        responses::Adopting
    )
)]
#[post("/accounts/{account}/vendor_tasks/{ref}/adopt")]
pub(crate) async fn adopt_vendor_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
    path: Path<(String, String)>,
    once: Idempotency,
) -> Result<HttpResponse, Problem> {
    let words = Words::of_new(&engine);
    let words = |adopted: &Adopted| words.with(&adopted.task, vec![adopted.segment.clone()]);
    let client = Some(caller.client());
    once.answer(None, words, async |once| {
        Ok(engine.adopt(&caller.tenant, &id.0, &path.1, client, once).await?)
    })
    .await
}
