//! Serving: threads, limits and deadlines of the HTTP server.

use crate::app::{self, Shared};
use crate::finish;
use crate::metrics::Requests;
use crate::quota::Quotas;
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
    /// How long requests in progress may take once the server stops listening.
    pub finish: Duration,
    /// How long a client may take to send a JSON body, or the next piece of a stream.
    pub patience: Duration,
    /// How many requests a client, and a tenant, may send.
    pub quotas: Quotas,
    /// Most requests that are being answered at a time; one more is turned away.
    pub requests_at_once: usize,
    /// Ends the streams of those who follow events and breaks downloads off; to be cancelled before the server is told
    /// to stop, which waits for requests in progress.
    pub closing: CancellationToken,
    /// The server was told to end: it still answers, `/readyz` says otherwise, and no connection is kept.
    pub draining: CancellationToken,
    /// Where what is answered is counted.
    pub requests: Requests,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            workers: 2,
            finish: Duration::from_secs(30),
            patience: Duration::from_secs(30),
            quotas: Quotas::default(),
            requests_at_once: 512,
            closing: CancellationToken::new(),
            draining: CancellationToken::new(),
            requests: Requests::default(),
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
    .shutdown_timeout(settings.finish.as_secs())
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// Answers requests below `/v1` with nothing before the handlers: no key, quota, id, log line or count. Whoever asks is
/// `principal`. To be measured beside [`serve`], and never to be listened to by anybody else.
#[cfg(feature = "bare")]
pub fn serve_bare(
    listener: TcpListener,
    engine: Engine,
    settings: &ApiSettings,
    principal: &outdial_engine::Principal,
) -> std::io::Result<Server> {
    let (shared, principal) = (Shared::new(engine, settings), principal.clone());
    let server =
        HttpServer::new(move || App::new().configure(|config| shared.configure_bare(&principal, config)))
            .workers(settings.workers)
            .keep_alive(Duration::from_secs(75))
            .disable_signals()
            .listen(listener)?;
    Ok(server.run())
}

/// Answers those who only watch (probes, metrics) on `listener`, with no key: an address for the inside.
pub fn serve_watching(
    listener: TcpListener,
    engine: Engine,
    settings: &ApiSettings,
) -> std::io::Result<Server> {
    let settings = settings.clone();
    let server = HttpServer::new(move || {
        App::new().configure(|config| app::configure_watching(&engine, &settings, config))
    })
    .workers(1)
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
