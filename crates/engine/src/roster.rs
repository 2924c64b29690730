//! Which accounts and routes are configured: read by everything, replaced as a whole while everything goes on.

use crate::{Account, Route};
use arc_swap::ArcSwap;
use outdial_model::AccountId;
use std::collections::BTreeMap;
use std::sync::Arc;

type ByName = BTreeMap<AccountId, Arc<Account>>;

/// The configured accounts. Whoever has one of them keeps it until done with it, whatever is configured meanwhile.
#[derive(Debug)]
pub(crate) struct Roster {
    accounts: ArcSwap<ByName>,
    routes: ArcSwap<Vec<Route>>,
}

impl Roster {
    pub(crate) fn of(accounts: impl IntoIterator<Item = Arc<Account>>, routes: Vec<Route>) -> Self {
        Self {
            accounts: ArcSwap::from_pointee(by_name(accounts)),
            routes: ArcSwap::from_pointee(in_order(routes)),
        }
    }

    /// Those that are configured at this moment, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = Arc<Account>> + use<> {
        self.accounts.load().values().cloned().collect::<Vec<_>>().into_iter()
    }

    pub(crate) fn get(&self, id: &AccountId) -> Option<Arc<Account>> {
        self.accounts.load().get(id).cloned()
    }

    pub(crate) fn replace(&self, accounts: impl IntoIterator<Item = Arc<Account>>) {
        self.accounts.store(Arc::new(by_name(accounts)));
    }

    /// The routes that are configured at this moment, by name.
    pub(crate) fn routes(&self) -> Arc<Vec<Route>> {
        self.routes.load_full()
    }

    pub(crate) fn replace_routes(&self, routes: Vec<Route>) {
        self.routes.store(Arc::new(in_order(routes)));
    }
}

fn in_order(mut routes: Vec<Route>) -> Vec<Route> {
    routes.sort_by(|a, b| a.id.cmp(&b.id));
    routes
}

fn by_name(accounts: impl IntoIterator<Item = Arc<Account>>) -> ByName {
    accounts.into_iter().map(|account| (account.id.clone(), account)).collect()
}
