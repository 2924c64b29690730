//! What gateways stand on: simulated vendors, a database, and a configuration that joins them.

use crate::{Place, StoreKind, Vendors};
use outdial_model::{Scope, Scopes};
use outdial_server::{Factory, Rehearsal, registry};
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Good for everything.
pub(crate) fn all_scopes() -> Scopes {
    Scope::ALL.iter().copied().collect()
}

/// What is to be different from the usual.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where everything is kept.
    pub store: StoreKind,
    /// A database to keep it in, instead of a fresh one.
    pub database: Option<String>,
    /// Simulated seconds per real second.
    pub speed: f64,
    /// Keys of every account.
    pub account_keys: toml::Table,
    /// Tables of keys of single accounts, by the vendor's kind.
    pub vendor_keys: toml::Table,
    /// Keys of how recordings are fetched.
    pub recordings: toml::Table,
    /// The keys what is personal is encrypted with; none by default.
    pub encryption: toml::Table,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            store: StoreKind::default(),
            database: None,
            speed: 200.0,
            account_keys: toml::Table::from_iter([
                ("settle_seconds".to_owned(), 1.into()),
                ("timeout_seconds".to_owned(), 3.into()),
            ]),
            vendor_keys: toml::Table::new(),
            recordings: toml::Table::new(),
            encryption: toml::Table::new(),
        }
    }
}

impl Setup {
    /// The usual, kept in `store`.
    pub fn on(store: StoreKind) -> Self {
        Self { store, ..Self::default() }
    }

    /// Kept in the database at `url`.
    pub fn in_database(self, url: String) -> Self {
        Self { database: Some(url), ..self }
    }

    /// Another pace of simulated time.
    pub fn at_speed(self, speed: f64) -> Self {
        Self { speed, ..self }
    }

    /// Another value for a key of every account.
    pub fn account_key(mut self, key: &str, value: impl Into<toml::Value>) -> Self {
        self.account_keys.insert(key.to_owned(), value.into());
        self
    }

    /// With everything personal encrypted.
    pub fn encrypted(mut self) -> Self {
        let key = toml::Table::from_iter([("key".to_owned(), "Q".repeat(43).into())]);
        let keys = toml::Table::from_iter([("usual".to_owned(), key.into())]);
        self.encryption =
            toml::Table::from_iter([("active".to_owned(), "usual".into()), ("keys".to_owned(), keys.into())]);
        self
    }

    /// Another value for a key of how recordings are fetched.
    pub fn recordings_key(mut self, key: &str, value: impl Into<toml::Value>) -> Self {
        self.recordings.insert(key.to_owned(), value.into());
        self
    }
}

/// Simulated vendors and a database, and nobody who uses them yet.
#[derive(Debug)]
pub struct Site {
    simulator: Simulator,
    place: Place,
    pub(crate) rehearsal: Rehearsal,
}

impl Site {
    /// Sets it up. The address gateways listen on is free now, and the same for whoever follows another.
    pub async fn set(setup: Setup) -> Self {
        let simulator = Simulator::start(Options { speed: setup.speed, ..Options::default() })
            .await
            .expect("the simulator starts");
        let place = Place::of(setup.store, setup.database).await;
        let rehearsal = Rehearsal {
            simulator_url: simulator.url(),
            listen: free_address(),
            store_url: place.url().to_owned(),
            account_keys: setup.account_keys,
            vendor_keys: setup.vendor_keys,
            doubled: Vec::new(),
            recordings: setup.recordings,
            encryption: setup.encryption,
        };
        Self { simulator, place, rehearsal }
    }

    /// The database.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The simulated vendors.
    pub fn vendors(&self) -> Vendors {
        Vendors::new(self.simulator.url())
    }

    /// Where the simulated vendors listen; the far end of a [`Wire`](crate::Wire).
    pub fn vendors_url(&self) -> String {
        self.simulator.url()
    }

    /// The same site, where gateways reach the vendors at `vendors_url`.
    pub fn reaching_vendors_at(mut self, vendors_url: &str) -> Self {
        vendors_url.clone_into(&mut self.rehearsal.simulator_url);
        self
    }

    /// The same site with a second account at the vendor `kind`, and a route to both; the first reaches its vendor at
    /// `vendors_url`.
    pub fn with_a_second_account(mut self, kind: &str, vendors_url: &str) -> Self {
        let keys = self.rehearsal.vendor_keys.entry(kind.to_owned()).or_insert(toml::Table::new().into());
        if let Some(keys) = keys.as_table_mut() {
            keys.insert("base_url".to_owned(), vendors_url.into());
        }
        self.rehearsal.doubled.push(kind.to_owned());
        self
    }

    /// The same site, where gateways reach the vendors at `vendors_url` and listen somewhere else.
    pub fn configuration(&self, vendors_url: &str) -> Rehearsal {
        let simulator_url = vendors_url.to_owned();
        Rehearsal { simulator_url, listen: free_address(), ..self.rehearsal.clone() }
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

    /// Ends the vendors.
    pub async fn clear(self) {
        self.simulator.stop().await;
    }
}

fn factory(kind: &str) -> &'static Factory {
    registry::find(kind).unwrap_or_else(|| panic!("there is no provider {kind}"))
}

/// An address nobody listens on, which the system will not give to anybody else soon.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("a listener has an address")
}
