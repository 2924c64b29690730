//! The port: reads raw requests, hands each to the vendor its path belongs to, lets faults strike, answers.

use std::any::Any;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::{Extensions, ServerHandle};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::control;
use crate::faults::Mode;
use crate::journal::Ending;
use crate::ledger::Ledger;
use crate::media;
use crate::misbehave::{Line, Trouble, respond};
use crate::push::Post;
use crate::vendors::{BODY_LIMIT, Provider};
use crate::wire::{Inbound, Reply};
use crate::world::World;

/// How to run a simulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 picks a free one. Default `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// Simulated seconds per real second, 0.01 to 1,000,000. Default 1.
    pub speed: f64,
    /// A file to which every ring is appended, on disk before the ring is visible elsewhere. Default none.
    pub ledger: Option<PathBuf>,
    /// Decides the outcome of numbers that the suffix table leaves to chance. Default 0.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), speed: 1.0, ledger: None, seed: 0 }
    }
}

const SPEEDS: RangeInclusive<f64> = 0.01..=1_000_000.0;

/// A running simulator. [`Simulator::stop`] ends it and waits for the end; dropping it stops time and
/// webhooks at once.
pub struct Simulator {
    address: SocketAddr,
    server: ServerHandle,
    time: JoinHandle<()>,
    halt: Halt,
}

/// Ends what runs beside the port.
struct Halt {
    world: Arc<World>,
    stop: CancellationToken,
}

impl Drop for Halt {
    fn drop(&mut self) {
        self.stop.cancel();
        self.world.stop();
    }
}

impl Simulator {
    /// Starts on the current tokio runtime and returns once the port listens.
    ///
    /// # Errors
    /// When the address cannot be bound, the ledger file cannot be opened, or `speed` is out of range.
    pub async fn start(options: Options) -> std::io::Result<Simulator> {
        if !SPEEDS.contains(&options.speed) {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                format!("the speed must be from {} to {}", SPEEDS.start(), SPEEDS.end()),
            ));
        }
        let ledger = Ledger::open(options.ledger.as_deref())?;
        let listener = TcpListener::bind(options.listen)?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let (post, receivers) = Post::new();
        let clock = Clock::start(options.speed);
        let world = Arc::new(World::new(clock, options.seed, url_of(address), ledger, post));
        receivers.run(&world, &stop).map_err(std::io::Error::other)?;

        let shared = (web::Data::from(Arc::clone(&world)), web::Data::new(stop.clone()));
        let server = HttpServer::new(move || {
            let (world, stop) = shared.clone();
            App::new().app_data(world).app_data(stop).default_service(web::to(serve))
        })
        .workers(2)
        .disable_signals()
        // Longer than clients keep idle connections, so that only a fault ever closes one under a request.
        .keep_alive(Duration::from_secs(120))
        .on_connect(keep_line)
        .listen(listener)?
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        let time = world.keep_time()?;
        Ok(Simulator { address, server: handle, time, halt: Halt { world, stop } })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://host:port`, the base URL of all three vendors.
    #[must_use]
    pub fn url(&self) -> String {
        url_of(self.address)
    }

    /// Closes the port, drops webhooks that are still waiting and stops simulated time.
    pub async fn stop(self) {
        drop(self.halt);
        self.server.stop(false).await;
        if self.time.join().is_err() {
            tracing::error!("the simulator's clock thread had failed");
        }
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulator").field("address", &self.address).finish_non_exhaustive()
    }
}

fn url_of(address: SocketAddr) -> String {
    format!("http://{address}")
}

fn keep_line(connection: &dyn Any, extensions: &mut Extensions) {
    if let Some(line) = connection.downcast_ref::<actix_web::rt::net::TcpStream>().and_then(Line::of) {
        extensions.insert(line);
    }
}

async fn serve(
    request: HttpRequest,
    payload: web::Payload,
    world: web::Data<World>,
    stop: web::Data<CancellationToken>,
) -> HttpResponse {
    let Some(body) = read(payload).await else { return HttpResponse::BadRequest().finish() };
    let inbound = Inbound {
        method: request.method().clone(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        headers: request.headers().clone(),
        body,
        arrived: Instant::now(),
    };
    if let Some(path) = inbound.path.strip_prefix("/_sim/") {
        return respond(control::answer(&world, &inbound, path));
    }
    let recording = media::addressed_by(&inbound).map(|provider| (provider, media::OPERATION));
    match recording.or_else(|| Provider::addressed_by(&inbound)) {
        Some((provider, operation)) => {
            let line = request.conn_data::<Line>().cloned();
            ask(&world, provider, operation, &inbound, line, &stop).await
        }
        None => respond(Reply::not_found()),
    }
}

/// The body as received: never decompressed, and not read further once it is larger than any vendor takes.
/// Nothing when it breaks off: what never arrived whole is no request, to no vendor.
async fn read(mut payload: web::Payload) -> Option<Vec<u8>> {
    const ENOUGH: usize = BODY_LIMIT + 1;
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() >= ENOUGH {
            break;
        }
    }
    Some(body)
}

async fn ask(
    world: &World,
    provider: Provider,
    operation: &str,
    inbound: &Inbound,
    line: Option<Line>,
    stop: &CancellationToken,
) -> HttpResponse {
    let ticket = world.note_arrival(provider, operation);
    let twice = provider.creates(operation)
        && world.strike(provider, operation, |mode| mode == Mode::DuplicateCreate).is_some();
    let fault = world.strike(provider, operation, Mode::is_about_answers);
    let trouble = fault.as_ref().map(|fault| Trouble { fault, line, stop });
    let reply = trouble.as_ref().is_none_or(Trouble::commits).then(|| {
        if operation == media::OPERATION {
            return media::answer(inbound);
        }
        world.act(provider, |vendor, exchange| {
            let first = vendor.answer(inbound, exchange);
            if twice {
                exchange.again = true;
                vendor.answer(inbound, exchange);
            }
            first
        })
    });
    let mut ending = ending(reply.as_ref(), trouble.as_ref());
    ending.fault = ending.fault.or(twice.then_some(Mode::DuplicateCreate));
    world.note_ending(&ticket, ending);
    match (trouble, reply) {
        (None, Some(reply)) => respond(reply),
        (Some(trouble), Some(reply)) => trouble.spoil(reply).await,
        (Some(trouble), None) => trouble.instead().await,
        (None, None) => respond(Reply::not_found()),
    }
}

/// How the request ends, for the journal.
fn ending(reply: Option<&Reply>, trouble: Option<&Trouble<'_>>) -> Ending {
    let status = reply.map_or(0, |reply| reply.status);
    Ending {
        status: trouble.map_or(status, |trouble| trouble.status(status)),
        code: reply.map(|reply| reply.code.clone()).unwrap_or_default(),
        fault: trouble.map(|trouble| trouble.fault.mode),
    }
}
