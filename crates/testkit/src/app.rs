//! The gateway and the simulator, together.

use crate::{Api, Vendors};
use outdial_model::Secret;
use outdial_server::{Config, Factory, Gateway, Rehearsal, registry};
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use tempfile::TempDir;

const SCOPES: [&str; 6] =
    ["tasks:read", "tasks:write", "tasks:control", "contacts:read", "contacts:write", "calls:read"];

/// What is to be different from the usual.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Simulated seconds per real second.
    pub speed: f64,
    /// Keys of every account.
    pub account_keys: toml::Table,
    /// Tables of keys of single accounts, by the vendor's kind.
    pub vendor_keys: toml::Table,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            speed: 200.0,
            account_keys: toml::Table::from_iter([
                ("settle_seconds".to_owned(), 1.into()),
                ("timeout_seconds".to_owned(), 3.into()),
            ]),
            vendor_keys: toml::Table::new(),
        }
    }
}

/// A gateway with an account at every simulated vendor. Says what [`Api`] says.
#[derive(Debug)]
pub struct TestApp {
    api: Api,
    gateway: Option<Gateway>,
    simulator: Simulator,
    rehearsal: Rehearsal,
    key: Secret,
    _folder: TempDir,
}

impl Deref for TestApp {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl TestApp {
    /// Starts both, as usual.
    pub async fn start_up() -> Self {
        Self::with(Setup::default()).await
    }

    /// Starts both.
    pub async fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let simulator = Simulator::start(Options { speed: setup.speed, ..Options::default() })
            .await
            .expect("the simulator starts");
        let rehearsal = Rehearsal {
            simulator_url: simulator.url(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            store_url: format!("sqlite://{}", folder.path().join("outdial.db").display()),
            account_keys: setup.account_keys,
            vendor_keys: setup.vendor_keys,
        };
        let gateway = started(&rehearsal).await;
        let tenant = "test".parse().expect("a usable tenant");
        let key = gateway.issue_key(&tenant, "test", &SCOPES).await.expect("a key can be made").token;
        Self {
            api: Api::new(gateway.url(), key.clone()),
            gateway: Some(gateway),
            simulator,
            rehearsal,
            key,
            _folder: folder,
        }
    }

    /// Stops the gateway in order and starts another on the same database; the vendors go on.
    pub async fn restart(&mut self) {
        self.stop_gateway().await;
        self.start_gateway().await;
    }

    /// Stops the gateway in order; the vendors go on.
    pub async fn stop_gateway(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await;
        }
    }

    /// Starts a gateway on the database of the one that was stopped.
    pub async fn start_gateway(&mut self) {
        let gateway = started(&self.rehearsal).await;
        self.api = Api::new(gateway.url(), self.key.clone());
        self.gateway = Some(gateway);
    }

    /// Ends everything in order.
    pub async fn shut_down(mut self) {
        self.stop_gateway().await;
        self.simulator.stop().await;
    }

    /// The simulated vendors.
    pub fn vendors(&self) -> Vendors {
        Vendors::new(self.simulator.url())
    }

    /// Another client, of another tenant.
    pub async fn client_of(&self, tenant: &str) -> Api {
        let gateway = self.gateway.as_ref().expect("the gateway runs");
        let tenant = tenant.parse().expect("a usable tenant");
        let key = gateway.issue_key(&tenant, "test", &SCOPES).await.expect("a key can be made");
        Api::new(gateway.url(), key.token)
    }

    /// A task at the vendor `kind` that starts by hand and tries once, with one contact for each
    /// ending (see [`contact`](Self::contact)).
    pub fn task(&self, kind: &str, endings: &[&str]) -> Value {
        let contacts: Vec<_> =
            endings.iter().enumerate().map(|(row, ending)| self.contact(kind, row, ending)).collect();
        let mut task = Rehearsal::task(factory(kind));
        task["contacts"] = json!(contacts);
        task
    }

    /// A contact of the vendor's country; `row` (below 10,000) tells it from others, the two digits
    /// of `ending` decide how its call ends.
    pub fn contact(&self, kind: &str, row: usize, ending: &str) -> Value {
        json!({"external_id": format!("c-{row}"), "phone": Rehearsal::number(factory(kind), row, ending)})
    }
}

fn factory(kind: &str) -> &'static Factory {
    registry::find(kind).unwrap_or_else(|| panic!("there is no provider {kind}"))
}

async fn started(rehearsal: &Rehearsal) -> Gateway {
    let config: Config = rehearsal.config().expect("the rehearsal's configuration is one");
    Gateway::start(config).await.expect("the gateway starts")
}
