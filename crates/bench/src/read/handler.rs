//! The bare handler's process: actix, and one client that its threads share.

use crate::Failure;
use crate::vendor::Bare;
use actix_web::web::{self, Data, Json, Path};
use actix_web::{App, HttpServer, error, get};
use serde::Serialize;
use std::net::SocketAddr;

#[get("/v1/accounts/{account}/vendor_tasks/{ref}")]
async fn vendor_task(
    bare: Data<Bare>,
    path: Path<(String, String)>,
) -> Result<Json<impl Serialize>, actix_web::Error> {
    let task = bare.vendor_task(&path.1).await;
    task.map(Json).map_err(|failure| error::ErrorBadGateway(failure.to_string()))
}

/// Serves until killed.
pub(crate) async fn serve(vendor: &str, listen: SocketAddr) -> Result<(), Failure> {
    let bare = Data::new(Bare::at(vendor)?);
    let configured = move |config: &mut web::ServiceConfig| {
        config.app_data(bare.clone()).service(vendor_task);
    };
    let server = HttpServer::new(move || App::new().configure(configured.clone()));
    Ok(server.workers(2).bind(listen)?.run().await?)
}
