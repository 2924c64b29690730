//! The API's handlers with nothing before them, on a store of their own: `outdial-bench-bare URL ADDRESS`, until killed.
//! A binary of its own because it has the allocator that `outdial` has.

use mimalloc::MiMalloc;
use outdial_api::{ApiSettings, serve_bare};
use outdial_engine::outward::{Limits, Outward, Policy};
use outdial_engine::{Actor, Engine, EngineParts, Pass, Principal, Recordings, Retention};
use outdial_model::{Clock, KeyId, Scope, SystemClock, Timestamp};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// None is asked for.
const NO_RECORDINGS: Limits = Limits { deadline: Duration::ZERO, patience: Duration::ZERO, bytes: 0 };

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(address)) = (arguments.next(), arguments.next()) else {
        return Err("usage: outdial-bench-bare URL ADDRESS".into());
    };
    let parts = EngineParts {
        store: outdial_store::open(&url, "bare", None).await?,
        clock: Arc::new(SystemClock),
        factories: &[],
        accounts: Vec::new(),
        routes: Vec::new(),
        outward: Outward::new(Policy::default()),
        recordings: Recordings::new(Policy::default(), NO_RECORDINGS),
        retention: Retention::default(),
        policy: Default::default(),
        issuers: Vec::new(),
    };
    let principal = Principal {
        tenant: "bench".parse()?,
        scopes: Scope::ALL.iter().copied().collect(),
        actor: Actor::Key(KeyId::generate(SystemClock.now())),
        requires_idempotency_key: false,
        pass: Pass::Until(Timestamp::MAX),
    };
    let engine = Engine::new(parts).await?;
    Ok(serve_bare(TcpListener::bind(address)?, engine, &ApiSettings::default(), &principal)?.await?)
}
