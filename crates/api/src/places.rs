//! Places for answers that last: so many at a server, and no tenant has them all.

use crate::problem::Problem;
use crate::problem::table::Code;
use actix_web::http::header::RETRY_AFTER;
use outdial_model::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// The places of a server. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// How many there are.
    pub(crate) all: usize,
    /// How many of them one tenant may have.
    pub(crate) share: usize,
    /// What whoever gets none is told.
    pub(crate) full: &'static Code,
    taken: Arc<Taken>,
    closing: CancellationToken,
}

/// How many each tenant has.
#[derive(Debug, Default)]
struct Taken(Mutex<HashMap<TenantId, usize>>);

impl Taken {
    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the places, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    taken: Arc<Taken>,
    tenant: TenantId,
    /// Whoever has a place leaves it when the server closes.
    pub(crate) closing: CancellationToken,
}

impl Places {
    /// Places at a server that closes when `closing` is cancelled.
    pub(crate) fn new(all: usize, share: usize, full: &'static Code, closing: CancellationToken) -> Self {
        Self { all, share, full, taken: Arc::default(), closing }
    }

    /// A place, if there is one for the tenant.
    pub(crate) fn enter(&self, tenant: &TenantId) -> Result<Turn, Problem> {
        let mut taken = self.taken.lock();
        let refused = if taken.get(tenant).is_some_and(|its| *its >= self.share) {
            Some(format!("your tenant already has {} of them at this server", self.share))
        } else if taken.values().sum::<usize>() >= self.all {
            Some(format!("this server already has {} of them", self.all))
        } else {
            None
        };
        if let Some(detail) = refused {
            return Err(Problem::new(self.full, detail).with_header(RETRY_AFTER, "30"));
        }
        *taken.entry(tenant.clone()).or_default() += 1;
        let (taken, closing) = (Arc::clone(&self.taken), self.closing.clone());
        Ok(Turn { taken, tenant: tenant.clone(), closing })
    }

    /// Whether nobody has one.
    #[cfg(test)]
    pub(crate) fn are_free(&self) -> bool {
        self.taken.lock().is_empty()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        if let Some(its) = taken.get_mut(&self.tenant) {
            *its -= 1;
            if *its == 0 {
                taken.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::table;

    #[test]
    fn no_tenant_has_all_places() {
        let places = Places::new(12, 5, &table::TOO_MANY_STREAMS, CancellationToken::new());
        let tenant = |name: &str| name.parse().unwrap();
        let mut turns: Vec<_> = std::iter::from_fn(|| places.enter(&tenant("greedy")).ok()).collect();
        assert_eq!(turns.len(), 5);
        for number in 0..12 {
            turns.extend(places.enter(&tenant(&format!("tenant-{number}"))).ok());
        }
        assert_eq!(turns.len(), 12);
        turns.clear();
        assert!(places.are_free());
    }
}
