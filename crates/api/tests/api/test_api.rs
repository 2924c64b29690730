//! The API on a port of its own, and helpers named after verbs.

use outdial_api::{ApiSettings, Quotas, serve};
use outdial_engine::outward::{HostRule, Limits, Outward, Policy, Resolver, SystemResolver};
use outdial_engine::provider::{MemoryOptions, MemoryProvider, MemoryVendor, Staging};
use outdial_engine::{
    Account, AccountPolicy, Clients, Engine, EngineParts, Ingress, KeyTerms, Recordings, Retention,
    TokenIssuer,
};
use outdial_model::{Clock, ExposeSecret, Scope, Scopes, Secret, SystemClock, TenantId};
use outdial_providers::registry;
use outdial_store::sqlite::SqliteStore;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The account every test dials with.
pub const ACCOUNT: &str = "main";
/// What its vendor pushes with.
pub const INGRESS_SECRET: &str = "hush-hush";

pub struct TestApi {
    pub url: String,
    pub vendor: MemoryVendor,
    pub provider: MemoryProvider,
    /// Cancelled, the server lets nobody follow any more.
    pub closing: CancellationToken,
    /// Cancelled, the server is about to end.
    pub draining: CancellationToken,
    engine: Engine,
    key: String,
    client: Client,
    _worker: DropGuard,
    _folder: tempfile::TempDir,
}

/// Where the account's vendor is, how its recordings are fetched, and how clients are met.
pub struct Place {
    pub base_url: String,
    /// Whether that is the vendor's production host, and nobody chose it.
    pub is_vendors_own: bool,
    pub recording_hosts: Vec<HostRule>,
    pub policy: Policy,
    pub limits: Limits,
    pub clients: Clients,
    pub issuers: Vec<TokenIssuer>,
    pub routes: Vec<outdial_engine::Route>,
    pub clock: Arc<dyn Clock>,
    pub quotas: Quotas,
    /// Where the names of hosts lead.
    pub resolver: Arc<dyn Resolver>,
    /// How long clients are waited for.
    pub patience: Duration,
    /// Most requests that are answered at the same time.
    pub requests_at_once: usize,
}

impl Default for Place {
    fn default() -> Self {
        let time = Duration::from_secs(10);
        Self {
            base_url: "memory://vendor".into(),
            is_vendors_own: false,
            recording_hosts: Vec::new(),
            policy: Policy::default(),
            limits: Limits { deadline: time, patience: time, bytes: 1_000_000 },
            clients: Clients::default(),
            issuers: Vec::new(),
            routes: Vec::new(),
            clock: Arc::new(SystemClock),
            quotas: Quotas::default(),
            resolver: Arc::new(SystemResolver),
            patience: Duration::from_millis(300),
            requests_at_once: 512,
        }
    }
}

/// Plain http to whoever listens here.
pub fn on_this_machine() -> Policy {
    Policy { allow_http: true, allowed_networks: vec!["127.0.0.0/8".parse().unwrap()] }
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl TestApi {
    pub async fn start() -> Self {
        Self::start_with(|options| options).await
    }

    /// With a vendor that is changed by `change`.
    pub async fn start_with(change: impl FnOnce(MemoryOptions) -> MemoryOptions) -> Self {
        let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
        Self::start_before(MemoryProvider::new(change(options))).await
    }

    /// With so much patience for clients.
    pub async fn start_patiently(patience: Duration) -> Self {
        let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
        Self::start_at(MemoryProvider::new(options), Place { patience, ..Place::default() }).await
    }

    /// Before a vendor there is.
    pub async fn start_before(provider: MemoryProvider) -> Self {
        Self::start_at(provider, Place::default()).await
    }

    /// Before a vendor there is, which is reached and keeps its recordings at `place`.
    pub async fn start_at(provider: MemoryProvider, place: Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("outdial.db").display());
        let store = Arc::new(SqliteStore::open(&url).await.unwrap());
        let clock = place.clock;
        let vendor = provider.vendor();
        let account = Account::new(
            ACCOUNT.parse().unwrap(),
            "memory".parse().unwrap(),
            place.base_url,
            Ingress::new("http://127.0.0.1/ingress/main", Secret::from(INGRESS_SECRET.to_owned())),
            AccountPolicy {
                window: None,
                settle: None,
                poll_interval: Duration::from_millis(50),
                fuse: Duration::from_secs(1),
                staging: outdial_model::Staged::On,
                rate: 1000,
                lines: None,
                dials_per_day: None,
                recording_hosts: place.recording_hosts,
                clients: place.clients,
            },
            Arc::new(provider.clone()),
        );
        let account = if place.is_vendors_own { account.at_the_vendors_own() } else { account };
        let parts = EngineParts {
            store,
            clock,
            factories: registry::FACTORIES,
            accounts: vec![account],
            routes: place.routes,
            outward: Outward::new(on_this_machine()),
            recordings: Recordings::resolving_by(place.policy, place.limits, place.resolver),
            issuers: place.issuers,
            retention: Retention::default(),
            policy: Default::default(),
        };
        let engine = Engine::new(parts).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(engine.clone().work(stop.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let settings = ApiSettings {
            workers: 1,
            patience: place.patience,
            quotas: place.quotas,
            requests_at_once: place.requests_at_once,
            ..ApiSettings::default()
        };
        let (closing, draining) = (settings.closing.clone(), settings.draining.clone());
        tokio::spawn(serve(listener, engine.clone(), &settings).unwrap());
        let mut api = Self {
            url,
            vendor,
            provider,
            closing,
            draining,
            engine,
            key: String::new(),
            client: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            _worker: stop.drop_guard(),
            _folder: folder,
        };
        api.key = api.key_of("acme").await;
        api
    }

    /// A key of a tenant that is good for everything.
    pub async fn key_of(&self, tenant: &str) -> String {
        self.key_with(tenant, everything()).await
    }

    /// A key of a tenant on terms.
    pub async fn key_with(&self, tenant: &str, terms: KeyTerms) -> String {
        let tenant: TenantId = tenant.parse().unwrap();
        let key = self.engine.issue_key(&tenant, "test", terms, None).await.unwrap();
        key.token.expose_secret().to_owned()
    }

    /// From now on the operator allows this, whatever is asked for.
    pub fn rule(&self, everybody: outdial_model::Rules) {
        self.engine.replace_policy(outdial_model::Policy { everybody, ..Default::default() });
    }

    /// A request with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(&self.key)
    }

    /// A request without a key.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PATCH, path).json(body)).await
    }

    /// A body of another type than JSON.
    pub async fn upload(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        send(self.request(Method::POST, path).header("content-type", kind).body(body)).await
    }

    /// Creates a draft with so many contacts; its id.
    pub async fn create_task(&self, contacts: usize) -> String {
        let created = self.post("/v1/tasks", &task_with(contacts)).await;
        assert_eq!(created.status, 202, "{}", created.body);
        created.text("/id").to_owned()
    }

    /// Reads until the answer is as wanted.
    pub async fn wait_for(&self, path: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..600 {
            let answer = self.get(path).await;
            if is_wanted(&answer.body) {
                return answer.body;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{path} did not become what was waited for: {}", self.get(path).await.body);
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    pub fn text(&self, pointer: &str) -> &str {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} in {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }

    /// Asserts that it is a whole problem document with this status and code; gives it back.
    pub fn problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], format!("/problems/{code}"));
        assert_eq!(self.body["request_id"], self.header("x-request-id"));
        for member in ["title", "detail", "instance"] {
            assert_ne!(self.text(&format!("/{member}")), "", "{member}");
        }
        self
    }

    /// The pointers (or parameters) and codes of `errors`.
    pub fn errors(&self) -> Vec<(&str, &str)> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let place = |error: &'_ Value| error.get("pointer").is_some();
        errors
            .iter()
            .map(|error| {
                let key = if place(error) { "pointer" } else { "parameter" };
                (error[key].as_str().unwrap(), error["code"].as_str().unwrap())
            })
            .collect()
    }
}

/// Good for everything, for ever.
pub fn everything() -> KeyTerms {
    good_for(Scope::ALL)
}

/// Good for these.
pub fn good_for(scopes: &[Scope]) -> KeyTerms {
    let scopes: Scopes = scopes.iter().copied().collect();
    KeyTerms { scopes, ..KeyTerms::default() }
}

/// A task that can be dialed.
pub fn task() -> Value {
    json!({"name": "March reminders", "account": ACCOUNT, "script": {"template_id": "script-1"}})
}

pub fn task_with(contacts: usize) -> Value {
    let mut task = task();
    task["contacts"] = people(0..contacts).into();
    task
}

/// People with numbers of their own.
pub fn people(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(|n| json!({"external_id": format!("c-{n}"), "phone": format!("+86138{n:08}")})).collect()
}
