//! Accounts: list, read, check, and what they offer.

use crate::auth::Caller;
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::paging::List;
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::account::{AccountView, CatalogView, CheckView};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use outdial_engine::Engine;
use outdial_model::{AccountId, Scope};

/// List accounts
///
/// The configured accounts, by name, with how each fares. This asks no vendor.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["tasks:read"])),
    responses(
        (status = 200, description = "All accounts.",
            body = List<AccountView>, example = json!(examples::list(examples::account()))),
        responses::Plain
    )
)]
#[get("/accounts")]
pub(crate) async fn list_accounts(engine: Data<Engine>, caller: Caller) -> Json<List<AccountView>> {
    let now = engine.now();
    let accounts = engine.accounts_for(&caller.tenant).map(|account| AccountView::new(&account, now));
    Json(List::whole(accounts.collect()))
}

/// Read an account
///
/// Health, breaker, rate, what it can do, and where the vendor pushes to: with `admin`, with the secret part of the URLs
/// to paste into the vendor's console. This asks no vendor.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["tasks:read"])),
    params(("account" = String, Path, description = "The account's name.", example = "example-account")),
    responses(
        (status = 200, description = "The account.",
            body = AccountView, example = json!(examples::account())),
        responses::OneById
    )
)]
#[get("/accounts/{account}")]
pub(crate) async fn get_account(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
) -> Result<Json<AccountView>, Problem> {
    let account = engine.account_for(&caller.tenant, &id.0)?;
    let view = AccountView::new(&account, engine.now());
    Ok(Json(if caller.scopes.allow(Scope::Admin) { view.with_ingress_urls(&account) } else { view }))
}

/// Check an account
///
/// Makes a signed, harmless call to the vendor: shows whether credentials and network work.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["admin"])),
    params(("account" = String, Path, description = "The account's name.", example = "example-account")),
    responses(
        (status = 200, description = "They work.", body = CheckView, example = json!(examples::check())),
        responses::Checking
    )
)]
#[post("/accounts/{account}/check")]
pub(crate) async fn check_account(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
    once: Idempotency,
) -> Result<HttpResponse, Problem> {
    let words = |view: &CheckView| json(StatusCode::OK, view);
    once.answer(None, words, async |once| {
        let checked = engine.check_account(&caller.tenant, &id.0).await?;
        let view = CheckView::new(&id.0, checked, engine.now());
        engine.remember(&caller.tenant, once, &view).await?;
        Ok(view)
    })
    .await
}

/// Read an account's catalog
///
/// Scripts and caller numbers to choose from, live from the vendor, where the vendor lists them.
#[utoipa::path(
    tag = "Accounts",
    security(("bearer" = ["tasks:read"])),
    params(("account" = String, Path, description = "The account's name.", example = "example-account")),
    responses(
        (status = 200, description = "What there is.",
            body = CatalogView, example = json!(examples::catalog())),
        responses::AskingVendor
    )
)]
#[get("/accounts/{account}/catalog")]
pub(crate) async fn get_catalog(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<AccountId>,
) -> Result<Json<CatalogView>, Problem> {
    let catalog = engine.catalog(&caller.tenant, &id.0).await?;
    Ok(Json(catalog.into()))
}
