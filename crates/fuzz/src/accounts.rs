//! Accounts of every vendor of the registry.

use crate::proof::{self, Headers, Way};
use outdial_model::{ManualClock, Timestamp};
use outdial_provider::{
    AccountSettings, Callbacks, Deps, Factory, Inbound, Provider, RateLimits, ReceiveError, Table, Transport,
    TransportSettings,
};
use outdial_providers::registry::FACTORIES;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// An account, and how its vendor proves a push to it.
pub struct Account {
    /// What receives its pushes.
    pub provider: Arc<dyn Provider>,
    settings: Table,
    way: Way,
}

/// Every vendor with the settings it must have and with those it has at the simulator, in each of its ways of
/// proving pushes.
static ACCOUNTS: LazyLock<Vec<Account>> = LazyLock::new(|| {
    let accounts = FACTORIES.iter().flat_map(|factory| {
        settings(factory).into_iter().flat_map(move |settings| {
            proof::ways(factory.kind).into_iter().map(move |way| Account::new(factory, settings.clone(), way))
        })
    });
    accounts.collect()
});

/// One of the accounts.
pub fn any(choice: u8) -> &'static Account {
    &ACCOUNTS[usize::from(choice) % ACCOUNTS.len()]
}

/// One of the accounts whose pushes are proven.
pub fn proven(choice: u8) -> &'static Account {
    let proven: Vec<_> = ACCOUNTS.iter().filter(|account| account.demands_proof()).collect();
    proven[usize::from(choice) % proven.len()]
}

/// When every push arrives.
pub fn now() -> Timestamp {
    Timestamp::constant(1_700_000_000, 0)
}

fn settings(factory: &Factory) -> [Table; 2] {
    let simulated = (factory.simulated)();
    let simulated = simulated.as_object().expect("settings are a table").clone();
    let mut minimal = simulated.clone();
    minimal.retain(|name, _| factory.setting_keys.iter().any(|key| key.required && key.name == name));
    [minimal, simulated]
}

impl Account {
    fn new(factory: &Factory, mut settings: Table, way: Way) -> Self {
        settings.extend(way.settings.clone());
        let table = settings.clone();
        let provider = (factory.build)(AccountSettings { base_url: None, table }, deps());
        let account = Self { provider: provider.expect("settings that can be used"), settings, way };
        account.try_proof();
        account
    }

    /// Fails when a vendor wants a proof that `proof` does not know: behind its door nothing would be tried.
    fn try_proof(&self) {
        let headers = self.proof(b"{}", now());
        for known in self.provider.push_kinds() {
            let push =
                Inbound { kind: known.kind, query: "", headers: &headers, body: b"{}", received_at: now() };
            let received = self.provider.receive(&push);
            assert!(is_admitted(&received), "`{}` is not proven by {headers:?}: {received:?}", known.kind);
            assert!(self.is_right(&push) == self.demands_proof());
        }
    }

    /// What a good push of `body` carries.
    pub fn proof(&self, body: &[u8], sent_at: Timestamp) -> Headers {
        (self.way.headers)(&self.settings, body, sent_at)
    }

    /// Whether the push proves that it is the vendor's, by our own judgement.
    pub fn is_right(&self, push: &Inbound<'_>) -> bool {
        (self.way.is_right)(&self.settings, push)
    }

    /// Whether a push without a proof is refused.
    pub fn demands_proof(&self) -> bool {
        self.way.demands_proof
    }
}

/// Whether a push was let in, readable or not.
pub fn is_admitted<T>(received: &Result<T, ReceiveError>) -> bool {
    use ReceiveError::{BadProof, MissingProof, Stale};
    !matches!(received, Err(BadProof | MissingProof | Stale))
}

fn deps() -> Deps {
    let transport = TransportSettings { timeout: Duration::from_secs(1), rate: RateLimits::per_action(1) };
    Deps {
        account: "fuzzed".parse().expect("a name"),
        transport: Transport::new(transport).expect("a transport"),
        clock: Arc::new(ManualClock::at(now())),
        callbacks: Callbacks::new("http://127.0.0.1:9/ingress/fuzzed/secret"),
    }
}
