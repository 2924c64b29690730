//! An account's report of what pushes told and what only polling found.

use super::{instant, words};
use outdial_engine::{Outcomes, PushCounts, ReconciledDay, Reconciliation};
use outdial_model::AccountId;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What pushes told of an account's people in the last seven days, and what only polling found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub(crate) struct ReconciliationView {
    /// The account.
    account: String,
    #[schema(schema_with = words::verdict)]
    verdict: &'static str,
    /// What that means and what to do.
    #[schema(value_type = String)]
    advice: &'static str,
    /// When the last push came that could be used.
    #[schema(format = DateTime)]
    last_push_at: Option<String>,
    /// The same for each kind of push that came in these days.
    last_push_at_by_kind: BTreeMap<String, String>,
    outcomes: OutcomesView,
    pushes: PushCountsView,
    /// The days, the latest first.
    days: Vec<ReconciledDayView>,
}

/// One day in UTC.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledDay)]
pub(crate) struct ReconciledDayView {
    /// The day.
    #[schema(example = "2026-03-02")]
    date: String,
    outcomes: OutcomesView,
    pushes: PushCountsView,
}

/// How it was learned that contacts were completed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledOutcomes)]
pub(crate) struct OutcomesView {
    /// A push told it.
    by_push: u64,
    /// A push came, and the vendor was asked.
    by_push_and_polling: u64,
    /// The vendor was asked before any push came.
    by_polling: u64,
    /// Of these: a push came later.
    pushed_later: u64,
    /// Of these: no push has come so far. This is what only polling found.
    only_by_polling: u64,
    /// It was found when something in doubt was looked up.
    by_look_up: u64,
    /// An operator decided it.
    by_operator: u64,
    /// Nobody ever told it.
    untold: u64,
}

/// What became of pushes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledPushes)]
pub(crate) struct PushCountsView {
    /// News that was kept.
    kept: u64,
    /// Deliveries of news that was there already.
    repeated: u64,
    /// What they told is where it belongs.
    used: u64,
    /// They cannot be read, or are about nobody here.
    unusable: u64,
    /// They do not prove that the vendor sent them.
    refused: u64,
}

impl ReconciliationView {
    pub(crate) fn new(account: &AccountId, report: Reconciliation) -> Self {
        let kinds = report.last_push_at_by_kind.into_iter();
        Self {
            account: account.to_string(),
            verdict: report.verdict.as_str(),
            advice: report.advice,
            last_push_at: report.last_push_at.map(instant),
            last_push_at_by_kind: kinds.map(|(kind, at)| (kind, instant(at))).collect(),
            outcomes: report.outcomes.into(),
            pushes: report.pushes.into(),
            days: report.days.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ReconciledDay> for ReconciledDayView {
    fn from(day: ReconciledDay) -> Self {
        Self {
            date: day.day.strftime("%Y-%m-%d").to_string(),
            outcomes: day.outcomes.into(),
            pushes: day.pushes.into(),
        }
    }
}

impl From<Outcomes> for OutcomesView {
    fn from(outcomes: Outcomes) -> Self {
        let only_by_polling = outcomes.only_by_polling();
        let Outcomes { by_push, by_push_and_polling, by_polling, pushed_later, .. } = outcomes;
        let Outcomes { by_look_up, by_operator, untold, .. } = outcomes;
        Self {
            by_push,
            by_push_and_polling,
            by_polling,
            pushed_later,
            only_by_polling,
            by_look_up,
            by_operator,
            untold,
        }
    }
}

impl From<PushCounts> for PushCountsView {
    fn from(counts: PushCounts) -> Self {
        let PushCounts { kept, repeated, used, unusable, refused } = counts;
        Self { kept, repeated, used, unusable, refused }
    }
}
