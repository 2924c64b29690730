//! Routes as clients see them, what one decided about a task, and where a task is to move.

use super::schedule::WindowView;
use crate::form::{Fields, Read};
use outdial_engine::{Breaker, Engine, Route, Rule};
use outdial_model::{AccountId, RouteDecision, TenantId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where a task is to go.
#[derive(Debug, ToSchema)]
#[schema(as = MoveTask)]
pub(crate) struct MoveForm {
    /// An account, see `GET /v1/accounts`, or a route, see `GET /v1/routes`.
    #[schema(value_type = String, example = "example-account")]
    pub account: AccountId,
}

impl MoveForm {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<Self> {
        let account =
            form.required("account", |at| at.parsed("unknown_account", "the name of an account or a route"));
        Ok(Self { account: account? })
    }
}

/// Rules that choose an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Route)]
pub(crate) struct RouteView {
    /// Its name, for `account` of a task.
    #[schema(example = "indonesia")]
    name: String,
    /// The first that fits a task decides.
    rules: Vec<RuleView>,
    /// A task leaves an account by itself when its vendor has not answered for so many seconds.
    failover_seconds: u64,
}

/// For which tasks, and with which accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteRule)]
pub(crate) struct RuleView {
    /// Countries (ISO 3166-1 alpha-2) of the task, or of all of its first people; any when empty.
    #[schema(example = json!(["ID"]))]
    countries: Vec<String>,
    /// Pairs the task's `metadata` has; any when empty.
    #[schema(example = json!({"team": "billing"}))]
    tags: BTreeMap<String, String>,
    /// When a task has to begin; at any time when empty.
    windows: Vec<WindowView>,
    /// IANA name of the zone the windows are in.
    #[schema(example = "Asia/Jakarta")]
    time_zone: String,
    /// The accounts a task is shared out among.
    accounts: Vec<ShareView>,
}

/// An account of a rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteShare)]
pub(crate) struct ShareView {
    /// Its name.
    #[schema(example = "example-account")]
    account: String,
    /// Its part, in relation to the others.
    share: u32,
    /// Whether its vendor answers. One that does not, or whose dials of the day are used up, is passed over.
    is_well: bool,
}

impl RouteView {
    pub(crate) fn new(route: Route, engine: &Engine, tenant: &TenantId) -> Self {
        let now = engine.now();
        let is_well = |id: &AccountId| {
            engine.account_for(tenant, id).is_ok_and(|account| account.breaker(now) == Breaker::Closed)
        };
        let rule = |rule: Rule| RuleView {
            countries: rule.countries.iter().map(ToString::to_string).collect(),
            tags: rule.tags,
            windows: rule.hours.windows.iter().map(Into::into).collect(),
            time_zone: rule.hours.time_zone.to_string(),
            accounts: rule
                .accounts
                .iter()
                .map(|share| ShareView {
                    account: share.account.to_string(),
                    share: share.share,
                    is_well: is_well(&share.account),
                })
                .collect(),
        };
        Self {
            name: route.id.to_string(),
            failover_seconds: route.fails_over_after.as_secs(),
            rules: route.rules.into_iter().map(rule).collect(),
        }
    }
}

/// Which account a route chose for a task, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteDecision)]
pub(crate) struct DecisionView {
    /// The route.
    #[schema(example = "indonesia")]
    name: String,
    /// Which of its rules, counted from 0.
    rule: usize,
    /// The accounts of the rule, one of them chosen.
    considered: Vec<ConsideredView>,
    /// Accounts the task has left by itself.
    left: Vec<String>,
}

/// An account that was considered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsideredAccount)]
pub(crate) struct ConsideredView {
    /// Its name.
    #[schema(example = "example-account")]
    account: String,
    /// It is the one.
    chosen: bool,
    /// Why, or why not.
    #[schema(example = "its share is 70 of 100")]
    why: String,
}

impl From<RouteDecision> for DecisionView {
    fn from(decision: RouteDecision) -> Self {
        let considered = decision.considered.into_iter().map(|one| ConsideredView {
            account: one.account.to_string(),
            chosen: one.chosen,
            why: one.why,
        });
        Self {
            name: decision.name.to_string(),
            rule: decision.rule,
            considered: considered.collect(),
            left: decision.left.iter().map(ToString::to_string).collect(),
        }
    }
}
