//! Which accounts are configured: read by everything, replaced as a whole while everything goes on.

use crate::Account;
use arc_swap::ArcSwap;
use outdial_model::AccountId;
use std::collections::BTreeMap;
use std::sync::Arc;

type ByName = BTreeMap<AccountId, Arc<Account>>;

/// The configured accounts. Whoever has one of them keeps it until done with it, whatever is configured meanwhile.
#[derive(Debug)]
pub(crate) struct Roster(ArcSwap<ByName>);

impl Roster {
    pub(crate) fn of(accounts: impl IntoIterator<Item = Arc<Account>>) -> Self {
        Self(ArcSwap::from_pointee(by_name(accounts)))
    }

    /// Those that are configured at this moment, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = Arc<Account>> + use<> {
        self.0.load().values().cloned().collect::<Vec<_>>().into_iter()
    }

    pub(crate) fn get(&self, id: &AccountId) -> Option<Arc<Account>> {
        self.0.load().get(id).cloned()
    }

    pub(crate) fn replace(&self, accounts: impl IntoIterator<Item = Arc<Account>>) {
        self.0.store(Arc::new(by_name(accounts)));
    }
}

fn by_name(accounts: impl IntoIterator<Item = Arc<Account>>) -> ByName {
    accounts.into_iter().map(|account| (account.id.clone(), account)).collect()
}
