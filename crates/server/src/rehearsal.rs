//! A configuration for practice: one account at each simulated vendor, nothing to set up.
//!
//! Every vendor says itself what an account at the simulator looks like, so this knows none of them.

use crate::{Config, ConfigProblems};
use outdial_provider::Factory;
use outdial_providers::registry;
use serde_json::{Value as Json, json};
use std::net::SocketAddr;
use toml::{Table, Value};

/// What to rehearse with.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Where the simulated vendors listen.
    pub simulator_url: String,
    /// Where the gateway is to listen.
    pub listen: SocketAddr,
    /// Where it keeps everything.
    pub store_url: String,
    /// Keys of every account that are to be different.
    pub account_keys: Table,
    /// Tables of keys of single accounts that are to be different, by the vendor's kind.
    pub vendor_keys: Table,
    /// Vendors with a second account, and with a route to both of which the first has nearly everything.
    pub doubled: Vec<String>,
    /// Keys of how recordings are fetched that are to be different.
    pub recordings: Table,
    /// The keys what is personal is encrypted with; nothing is when it is empty.
    pub encryption: Table,
}

impl Rehearsal {
    /// The configuration: an account named as by [`Self::account`] for every vendor.
    pub fn config(&self) -> Result<Config, ConfigProblems> {
        Config::from_toml(&self.toml())
    }

    /// The configuration as the text of a file.
    pub fn toml(&self) -> String {
        let mut accounts: Table = registry::FACTORIES
            .iter()
            .map(|factory| {
                let mut account = self.usual_account(factory);
                account.extend(
                    self.vendor_keys.get(factory.kind).and_then(Value::as_table).cloned().unwrap_or_default(),
                );
                (Self::account(factory), Value::Table(account))
            })
            .collect();
        let doubled =
            registry::FACTORIES.iter().filter(|one| self.doubled.iter().any(|kind| kind == one.kind));
        let mut routes = Table::new();
        for factory in doubled {
            accounts.insert(Self::second_account(factory), Value::Table(self.usual_account(factory)));
            routes.insert(Self::route(factory), Value::Table(to_both(factory)));
        }
        // Nobody has to look elsewhere first.
        let server = Table::from_iter([
            ("listen".to_owned(), self.listen.to_string().into()),
            ("drain_seconds".to_owned(), 0.into()),
        ]);
        let store = Table::from_iter([("url".to_owned(), self.store_url.clone().into())]);
        let whole = Table::from_iter([
            ("server".to_owned(), Value::Table(server)),
            ("store".to_owned(), Value::Table(store)),
            ("encryption".to_owned(), Value::Table(self.encryption.clone())),
            ("webhooks".to_owned(), Value::Table(receivers_here())),
            ("recordings".to_owned(), Value::Table(self.recordings.clone())),
            ("accounts".to_owned(), Value::Table(accounts)),
            ("routes".to_owned(), Value::Table(routes)),
        ]);
        whole.to_string()
    }

    /// An account at a vendor, whatever is particular about the first one.
    fn usual_account(&self, factory: &Factory) -> Table {
        let own = Value::try_from((factory.simulated)()).ok();
        let mut account = own.and_then(|own| own.as_table().cloned()).unwrap_or_default();
        account.insert("provider".into(), factory.kind.into());
        account.insert("base_url".into(), self.simulator_url.clone().into());
        account.insert("simulated".into(), true.into());
        account.extend(brisk());
        account.extend(self.account_keys.clone());
        account
    }

    /// The name of the second account at a vendor that has two.
    pub fn second_account(factory: &Factory) -> String {
        format!("{}-second", factory.kind)
    }

    /// The name of the route to both.
    pub fn route(factory: &Factory) -> String {
        format!("{}-both", factory.kind)
    }

    /// The name of the account at a vendor.
    pub fn account(factory: &Factory) -> String {
        format!("{}-demo", factory.kind)
    }

    /// The vendor's own example of a task, made one of ours: at the rehearsal's account, started by
    /// hand, at any hour, one attempt each, nobody in it yet.
    pub fn task(factory: &Factory) -> Json {
        let mut task = (factory.example_task)();
        task["account"] = Self::account(factory).into();
        task["schedule"] = json!({"start": "manual"});
        task["retry"] = json!({"max_attempts": 1});
        task["contacts"] = json!([]);
        task
    }

    /// A number as the vendor's example has it, its last six digits replaced: by `row` (below
    /// 10,000), and by the two digits that decide how the simulated call ends.
    pub fn number(factory: &Factory, row: usize, ending: &str) -> String {
        let example = (factory.example_task)();
        let phone = example["contacts"][0]["phone"].as_str().unwrap_or("+8613800000000");
        let stem: String = phone.chars().take(phone.len().saturating_sub(6)).collect();
        format!("{stem}{row:04}{ending}")
    }
}

/// Nearly everything to the first account, and all that is left to the second as soon as the first is of no use.
fn to_both(factory: &Factory) -> Table {
    let share = |name: String, share: i64| {
        Value::Table(Table::from_iter([("name".to_owned(), name.into()), ("share".to_owned(), share.into())]))
    };
    let first = share(Rehearsal::account(factory), 1_000_000);
    let accounts = Value::Array(vec![first, share(Rehearsal::second_account(factory), 1)]);
    let rule = Value::Table(Table::from_iter([("accounts".to_owned(), accounts)]));
    Table::from_iter([
        ("failover_seconds".to_owned(), 2.into()),
        ("rules".to_owned(), Value::Array(vec![rule])),
    ])
}

/// Whoever rehearses receives events on this machine.
fn receivers_here() -> Table {
    let networks = ["127.0.0.0/8", "::1/128"].map(Value::from);
    Table::from_iter([
        ("allow_http".to_owned(), true.into()),
        ("allowed_networks".to_owned(), Value::Array(networks.to_vec())),
    ])
}

/// Simulated calls are over in a moment, so nothing waits as long as for real ones.
fn brisk() -> Table {
    Table::from_iter(
        [("poll_interval_seconds", 1), ("fuse_seconds", 2), ("rate", 100)]
            .map(|(key, value)| (key.to_owned(), value.into())),
    )
}
