//! Reconciliation: what pushes told, held against what only polling found.
//!
//! Pollers close the gaps when pushes stop, so nobody notices that they did; the report does. It is made of
//! counters that are kept where outcomes are written, over the last seven days.
//!
//! Not for: single pushes ([`Engine::pushes`]), metrics of this process.

use crate::{Account, Engine, EngineError};
use outdial_model::{AccountId, Tallied, Tally, TenantId, Timestamp};
use outdial_provider::Operation;
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Days of a report, the present one included.
const DAYS: u32 = 7;
/// Of a hundred outcomes of the last two days, how many may be found by polling alone before pushes are said to
/// get lost.
const TOLERATED: u64 = 5;

/// What became of contacts on a day, or altogether.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// A push told it.
    pub by_push: u64,
    /// A push came, and it was read.
    pub by_push_and_polling: u64,
    /// It was read before any push came; for some of these one came later.
    pub by_polling: u64,
    /// Of those that were read before any push came: those a push came about later.
    pub pushed_later: u64,
    /// It was looked up when something was in doubt.
    pub by_look_up: u64,
    /// An operator decided it.
    pub by_operator: u64,
    /// Nobody ever told.
    pub untold: u64,
}

impl Outcomes {
    /// Those no push has come about so far: what only polling found.
    pub fn only_by_polling(&self) -> u64 {
        self.by_polling.saturating_sub(self.pushed_later)
    }

    /// Those a push came about.
    fn pushed(&self) -> u64 {
        self.by_push + self.by_push_and_polling + self.pushed_later.min(self.by_polling)
    }
}

/// What became of pushes on a day, or altogether.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PushCounts {
    /// News that was kept.
    pub kept: u64,
    /// Deliveries of news that was there.
    pub repeated: u64,
    /// Of the kept: used.
    pub used: u64,
    /// Of no use.
    pub unusable: u64,
    /// Not the vendor's.
    pub refused: u64,
}

/// One day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconciledDay {
    /// Its first instant.
    pub day: Timestamp,
    /// Contacts that came to their end.
    pub outcomes: Outcomes,
    /// Pushes that came.
    pub pushes: PushCounts,
}

/// How pushes and polling go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing happened lately.
    Quiet,
    /// Pushes arrive.
    Arriving,
    /// Some do not.
    Leaking,
    /// They used to arrive.
    Stopped,
    /// None has ever arrived in these days.
    Never,
    /// They arrive and do not prove who sent them.
    Refused,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: &'static [Self] =
        &[Self::Quiet, Self::Arriving, Self::Leaking, Self::Stopped, Self::Never, Self::Refused];

    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Arriving => "arriving",
            Self::Leaking => "leaking",
            Self::Stopped => "stopped",
            Self::Never => "never_arrived",
            Self::Refused => "refused",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An account's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// How pushes and polling go together, by the last two days.
    pub verdict: Verdict,
    /// What that means and what to do, for an operator.
    pub advice: &'static str,
    /// When the last push came that could be used.
    pub last_push_at: Option<Timestamp>,
    /// The same for each kind of push that ever came.
    pub last_push_at_by_kind: BTreeMap<String, Timestamp>,
    /// All days together.
    pub outcomes: Outcomes,
    /// All days together.
    pub pushes: PushCounts,
    /// The days, the latest first.
    pub days: Vec<ReconciledDay>,
}

impl Engine {
    /// What pushes told of the account's people in the last seven days, and what only polling found.
    pub async fn reconciliation(
        &self,
        tenant: &TenantId,
        account: &AccountId,
    ) -> Result<Reconciliation, EngineError> {
        let account = self.account_for(tenant, account)?;
        let now = self.now();
        let tallies = self.store().tallies(&account.id, now - DAY * (DAYS - 1)).await?;
        Ok(report(&account, &tallies, now))
    }
}

fn report(account: &Account, tallies: &[Tally], now: Timestamp) -> Reconciliation {
    let mut days: BTreeMap<Timestamp, ReconciledDay> = BTreeMap::new();
    for age in 0..DAYS {
        let day = midnight(now - DAY * age);
        days.insert(day, ReconciledDay { day, outcomes: Outcomes::default(), pushes: PushCounts::default() });
    }
    let mut last_push_at_by_kind: BTreeMap<String, Timestamp> = BTreeMap::new();
    let (mut outcomes, mut pushes) = (Outcomes::default(), PushCounts::default());
    for tally in tallies {
        if let Some(day) = days.get_mut(&tally.day) {
            count(&mut day.outcomes, &mut day.pushes, tally);
        }
        count(&mut outcomes, &mut pushes, tally);
        if tally.what == Tallied::PushUsed {
            let last = last_push_at_by_kind.entry(tally.kind.clone()).or_insert(tally.last_at);
            *last = tally.last_at.max(*last);
        }
    }
    let days: Vec<_> = days.into_values().rev().collect();
    let verdict = verdict(&days, &pushes);
    let can_be_read = account.provider.capabilities().is_native(Operation::Progress);
    Reconciliation {
        verdict,
        advice: advice(verdict, can_be_read),
        last_push_at: last_push_at_by_kind.values().max().copied(),
        last_push_at_by_kind,
        outcomes,
        pushes,
        days,
    }
}

fn midnight(at: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(at.as_second().div_euclid(day).saturating_mul(day)).unwrap_or(at)
}

fn count(outcomes: &mut Outcomes, pushes: &mut PushCounts, tally: &Tally) {
    let counter = match tally.what {
        Tallied::PushKept => &mut pushes.kept,
        Tallied::PushRepeated => &mut pushes.repeated,
        Tallied::PushUsed => &mut pushes.used,
        Tallied::PushUnusable => &mut pushes.unusable,
        Tallied::PushRefused => &mut pushes.refused,
        Tallied::OutcomeByPush => &mut outcomes.by_push,
        Tallied::OutcomeByPushAndPoll => &mut outcomes.by_push_and_polling,
        Tallied::OutcomeByPoll => &mut outcomes.by_polling,
        Tallied::OutcomePushedLater => &mut outcomes.pushed_later,
        Tallied::OutcomeByLookUp => &mut outcomes.by_look_up,
        Tallied::OutcomeByOperator => &mut outcomes.by_operator,
        Tallied::OutcomeUntold => &mut outcomes.untold,
    };
    *counter += tally.count;
}

/// By what happened today and yesterday; pushes of the days before tell whether they ever arrived.
fn verdict(days: &[ReconciledDay], all: &PushCounts) -> Verdict {
    let lately = days.iter().take(2);
    let sum = |count: fn(&ReconciledDay) -> u64| lately.clone().map(count).sum::<u64>();
    let (pushed, missed) =
        (sum(|day| day.outcomes.pushed()), sum(|day| day.outcomes.only_by_polling() + day.outcomes.untold));
    let (used, refused) = (sum(|day| day.pushes.used), sum(|day| day.pushes.refused));
    if refused > used {
        Verdict::Refused
    } else if pushed + missed == 0 {
        Verdict::Quiet
    } else if pushed == 0 {
        if all.used > 0 { Verdict::Stopped } else { Verdict::Never }
    } else if missed * 100 > TOLERATED * (pushed + missed) {
        Verdict::Leaking
    } else {
        Verdict::Arriving
    }
}

fn advice(verdict: Verdict, can_be_read: bool) -> &'static str {
    match (verdict, can_be_read) {
        (Verdict::Quiet, _) => {
            "Nobody came to an end lately, so there is nothing to compare. Nothing is to be done."
        }
        (Verdict::Arriving, _) => "Pushes arrive. Nothing is to be done.",
        (Verdict::Leaking, true) => {
            "Some pushes do not arrive; polling finds what they would have told, a little later. Compare the URLs of \
             `GET /v1/accounts/{account}` with the vendor's console, kind by kind, and look whether this server was \
             reachable all the time."
        }
        (Verdict::Leaking, false) => {
            "Some pushes do not arrive, and this vendor cannot be asked about people: those end as `unknown`. Compare \
             the URLs of `GET /v1/accounts/{account}` with the vendor's console, kind by kind, and configure the \
             operations that let people be read."
        }
        (Verdict::Stopped, true) => {
            "Pushes have stopped; polling finds everything, a little later. See whether the vendor can reach \
             `server.public_url`, and whether its console still has the URL of `GET /v1/accounts/{account}`."
        }
        (Verdict::Stopped, false) => {
            "Pushes have stopped, and this vendor cannot be asked about people: nobody learns how their calls end. \
             See at once whether the vendor can reach `server.public_url`, and whether its console still has the URL \
             of `GET /v1/accounts/{account}`."
        }
        (Verdict::Never, true) => {
            "No push has arrived in these days; polling finds everything, a little later. Paste the URL of \
             `GET /v1/accounts/{account}` into the vendor's console, or see whether the vendor can reach it."
        }
        (Verdict::Never, false) => {
            "No push has arrived in these days, and this vendor cannot be asked about people: nobody learns how their \
             calls end. Paste the URL of `GET /v1/accounts/{account}` into the vendor's console."
        }
        (Verdict::Refused, _) => {
            "Pushes arrive and do not prove that the vendor sent them. Compare the account's secrets with the vendor's \
             console, and this machine's clock with the time; `GET /v1/accounts/{account}/pushes?state=refused` says \
             what is wrong with each."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(outcomes: Outcomes, pushes: PushCounts) -> ReconciledDay {
        ReconciledDay { day: Timestamp::UNIX_EPOCH, outcomes, pushes }
    }

    #[test]
    fn the_verdict_is_about_today_and_yesterday() {
        let pushes = |used, refused| PushCounts { used, refused, ..PushCounts::default() };
        let outcomes = |by_push, by_polling| Outcomes { by_push, by_polling, ..Outcomes::default() };
        let verdict = |days: &[(Outcomes, PushCounts)], all| {
            verdict(&days.iter().map(|(outcomes, pushes)| day(*outcomes, *pushes)).collect::<Vec<_>>(), &all)
        };
        let nothing = (Outcomes::default(), PushCounts::default());
        let good = (outcomes(95, 5), pushes(100, 1));
        assert_eq!(verdict(&[nothing, nothing, good], pushes(100, 1)), Verdict::Quiet);
        assert_eq!(verdict(&[nothing, good], pushes(100, 1)), Verdict::Arriving);
        assert_eq!(verdict(&[(outcomes(94, 6), pushes(94, 0))], pushes(94, 0)), Verdict::Leaking);
        let only_polled = (outcomes(0, 9), PushCounts::default());
        assert_eq!(verdict(&[only_polled, only_polled, good], pushes(100, 1)), Verdict::Stopped);
        assert_eq!(verdict(&[only_polled], pushes(0, 0)), Verdict::Never);
        assert_eq!(verdict(&[(outcomes(0, 9), pushes(0, 7))], pushes(0, 7)), Verdict::Refused);
        let late = Outcomes { by_polling: 9, pushed_later: 9, ..Outcomes::default() };
        assert_eq!(verdict(&[(late, pushes(9, 0))], pushes(9, 0)), Verdict::Arriving);
    }

    #[test]
    fn every_verdict_comes_with_advice() {
        for verdict in Verdict::ALL {
            for can_be_read in [true, false] {
                assert!(advice(*verdict, can_be_read).ends_with('.'), "{verdict}");
            }
        }
    }
}
