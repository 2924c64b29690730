//! The end is near: requests are still answered, and everybody is told to go elsewhere with the next one.

use crate::problem::{Problem, table};
use actix_web::HttpRequest;
use actix_web::web::Data;
use tokio_util::sync::CancellationToken;

/// Whether the server was told to end.
#[derive(Debug)]
pub(crate) struct Draining(pub CancellationToken);

impl Draining {
    /// Whether the server this came to was told to end.
    pub(crate) fn concerns(request: &HttpRequest) -> bool {
        request.app_data::<Data<Self>>().is_some_and(|draining| draining.0.is_cancelled())
    }

    /// Refuses what must not come to a server that ends.
    pub(crate) fn refuse(&self) -> Result<(), Problem> {
        if self.0.is_cancelled() {
            return Err(Problem::new(&table::DRAINING, "the server has been told to end"));
        }
        Ok(())
    }
}
