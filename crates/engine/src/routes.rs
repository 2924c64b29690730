//! Routes: which of several accounts a task dials with, and why it is that one.
//!
//! A route is a list of rules; the first that fits the task (country, tags, hour) names the accounts, each with its share. Accounts
//! that cannot carry the task or whose vendor does not answer are passed over; among the others the hash of the task's id
//! decides, so that the same question always has the same answer. The decision is kept with the task.
//!
//! Not for: moving a task (`moving.rs`), and when it moves by itself (the worker).

use crate::tasks::unknown_account;
use crate::{Account, Breaker, Engine, EngineError};
use jiff::tz::TimeZone;
use outdial_model::{
    AccountId, Considered, Country, FieldProblem, Hours, Phone, RouteDecision, RouteId, TaskId, TaskSpec,
    TenantId, Timestamp,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Rules that choose an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its name, which is no account's.
    pub id: RouteId,
    /// Tenants it is for; every tenant when empty.
    pub tenants: Vec<TenantId>,
    /// The first that fits decides.
    pub rules: Vec<Rule>,
    /// How long an account's vendor may not answer before a task leaves it by itself.
    pub fails_over_after: Duration,
}

/// For which tasks, and with which accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Countries of the task, or of all of its people; any when empty.
    pub countries: Vec<Country>,
    /// Pairs the task's metadata has; any when empty.
    pub tags: BTreeMap<String, String>,
    /// When; at any time when it has no windows.
    pub hours: Hours,
    /// With which accounts, at least one.
    pub accounts: Vec<Share>,
}

/// An account of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Which.
    pub account: AccountId,
    /// Its part of the tasks, in relation to those of the others; at least 1.
    pub share: u32,
}

/// What a route is asked about.
pub(crate) struct Question<'a> {
    pub(crate) task: &'a TaskId,
    pub(crate) spec: &'a TaskSpec,
    /// Numbers of the task's people, as many as are known.
    pub(crate) phones: &'a [Phone],
    /// When it begins.
    pub(crate) at: Timestamp,
    /// Accounts that are not to be chosen.
    pub(crate) left: &'a [AccountId],
    /// Accounts whose dials of the day are used up.
    pub(crate) spent: &'a [AccountId],
}

/// Where a task goes.
pub(crate) struct Placement {
    pub(crate) account: Arc<Account>,
    pub(crate) route: Option<RouteDecision>,
}

impl Rule {
    fn fits(&self, question: &Question<'_>) -> bool {
        let spec = question.spec;
        let is_tagged = self.tags.iter().all(|(name, value)| spec.metadata.get(name) == Some(value));
        let clock = self.hours.time_zone.fixed().unwrap_or(TimeZone::UTC);
        is_tagged && self.is_for_people_of(question) && self.hours.are_open(&clock, question.at)
    }

    fn is_for_people_of(&self, question: &Question<'_>) -> bool {
        if self.countries.is_empty() {
            return true;
        }
        let named = question.spec.default_country.as_deref().and_then(|code| code.parse().ok());
        match named {
            Some(country) => self.countries.contains(&country),
            None => {
                let is_here = |phone: &Phone| self.countries.iter().any(|country| phone.is_of(*country));
                !question.phones.is_empty() && question.phones.iter().all(is_here)
            }
        }
    }
}

impl Route {
    /// Whether it is there for somebody of that tenant.
    pub(crate) fn is_for(&self, tenant: &TenantId) -> bool {
        self.tenants.is_empty() || self.tenants.iter().any(|one| one.itself() == tenant.itself())
    }
}

const ILL: &str = "its vendor does not answer at the moment";
const SPENT: &str = "its dials of the day are used up";

/// How an account stands with a task.
enum Standing {
    Fit,
    /// Its vendor does not answer as it should.
    Ill,
    /// It has no dials left today.
    Spent,
    /// It was left, or cannot carry the task.
    Unfit(String),
}

/// Chooses one of the accounts; `None` when none of them can carry the task. `may_be_ill` takes one whose vendor does not answer when
/// there is no other.
fn choose(
    accounts: &[(Arc<Account>, u32)],
    question: &Question<'_>,
    now: Timestamp,
    may_be_ill: bool,
) -> Option<(Arc<Account>, Vec<Considered>)> {
    let standings: Vec<_> = accounts.iter().map(|(account, _)| standing(account, question, now)).collect();
    let weighed = |is_eligible: fn(&Standing) -> bool| {
        let eligible = accounts.iter().zip(&standings).filter(|(_, standing)| is_eligible(standing));
        drawn(question.task, eligible.map(|((account, share), _)| (account, *share)))
    };
    let fit = weighed(|standing| matches!(standing, Standing::Fit));
    let ill = || weighed(|standing| matches!(standing, Standing::Ill));
    let spent = || weighed(|standing| matches!(standing, Standing::Spent));
    let chosen = fit.or_else(|| ill().or_else(spent).filter(|_| may_be_ill))?;
    let total: u64 = accounts.iter().map(|(_, share)| u64::from(*share)).sum();
    let considered = accounts.iter().zip(standings).map(|((account, share), standing)| {
        let is_it = account.id == chosen.id;
        let why = match (standing, is_it) {
            (Standing::Fit, true) => format!("its share is {share} of {total}"),
            (Standing::Fit, false) => format!("its share is {share} of {total}, and this task is not in it"),
            (Standing::Ill, true) => format!("{ILL}, and there is no other"),
            (Standing::Ill, false) => ILL.to_owned(),
            (Standing::Spent, true) => format!("{SPENT}, and there is no other"),
            (Standing::Spent, false) => SPENT.to_owned(),
            (Standing::Unfit(why), _) => why,
        };
        Considered { account: account.id.clone(), chosen: is_it, why }
    });
    Some((Arc::clone(chosen), considered.collect()))
}

fn standing(account: &Account, question: &Question<'_>, now: Timestamp) -> Standing {
    if question.left.contains(&account.id) {
        return Standing::Unfit("the task has left it".to_owned());
    }
    let problems = account.provider.refuse_task(question.spec);
    if let Some(first) = problems.first() {
        return Standing::Unfit(format!("it cannot carry the task: {}", first.pointer));
    }
    if account.breaker(now) != Breaker::Closed {
        Standing::Ill
    } else if question.spent.contains(&account.id) {
        Standing::Spent
    } else {
        Standing::Fit
    }
}

/// The account in whose share the task is: its id's hash is a place among all shares.
fn drawn<'a>(
    task: &TaskId,
    accounts: impl Iterator<Item = (&'a Arc<Account>, u32)>,
) -> Option<&'a Arc<Account>> {
    let accounts: Vec<_> = accounts.collect();
    let total: u64 = accounts.iter().map(|(_, share)| u64::from(*share)).sum();
    let hash = Sha256::digest(task.as_str());
    let place =
        hash.iter().take(8).fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte)).checked_rem(total)?;
    let mut before = 0;
    accounts.into_iter().find_map(|(account, share)| {
        before += u64::from(share);
        (place < before).then_some(account)
    })
}

impl Engine {
    /// Routes a tenant may name, by name, with the accounts of them it may dial with.
    pub fn routes_for(&self, tenant: &TenantId) -> Vec<Route> {
        let mut routes: Vec<_> =
            self.0.accounts.routes().iter().filter(|route| route.is_for(tenant)).cloned().collect();
        for rule in routes.iter_mut().flat_map(|route| &mut route.rules) {
            rule.accounts.retain(|share| self.account_for(tenant, &share.account).is_ok());
        }
        routes.retain(|route| route.rules.iter().any(|rule| !rule.accounts.is_empty()));
        routes
    }

    /// Whether these are the configured routes.
    pub fn has_routes(&self, routes: &[Route]) -> bool {
        self.0.accounts.routes().iter().eq(routes)
    }

    /// From now on these are the configured routes. Tasks stay where they are.
    pub fn replace_routes(&self, routes: Vec<Route>) {
        self.0.accounts.replace_routes(routes);
        self.ring();
    }

    pub(crate) fn route_for(&self, tenant: &TenantId, name: &str) -> Option<Route> {
        self.routes_for(tenant).into_iter().find(|route| route.id.as_str() == name)
    }

    /// Where a task goes that names an account or a route.
    pub(crate) fn placement(
        &self,
        tenant: &TenantId,
        wanted: &AccountId,
        question: &Question<'_>,
    ) -> Result<Placement, EngineError> {
        if let Ok(account) = self.account_for(tenant, wanted) {
            return Ok(Placement { account, route: None });
        }
        let route = self.route_for(tenant, wanted.as_str());
        let route = route.ok_or_else(|| unknown_account(self, tenant, wanted))?;
        let mut rules = route.rules.iter().enumerate();
        let Some((place, rule)) = rules.find(|(_, rule)| !rule.accounts.is_empty() && rule.fits(question))
        else {
            let detail = format!(
                "no rule of route `{wanted}` fits the task's country, metadata and hour; see `GET /v1/routes`"
            );
            return Err(EngineError::Invalid(vec![FieldProblem::new("/account", "no_rule", detail)]));
        };
        let placed = self.by_rule(tenant, &route, place, question, true);
        placed.ok_or_else(|| EngineError::Invalid(self.why_nobody_can(tenant, rule, question)))
    }

    /// The same by a rule that is known to fit; `None` when no account of it is of use.
    pub(crate) fn by_rule(
        &self,
        tenant: &TenantId,
        route: &Route,
        rule: usize,
        question: &Question<'_>,
        may_be_ill: bool,
    ) -> Option<Placement> {
        let shares = route.rules.get(rule)?.accounts.iter();
        let accounts: Vec<_> = shares
            .filter_map(|share| Some((self.account_for(tenant, &share.account).ok()?, share.share)))
            .collect();
        let (account, considered) = choose(&accounts, question, self.now(), may_be_ill)?;
        let left = question.left.to_vec();
        Some(Placement {
            account,
            route: Some(RouteDecision { name: route.id.clone(), rule, considered, left }),
        })
    }

    /// What the first account of a rule does not like about a task none of them can carry.
    fn why_nobody_can(&self, tenant: &TenantId, rule: &Rule, question: &Question<'_>) -> Vec<FieldProblem> {
        let accounts = rule.accounts.iter().filter_map(|share| self.account_for(tenant, &share.account).ok());
        accounts.map(|account| account.provider.refuse_task(question.spec)).next().unwrap_or_default()
    }
}
