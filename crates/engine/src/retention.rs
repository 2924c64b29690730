//! How long people are known after their task has ended.

use outdial_model::TenantId;
use std::collections::BTreeMap;
use std::time::Duration;

/// For how long each tenant's people are known once their task has ended; `None` for ever.
#[derive(Debug, Clone, Default)]
pub struct Retention {
    /// Of tenants that are not named.
    pub usual: Option<Duration>,
    /// Of tenants by name; what holds for a tenant holds for its twin.
    pub tenants: BTreeMap<TenantId, Option<Duration>>,
}

impl Retention {
    /// How long this tenant's are known; `None` for ever.
    pub(crate) fn of(&self, tenant: &TenantId) -> Option<Duration> {
        let named = TenantId::named(tenant.itself()).ok();
        named.and_then(|name| self.tenants.get(&name)).copied().unwrap_or(self.usual)
    }

    /// Whether everybody is known for ever.
    pub(crate) fn keeps_everybody(&self) -> bool {
        self.usual.is_none() && self.tenants.values().all(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_and_its_twin_have_what_is_theirs_or_what_is_usual() {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let (acme, globex): (TenantId, TenantId) = ("acme".parse().unwrap(), "globex".parse().unwrap());
        let retention = Retention { usual: Some(DAY), tenants: BTreeMap::from([(acme.clone(), None)]) };
        assert_eq!((retention.of(&acme), retention.of(&acme.for_tests())), (None, None));
        assert_eq!(retention.of(&globex.for_tests()), Some(DAY));
        assert!(!retention.keeps_everybody() && Retention::default().keeps_everybody());
    }
}
