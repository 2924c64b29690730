//! The gateway, running: store, engine, worker and API in one process.
//!
//! Order of a start: the port (so that the address is known), the store, the accounts, the engine,
//! the worker, the API. An end goes the other way: `/readyz` says so, and a while later nobody new is let in; requests
//! in progress and then the worker's steps in hand come to their end, the store closes.
//!
//! Replicas are gateways on one database. Each is known there by its host and listening address; the port
//! is bound before the store is opened, so whoever used the same name before is dead and its claims may be
//! taken over at once.

use crate::door::Door;
use crate::reload::{InForce, Reloaded};
use crate::{AccountConfig, Config, ConfigProblems, Limited, StoreUrl, Webhooks, slots};
use actix_web::dev::ServerHandle;
use outdial_api::ApiSettings;
use outdial_engine::outward::{Outward, Policy};
use outdial_engine::{Account, Engine, EngineError, EngineParts, Ingress, IssuedKey, KeyTerms, Pepper};
use outdial_model::{ExposeSecret, Scopes, Secret, SystemClock, TenantId};
use outdial_provider::Callbacks;
use outdial_providers::registry;
use outdial_store::{Store, StoreError};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A gateway that listens and works, until [`Gateway::stop`].
#[derive(Debug)]
pub struct Gateway {
    address: SocketAddr,
    engine: Engine,
    in_force: InForce,
    api: ServerHandle,
    door: Door,
    /// What those who only watch are answered by.
    watching: Option<(SocketAddr, ServerHandle)>,
    serving: JoinHandle<std::io::Result<()>>,
    worker: JoinHandle<()>,
    shutdown: CancellationToken,
    /// Ends what clients follow.
    closing: CancellationToken,
    /// Says that it is about to end.
    draining: CancellationToken,
    drain: Duration,
}

/// How long those are waited for who were let in at the last moment: until they are heard.
const LAST_CALL: Duration = Duration::from_millis(500);

/// Why the gateway did not start. Nothing of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Accounts that cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigProblems),
    /// A port.
    #[error("{key}: {address} cannot be listened on: {source}")]
    Listen {
        /// The key that names it.
        key: &'static str,
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The store.
    #[error("store.url: {url} cannot be opened: {source}")]
    Store {
        /// The URL asked for.
        url: StoreUrl,
        /// What the store says.
        source: StoreError,
    },
    /// The engine.
    #[error("the engine could not be set up: {0}")]
    Engine(#[from] EngineError),
    /// The API's threads.
    #[error("the API could not be set up: {0}")]
    Api(#[source] std::io::Error),
}

impl Gateway {
    /// Starts on the current tokio runtime; when it returns, requests are answered.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_through(config, |store| store).await
    }

    /// As [`Self::start`], everything going to the store through what `through` makes of it.
    pub async fn start_through(
        config: Config,
        through: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store> + Send,
    ) -> Result<Self, StartError> {
        let (listener, address) = listen("server.listen", config.listen)?;
        let watched = config.metrics_listen.map(|address| listen("metrics.listen", address)).transpose()?;
        let door = Door::of(&listener).map_err(StartError::Api)?;
        let public_url = config.public_url.clone().unwrap_or_else(|| url_of(address));
        let store = through(open_store(&config, &address.to_string()).await?);
        let pepper = Pepper::of(&*store).await?;
        let accounts = accounts(&config.accounts, &store, &public_url, &pepper)?;
        let engine = engine(&store, accounts, &config).await?;
        let shutdown = CancellationToken::new();
        let closing = shutdown.child_token();
        let draining = CancellationToken::new();
        let Limited { quotas, requests_at_once } = config.limits;
        let settings = ApiSettings {
            closing: closing.clone(),
            draining: draining.clone(),
            quotas,
            requests_at_once,
            ..ApiSettings::default()
        };
        let watching = watched.map(|(listener, address)| {
            let server = outdial_api::serve_watching(listener, engine.clone(), &settings)?;
            Ok((address, server))
        });
        let watching = watching.transpose().map_err(StartError::Api)?;
        let server = outdial_api::serve(listener, engine.clone(), &settings).map_err(StartError::Api)?;
        let api = server.handle();
        // Nothing can fail any more.
        let serving = until_its_end(server, &shutdown);
        let watching = watching.map(|(address, server)| {
            let handle = server.handle();
            until_its_end(server, &shutdown);
            (address, handle)
        });
        let worker = until_its_end(engine.clone().work(shutdown.clone()), &shutdown);
        let drain = config.drain;
        let in_force = InForce::new(config, store, public_url, pepper);
        Ok(Self {
            address,
            engine,
            in_force,
            api,
            door,
            watching,
            serving,
            worker,
            shutdown,
            closing,
            draining,
            drain,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://host:port`.
    pub fn url(&self) -> String {
        url_of(self.address)
    }

    /// Where those who only watch are answered, if anywhere.
    pub fn watching_address(&self) -> Option<SocketAddr> {
        self.watching.as_ref().map(|(address, _)| *address)
    }

    /// Makes a key for `tenant`.
    pub async fn issue_key(
        &self,
        tenant: &TenantId,
        name: &str,
        scopes: Scopes,
    ) -> Result<IssuedKey, EngineError> {
        let terms = KeyTerms { scopes, ..KeyTerms::default() };
        self.engine.issue_key(tenant, name, terms, None).await
    }

    /// Puts the accounts of another configuration in force, with nothing that is under way being dropped; tells
    /// what has changed. A configuration with a problem changes nothing.
    pub fn reload(&self, config: Config) -> Result<Reloaded, ConfigProblems> {
        self.in_force.replace(&self.engine, config)
    }

    /// Waits until a part of it has ended, which none does by itself while all is well.
    pub async fn ended(&self) {
        self.shutdown.cancelled().await;
    }

    /// Ends it where it stands: nothing is finished and nothing is told to the store, as when the process
    /// is killed.
    pub async fn abandon(self) {
        self.worker.abort();
        self.api.stop(false).await;
        if let Some((_, watching)) = self.watching {
            watching.stop(false).await;
        }
        // Ended when the last of its futures is gone.
        let _ = self.worker.await;
    }

    /// Ends it in order; the store is closed when this returns.
    pub async fn stop(self) {
        self.draining.cancel();
        if !self.drain.is_zero() {
            tokio::time::sleep(self.drain).await;
            self.door.shut();
            tokio::time::sleep(LAST_CALL).await;
        }
        drop(self.door);
        self.closing.cancel();
        self.api.stop(true).await;
        self.shutdown.cancel();
        if !matches!(self.serving.await, Ok(Ok(()))) {
            tracing::error!("the API had failed");
        }
        if self.worker.await.is_err() {
            tracing::error!("the worker had failed");
        }
        if let Some((_, watching)) = self.watching {
            watching.stop(true).await;
        }
        self.in_force.store.close().await;
    }
}

/// The configured store, made when there is none; `part` tells this process from others on this host.
pub(crate) async fn open_store(config: &Config, part: &str) -> Result<Arc<dyn Store>, StartError> {
    let holder = format!("{}:{part}", gethostname::gethostname().display());
    let (url, keyring) = (&config.store_url, config.encryption.as_ref());
    let opened = outdial_store::open(url.expose(), &holder, keyring).await;
    opened.map_err(|source| StartError::Store { url: url.clone(), source })
}

/// An engine over `store`, not working yet.
pub(crate) async fn engine(
    store: &Arc<dyn Store>,
    accounts: Vec<Account>,
    config: &Config,
) -> Result<Engine, EngineError> {
    let Webhooks { allow_http, allowed_networks } = config.webhooks.clone();
    Engine::new(EngineParts {
        store: Arc::clone(store),
        clock: Arc::new(SystemClock),
        factories: registry::FACTORIES,
        accounts,
        routes: config.routes.clone(),
        outward: Outward::new(Policy { allow_http, allowed_networks }),
        recordings: config.recordings.clone(),
        retention: config.retention.clone(),
        policy: config.policy.clone(),
        issuers: config.issuers.clone(),
    })
    .await
}

/// Runs `part`; when it ends, be it by a panic, the other parts are told to end.
fn until_its_end<T: Send + 'static>(
    part: impl Future<Output = T> + Send + 'static,
    shutdown: &CancellationToken,
) -> JoinHandle<T> {
    let guard = shutdown.clone().drop_guard();
    tokio::spawn(async move {
        let _guard = guard;
        part.await
    })
}

fn listen(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| StartError::Listen { key, address, source })
}

/// An address that listens everywhere is reached on this machine by its loopback address.
fn url_of(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}

fn accounts(
    configs: &[AccountConfig],
    store: &Arc<dyn Store>,
    public_url: &str,
    pepper: &Pepper,
) -> Result<Vec<Account>, ConfigProblems> {
    let (mut accounts, mut problems) = (Vec::new(), Vec::new());
    for config in configs {
        match account(config, store, public_url, pepper) {
            Ok(account) => accounts.push(account),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(accounts) } else { Err(ConfigProblems::new(problems)) }
}

pub(crate) fn account(
    config: &AccountConfig,
    store: &Arc<dyn Store>,
    public_url: &str,
    pepper: &Pepper,
) -> Result<Account, crate::Problem> {
    let secret = config.ingress_secret.clone().unwrap_or_else(|| {
        let purpose = format!("ingress:{}", config.id);
        Secret::from(hex::encode(pepper.derive(purpose.as_bytes())))
    });
    let ingress = Ingress::new(format!("{public_url}/ingress/{}", config.id), secret)
        .taking(config.previous_ingress_secret.clone())
        .only_from(config.ingress_networks.clone());
    let callbacks = Callbacks::new(ingress.url().expose_secret());
    let provider = config.provider(callbacks, slots::shared(store, &config.id, config.policy.rate))?;
    let account = Account::new(
        config.id.clone(),
        config.kind.clone(),
        config.base_url().to_owned(),
        ingress,
        config.policy.clone(),
        provider,
    );
    Ok(if config.base_url_is_set() { account } else { account.at_the_vendors_own() })
}
