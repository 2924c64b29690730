//! What the operator allows, whatever a task asks for.
//!
//! There are rules for everybody, for tenants and for countries. All that are for somebody hold at once, so that the stricter
//! one wins; none of them can allow what another forbids.

use crate::{BudgetDay, Cap, Country, Hours, TenantId};
use std::collections::BTreeMap;

/// The operator's rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// For everybody.
    pub everybody: Rules,
    /// For calls of a tenant and its twin, by the tenant's name.
    pub tenants: BTreeMap<TenantId, Rules>,
    /// For calls to numbers of a country.
    pub countries: BTreeMap<Country, Rules>,
    /// The day that budgets are for.
    pub day: BudgetDay,
}

/// What is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// When people may be called; at any hour when absent.
    pub hours: Option<Hours>,
    /// How often somebody may be rung; all of them hold.
    pub caps: Vec<Cap>,
    /// How many people of one tenant may be out at once; any number when absent.
    pub concurrent_calls: Option<u32>,
    /// How many dials of one tenant there may be in a day; any number when absent.
    pub dials_per_day: Option<u32>,
    /// The same for tasks and calls that one key, or one subject of an issuer, has asked for.
    pub client_dials_per_day: Option<u32>,
}

impl Policy {
    /// The rules that hold for a tenant's calls to anybody.
    pub fn for_tenant(&self, tenant: &TenantId) -> impl Iterator<Item = &Rules> {
        let named = TenantId::named(tenant.itself()).ok();
        std::iter::once(&self.everybody).chain(named.and_then(|name| self.tenants.get(&name)))
    }

    /// The rules that hold beside these for numbers of a country.
    pub fn for_country(&self, country: Option<Country>) -> Option<&Rules> {
        self.countries.get(&country?)
    }
}
