//! The rules for one task's people: its own schedule, and what the operator allows its tenant and the countries it calls.
//!
//! Not for: deciding about a person (the [gate](crate::work)), and what the operator may set (configuration).

use crate::Account;
use outdial_model::{
    Cap, Contact, Country, Hours, Opening, Openings, Policy, Rules, TaskSpec, TenantId, Timestamp,
    Whereabouts, Zone,
};
use outdial_store::Budgets;
use std::cell::RefCell;
use std::collections::HashMap;

/// What holds for one task's people. Remembers what it found out: many people are in the same place.
#[derive(Debug)]
pub(crate) struct Rulebook<'a> {
    pub(crate) spec: &'a TaskSpec,
    tenant: &'a TenantId,
    policy: &'a Policy,
    /// By where somebody is, and when it was asked.
    known: RefCell<HashMap<(Whereabouts, Timestamp), Option<Opening>>>,
}

impl<'a> Rulebook<'a> {
    pub(crate) fn of(tenant: &'a TenantId, spec: &'a TaskSpec, policy: &'a Policy) -> Self {
        Self { spec, tenant, policy, known: RefCell::default() }
    }

    /// Whether it matters where somebody is.
    pub(crate) fn ask_where(&self) -> bool {
        !self.policy.countries.is_empty()
            || by_their_clock(&self.spec.schedule.hours)
            || self.of_tenant().any(by_their_clock)
    }

    /// Whether the task's own hours are all there is, the same in every week and for everybody.
    pub(crate) fn is_plain(&self) -> bool {
        let own = &self.spec.schedule.hours;
        let are_weekly = own.holidays.is_empty() && own.closed.is_empty();
        let of_a_country = self.policy.countries.values().any(|rules| rules.hours.is_some());
        are_weekly && !of_a_country && !by_their_clock(own) && self.of_tenant().all(Hours::are_any)
    }

    /// Where somebody is, as far as it matters.
    pub(crate) fn whereabouts(&self, contact: &Contact) -> Whereabouts {
        if self.ask_where() { contact.whereabouts() } else { Whereabouts::default() }
    }

    /// Every cap that has a say in how often somebody there may be rung.
    pub(crate) fn caps(&self, whereabouts: &Whereabouts) -> impl Iterator<Item = &'a Cap> + use<'a> {
        let of_tenant = self.policy.for_tenant(self.tenant).flat_map(|rules| &rules.caps);
        let of_country =
            self.policy.for_country(whereabouts.country).into_iter().flat_map(|rules| &rules.caps);
        self.spec.caps.iter().chain(of_tenant).chain(of_country)
    }

    /// Every cap that may have a say for somebody.
    pub(crate) fn all_caps(&self) -> impl Iterator<Item = &'a Cap> + use<'a> {
        let of_countries = self.policy.countries.values().flat_map(|rules| &rules.caps);
        self.caps(&Whereabouts::default()).chain(of_countries)
    }

    /// How many people of the tenant may be out at once; any number when absent.
    pub(crate) fn concurrent_calls(&self) -> Option<u64> {
        self.policy.for_tenant(self.tenant).filter_map(|rules| rules.concurrent_calls).min().map(u64::from)
    }

    /// The day that budgets are for: when it began, and when the next one does.
    pub(crate) fn day(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        self.policy.day.of(now)
    }

    /// What there is of the day's budgets; `None` when they are for nobody.
    pub(crate) fn budgets(&self, account: &Account, now: Timestamp) -> Option<Budgets> {
        let least = |of: fn(&Rules) -> Option<u32>| {
            self.policy.for_tenant(self.tenant).filter_map(of).min().map(u64::from)
        };
        let of_account = account.policy.dials_per_day.map(|most| (account.id.clone(), most.into()));
        let budgets = Budgets {
            since: self.day(now).0,
            of_tenant: least(|rules| rules.dials_per_day),
            of_client: least(|rules| rules.client_dials_per_day),
            of_account,
        };
        let is_any =
            budgets.of_tenant.is_some() || budgets.of_client.is_some() || budgets.of_account.is_some();
        is_any.then_some(budgets)
    }

    /// When somebody there may be called, from `now` on; `None` when that depends on where they are, and nobody knows.
    pub(crate) fn opening(&self, whereabouts: &Whereabouts, now: Timestamp) -> Option<Opening> {
        let key = (whereabouts.clone(), now);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let opening = self.openings(whereabouts).map(|openings| openings.next(now));
        self.known.borrow_mut().insert(key, opening);
        opening
    }

    /// Every clock that has a say in when somebody there may be called.
    pub(crate) fn openings(&self, whereabouts: &Whereabouts) -> Option<Openings<'a>> {
        let further = self.of_tenant().chain(self.of_country(whereabouts.country));
        Openings::of(&self.spec.schedule, further, || whereabouts.zones())
    }

    /// Every clock that has a say for everybody: when they are closed, nobody is called.
    pub(crate) fn for_all(&self) -> Openings<'a> {
        Openings::for_all(&self.spec.schedule, self.of_tenant())
    }

    fn of_tenant(&self) -> impl Iterator<Item = &'a Hours> + use<'a> {
        self.policy.for_tenant(self.tenant).filter_map(|rules| rules.hours.as_ref())
    }

    fn of_country(&self, country: Option<Country>) -> Option<&'a Hours> {
        self.policy.for_country(country).and_then(|rules: &Rules| rules.hours.as_ref())
    }
}

fn by_their_clock(hours: &Hours) -> bool {
    hours.time_zone == Zone::OfContact && !hours.are_any()
}
