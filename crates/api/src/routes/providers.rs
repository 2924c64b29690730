//! Providers: what each vendor of this binary can do.

use crate::auth::Caller;
use crate::openapi::{examples, responses};
use crate::paging::List;
use crate::problem::Problem;
use crate::wire::provider::ProviderView;
use actix_web::get;
use actix_web::web::{Data, Json, Path};
use outdial_engine::Engine;

/// List providers
///
/// Every vendor of this server, configured or not: each operation marked `native`, `emulated` or
/// `unsupported`, with limits and what an emulation means. An account may be able to do more or less,
/// by its settings.
#[utoipa::path(
    tag = "Providers",
    security(("bearer" = ["tasks:read"])),
    responses(
        (status = 200, description = "All providers.",
            body = List<ProviderView>, example = json!(examples::list(examples::provider()))),
        responses::Plain
    )
)]
#[get("/providers")]
pub(crate) async fn list_providers(engine: Data<Engine>, caller: Caller) -> Json<List<ProviderView>> {
    let providers = engine
        .factories()
        .iter()
        .map(|factory| ProviderView::new(factory, engine.accounts_for(&caller.tenant)));
    Json(List::whole(providers.collect()))
}

/// Read a provider
#[utoipa::path(
    tag = "Providers",
    security(("bearer" = ["tasks:read"])),
    params(("provider" = String, Path, description = "The provider's word.", example = "example-provider")),
    responses(
        (status = 200, description = "The provider.",
            body = ProviderView, example = json!(examples::provider())),
        responses::OneById
    )
)]
#[get("/providers/{provider}")]
pub(crate) async fn get_provider(
    engine: Data<Engine>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<ProviderView>, Problem> {
    let factory = engine.factory(&id)?;
    Ok(Json(ProviderView::new(factory, engine.accounts_for(&caller.tenant))))
}
