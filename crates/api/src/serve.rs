//! Serving: threads, limits and deadlines of the HTTP server.

use crate::app::Shared;
use crate::finish;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer};
use outdial_engine::Engine;
use std::net::TcpListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How the API is served.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// Threads that answer requests.
    pub workers: usize,
    /// How long requests in progress may take once the server is told to stop.
    pub drain: Duration,
    /// How long a client may take to send a JSON body, or the next piece of a stream.
    pub patience: Duration,
    /// Ends the streams of those who follow events and breaks downloads off; to be cancelled before the server is told
    /// to stop, which waits for requests in progress.
    pub closing: CancellationToken,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            workers: 2,
            drain: Duration::from_secs(10),
            patience: Duration::from_secs(30),
            closing: CancellationToken::new(),
        }
    }
}

/// Answers requests on `listener` for as long as the server is polled; stop it by its handle.
///
/// Signals are left to whoever runs it.
pub fn serve(listener: TcpListener, engine: Engine, settings: &ApiSettings) -> std::io::Result<Server> {
    let shared = Shared::new(engine, settings);
    let server = HttpServer::new(move || {
        App::new().wrap(from_fn(finish::finish)).configure(|config| shared.configure(config))
    })
    .workers(settings.workers)
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(2))
    .shutdown_timeout(settings.drain.as_secs())
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
