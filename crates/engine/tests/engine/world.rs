//! Engines with one account at a vendor in memory, stepped by hand.

use crate::door::{Door, Frozen, Meanwhile};
use outdial_engine::outward::{self, Limits, Outward};
use outdial_engine::{
    Account, AccountPolicy, Clients, ContactDraft, ContactResult, CreateTask, Engine, EngineParts, Ingress,
    Lines, Recordings, Retention, TaskVerb,
};
use outdial_engine::{ContactFilter, Page};
use outdial_model::{
    Clock, Contact, ContactStatus, ManualClock, Policy, Schedule, Secret, StartMode, Task, TaskId, TaskSpec,
    TenantId, Timestamp,
};
use outdial_provider::{MemoryOptions, MemoryProvider, MemoryVendor, Staging};
use outdial_store::sqlite::SqliteStore;
use outdial_store::{Inbox, Store};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Notify;

/// What the vendor in memory knows to push with.
pub const SECRET: &str = "hush-hush";
/// How long people are known once their task has ended.
pub const KNOWN: Duration = Duration::from_secs(90 * 24 * 60 * 60);

const SECOND: Duration = Duration::from_secs(1);

/// One process of the gateway.
pub struct Replica {
    pub engine: Engine,
    pub door: Arc<Door>,
}

pub struct World {
    /// The first replica's, and the one clients ask.
    pub engine: Engine,
    pub replicas: Vec<Replica>,
    pub vendor: MemoryVendor,
    pub clock: Arc<ManualClock>,
    pub store: Arc<SqliteStore>,
    options: MemoryOptions,
    provider: Arc<MemoryProvider>,
    window: Option<u32>,
    outward: Outward,
    crash: Arc<Notify>,
    has_crashed: AtomicBool,
    folder: TempDir,
}

impl World {
    pub async fn new(staging: Staging) -> Self {
        Self::of(|clock| MemoryOptions::staged(staging, clock), None).await
    }

    /// Where messages leave by `outward`.
    pub async fn sending_by(outward: Outward) -> Self {
        Self::with(|clock| MemoryOptions::staged(Staging::EmptyThenStart, clock), None, outward).await
    }

    pub async fn of(options: impl FnOnce(Arc<dyn Clock>) -> MemoryOptions, window: Option<u32>) -> Self {
        let allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        Self::with(options, window, Outward::new(outward::Policy { allow_http: true, allowed_networks }))
            .await
    }

    async fn with(
        options: impl FnOnce(Arc<dyn Clock>) -> MemoryOptions,
        window: Option<u32>,
        outward: Outward,
    ) -> Self {
        let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let options = options(clock.clone());
        let provider = Arc::new(MemoryProvider::new(options.clone()));
        let folder = folder();
        let store = Arc::new(SqliteStore::open(&url_in(&folder)).await.unwrap());
        let first = replica(&store, &clock, &provider, window, &outward).await;
        let engine = first.engine.clone();
        let (vendor, replicas) = (provider.vendor(), vec![first]);
        let (crash, has_crashed) = (Arc::default(), AtomicBool::default());
        Self {
            engine,
            replicas,
            vendor,
            clock,
            store,
            options,
            provider,
            window,
            outward,
            crash,
            has_crashed,
            folder,
        }
    }

    /// Where its database is.
    pub fn url(&self) -> String {
        url_in(&self.folder)
    }

    /// Another process on the same database.
    pub async fn join(&mut self) {
        self.replicas
            .push(replica(&self.store, &self.clock, &self.provider, self.window, &self.outward).await);
    }

    /// Forgets the engine in the middle of whatever it did and starts another on the same database.
    pub async fn restart(&mut self) {
        self.store.release_abandoned_leases().await.unwrap();
        let policy = self.engine.policy();
        self.replicas[0] =
            replica(&self.store, &self.clock, &self.provider, self.window, &self.outward).await;
        self.engine = self.replicas[0].engine.clone();
        self.engine.replace_policy(Policy::clone(&policy));
    }

    /// From now on the operator allows this, in every process.
    pub fn govern(&self, policy: &Policy) {
        self.replicas.iter().for_each(|replica| replica.engine.replace_policy(policy.clone()));
    }

    pub fn settle(&self) -> Duration {
        self.options.capabilities.settle
    }

    /// Lets time pass, from one instant at which something is due to the next.
    pub async fn pass(&self, time: Duration) {
        let end = self.clock.now() + time;
        loop {
            self.work().await;
            let now = self.clock.now();
            if now >= end {
                return;
            }
            let (task, push) = (self.store.next_due().await, self.store.next_push_due().await);
            let due = task.unwrap().into_iter().chain(push.unwrap()).fold(end, Timestamp::min);
            let step = Duration::try_from(due.duration_since(now)).unwrap_or_default();
            self.clock.advance(step.max(Duration::from_millis(1)));
        }
    }

    /// Works on whatever is due now.
    pub async fn work(&self) {
        tokio::select! {
            () = work(self.replicas.iter().map(|replica| &replica.engine)) => {}
            () = self.crash.notified() => self.has_crashed.store(true, Ordering::SeqCst),
        }
    }

    /// From now on there is another account, `memory-2`, at another vendor.
    pub fn second_account(&mut self, staging: Staging) -> MemoryVendor {
        self.second_account_beside(staging, |_| {})
    }

    /// The same beside a first one with other numbers.
    pub fn second_account_beside(
        &mut self,
        staging: Staging,
        first_has: impl FnOnce(&mut AccountPolicy),
    ) -> MemoryVendor {
        let provider = Arc::new(MemoryProvider::new(MemoryOptions::staged(staging, self.clock.clone())));
        let mut first = account("memory-1", &self.replicas[0].door, self.window, Clients::default());
        first_has(&mut first.policy);
        let second = account("memory-2", &Door::to(&provider), self.window, Clients::default());
        self.engine.replace_accounts([Arc::new(first), Arc::new(second)]);
        provider.vendor()
    }

    /// From now on the account is there for these.
    pub fn reserve(&self, clients: Clients) {
        let Replica { engine, door } = &self.replicas[0];
        engine.replace_accounts([Arc::new(account("memory-1", door, self.window, clients))]);
    }

    /// From now on the account has so many lines.
    pub fn has_lines(&self, lines: Lines) {
        let Replica { engine, door } = &self.replicas[0];
        let mut account = account("memory-1", door, self.window, Clients::default());
        account.policy.lines = Some(lines);
        engine.replace_accounts([Arc::new(account)]);
    }

    /// The first process dies in its next request that hands people over, where `frozen` says.
    pub fn crash(&self, frozen: Frozen) {
        let crash = Arc::clone(&self.crash);
        let dying: Meanwhile = Box::pin(async move {
            crash.notify_one();
            std::future::pending().await
        });
        self.replicas[0].door.freeze(frozen, dying);
    }

    /// Whether it died since it was asked last.
    pub fn has_crashed(&self) -> bool {
        self.has_crashed.swap(false, Ordering::SeqCst)
    }

    pub async fn create(&self, people: usize) -> Task {
        self.create_with(people, |_| {}).await
    }

    pub async fn create_with(&self, people: usize, change: impl FnOnce(&mut TaskSpec)) -> Task {
        let mut spec = spec();
        change(&mut spec);
        self.create_at("memory-1", people, spec).await
    }

    /// With an account, or a route that chooses one.
    pub async fn create_by(&self, account: &str, people: usize) -> Task {
        self.create_at(account, people, spec()).await
    }

    async fn create_at(&self, account: &str, people: usize, spec: TaskSpec) -> Task {
        let contacts = (0..people).map(draft).collect();
        let request =
            CreateTask { external_id: None, account: account.parse().unwrap(), spec, contacts, client: None };
        self.engine.create_task(&tenant(), request, None).await.unwrap()
    }

    pub async fn add(&self, task: &TaskId, numbers: std::ops::Range<usize>) -> Vec<ContactResult> {
        let drafts: Vec<_> = numbers.map(draft).collect();
        self.engine.add_contacts(&tenant(), task, &drafts, None).await.unwrap()
    }

    pub async fn steer(&self, task: &TaskId, verb: TaskVerb) -> Task {
        self.engine.steer(&tenant(), task, verb, None).await.unwrap()
    }

    pub async fn task(&self, task: &TaskId) -> Task {
        self.engine.task(&tenant(), task).await.unwrap()
    }

    pub async fn contacts(&self, task: &TaskId) -> Vec<Contact> {
        let page = Page { after: None, limit: 1_000 };
        self.engine.contacts(&tenant(), task, &ContactFilter::default(), &page).await.unwrap()
    }

    pub async fn in_status(&self, task: &TaskId, status: ContactStatus) -> u64 {
        self.task(task).await.counts.of(status)
    }

    /// Everybody who was rung, once for each ring.
    pub fn rung(&self) -> Vec<String> {
        self.vendor.rings().iter().map(|ring| ring.phone.e164().to_owned()).collect()
    }

    pub fn nobody_was_rung_twice(&self) {
        let (mut all, rung) = (self.rung(), self.rung().len());
        all.sort();
        all.dedup();
        assert_eq!(all.len(), rung, "somebody was rung twice");
    }
}

/// Works on whatever is due, one engine after the other.
pub async fn work(engines: impl Iterator<Item = &Engine> + Clone) {
    loop {
        let mut done = 0;
        for engine in engines.clone() {
            done += engine.use_pushes().await.unwrap() + engine.work_due().await.unwrap();
        }
        if done == 0 {
            return;
        }
    }
}

/// Where databases are kept; on a disk in memory the tests are several times faster.
fn folder() -> TempDir {
    let place = std::env::var_os("OUTDIAL_TEST_FOLDER").map_or_else(std::env::temp_dir, Into::into);
    TempDir::new_in(place).unwrap()
}

fn url_in(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("outdial.db").display())
}

async fn replica(
    store: &Arc<SqliteStore>,
    clock: &Arc<ManualClock>,
    provider: &Arc<MemoryProvider>,
    window: Option<u32>,
    outward: &Outward,
) -> Replica {
    let door = Door::to(provider);
    // Two accounts of one vendor's.
    let [first, second] =
        ["memory-1", "memory-2"].map(|name| account(name, &door, window, Clients::default()));
    let (store, clock) = (store.clone(), clock.clone());
    let (accounts, outward) = (vec![first, second], outward.clone());
    let limits = Limits { deadline: SECOND, patience: SECOND, bytes: 1000 };
    let recordings = Recordings::new(outward::Policy::default(), limits);
    let policy = Policy::default();
    let (issuers, routes) = (Vec::new(), Vec::new());
    let retention = Retention { usual: Some(KNOWN), tenants: BTreeMap::new() };
    let parts = EngineParts {
        store,
        clock,
        factories: &[],
        accounts,
        routes,
        outward,
        recordings,
        issuers,
        retention,
        policy,
    };
    Replica { engine: Engine::new(parts).await.unwrap(), door }
}

fn account(name: &str, door: &Arc<Door>, window: Option<u32>, clients: Clients) -> Account {
    let policy = AccountPolicy {
        window,
        settle: None,
        poll_interval: Duration::from_secs(5),
        fuse: Duration::from_secs(10),
        staging: outdial_model::Staged::On,
        rate: 100,
        lines: None,
        dials_per_day: None,
        recording_hosts: Vec::new(),
        clients,
    };
    let (id, kind) = (name.parse().unwrap(), "memory".parse().unwrap());
    let ingress = Ingress::new("http://127.0.0.1/ingress/memory-1", Secret::from(SECRET.to_owned()));
    Account::new(id, kind, "memory:".into(), ingress, policy, door.clone())
}

pub fn tenant() -> TenantId {
    "acme".parse().unwrap()
}

pub fn draft(number: usize) -> ContactDraft {
    draft_of(number, number)
}

/// A person with a number that others may have too.
pub fn draft_of(person: usize, number: usize) -> ContactDraft {
    ContactDraft {
        external_id: Some(format!("c-{person}")),
        phone: format!("+861380000{number:04}"),
        ..ContactDraft::default()
    }
}

fn spec() -> TaskSpec {
    TaskSpec {
        schedule: Schedule { start: StartMode::Immediate, ..Schedule::default() },
        ..TaskSpec::new("Reminders", "script-1")
    }
}
