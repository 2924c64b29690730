//! Budgets: how many dials there are left of a day, and who is refused when none are.
//!
//! Whoever asks for calls at this moment is refused while the day has none left for them, so that they know at once. The transaction
//! of a dispatch looks again and has the last word; people who are accepted already wait for the next day.
//!
//! Not for: how a day's dials are counted (the store).

use crate::rulebook::Rulebook;
use crate::{Account, Engine, EngineError};
use outdial_model::{AccountId, FieldProblem, Opening, TenantId, Timestamp};
use outdial_store::{Budgets, Shortage, Spent, StoreError};
use std::time::Duration;

/// How soon another call may fit in where all that may be are in progress.
const CALLS_END_AFTER: Duration = Duration::from_secs(10);

/// Who asks for calls, and of what there must be some left.
pub(crate) struct Ask {
    budgets: Option<Budgets>,
    /// When the next day begins.
    until: Timestamp,
    /// How many dials one person costs.
    cost: u64,
    /// Most people of the tenant that may be out, where somebody is to go out now or not at all.
    concurrent_calls: Option<u64>,
}

/// People that budgets leave dials for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Daily {
    /// Today.
    pub(crate) today: u64,
    /// On every day after.
    pub(crate) every_day: u64,
    /// When the next day begins.
    pub(crate) tomorrow: Timestamp,
}

impl Ask {
    /// What is asked for by somebody who waits for one call.
    pub(crate) fn of_call(rules: &Rulebook<'_>, account: &Account, now: Timestamp) -> Self {
        let concurrent_calls = rules.concurrent_calls();
        Self { concurrent_calls, ..Self::of_people(rules, account, now) }
    }

    /// What is asked for by people of a task that dials; nothing while its hours are closed.
    pub(crate) fn of_task(rules: &Rulebook<'_>, account: &Account, now: Timestamp) -> Self {
        let asked = Self::of_people(rules, account, now);
        let dials_now = rules.for_all().next(now) == Opening::Now;
        Self { budgets: asked.budgets.filter(|_| dials_now), ..asked }
    }

    /// What is asked for by people, whenever it is.
    pub(crate) fn of_people(rules: &Rulebook<'_>, account: &Account, now: Timestamp) -> Self {
        let (budgets, until) = (rules.budgets(account, now), rules.day(now).1);
        Self { budgets, until, cost: rules.spec.retry.max_attempts.into(), concurrent_calls: None }
    }

    /// When the day began, where there are budgets.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.budgets.as_ref().map(|budgets| budgets.since)
    }

    /// How many people there are dials for, a day.
    pub(crate) fn daily(&self, spent: &Spent) -> Option<Daily> {
        let people = |dials: u64| dials / self.cost.max(1);
        let today = self.limits(spent).map(|(most, dialed, _)| people(most.saturating_sub(dialed))).min()?;
        let every_day = self.limits(spent).map(|(most, ..)| people(most)).min()?;
        Some(Daily { today, every_day, tomorrow: self.until })
    }

    /// What there is too little of for one person.
    pub(crate) fn shortage(&self, spent: &Spent) -> Option<Shortage> {
        let is_short = |(most, dialed, _): &(u64, u64, Shortage)| dialed.saturating_add(self.cost) > *most;
        let of_budgets = self.limits(spent).find(is_short).map(|(.., shortage)| shortage);
        let is_full = self.concurrent_calls.is_some_and(|most| spent.out >= most);
        of_budgets.or_else(|| is_full.then_some(Shortage::OfTenant))
    }

    /// How many dials there may be, how many there were, and what there is too little of when they are as many.
    fn limits(&self, spent: &Spent) -> impl Iterator<Item = (u64, u64, Shortage)> + use<> {
        let budgets = self.budgets.as_ref();
        let limits = [
            (budgets.and_then(|all| all.of_tenant), spent.by_tenant, Shortage::BudgetOfTenant),
            (budgets.and_then(|all| all.of_client), spent.by_client, Shortage::BudgetOfClient),
            (
                budgets.and_then(|all| all.of_account.as_ref()).map(|(_, most)| *most),
                spent.with_account,
                Shortage::BudgetOfAccount,
            ),
        ];
        limits.into_iter().filter_map(|(most, dialed, shortage)| Some((most?, dialed, shortage)))
    }
}

/// Budgets that nobody of the task would ever fit into.
pub(crate) fn refuse(rules: &Rulebook<'_>, account: &Account, now: Timestamp) -> Option<FieldProblem> {
    let ask = Ask::of_people(rules, account, now);
    let least = ask.limits(&Spent::default()).min_by_key(|(most, ..)| *most)?;
    let (most, _, shortage) = least;
    (most < ask.cost).then(|| {
        let detail = format!(
            "`{}` lets no more than {most} dials go in a day; give the vendor no more attempts for one person",
            told(shortage).0
        );
        FieldProblem::new("/retry/max_attempts", "budget_too_small", detail)
    })
}

impl Engine {
    /// Refuses what is asked for when there is nothing left for it today, or at this moment. Whoever repeats a request, by the client's
    /// key of a task, passes: they are told of the task there is.
    pub(crate) async fn within_budget(
        &self,
        tenant: &TenantId,
        client: Option<&str>,
        external_id: Option<&str>,
        account: &AccountId,
        mut ask: Ask,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        if client.is_none() {
            // Nobody pays for what nobody is known to have asked for.
            ask.budgets = ask.budgets.map(|budgets| Budgets { of_client: None, ..budgets });
        }
        if ask.since().is_none() && ask.concurrent_calls.is_none() {
            return Ok(());
        }
        let since = ask.since().unwrap_or(now);
        let spent = self.store().spent(tenant, client, account, since).await?;
        let Some(shortage) = ask.shortage(&spent) else { return Ok(()) };
        if self.taken(tenant, external_id).await?.is_some() {
            return Ok(());
        }
        let (policy, detail) = told(shortage);
        let tomorrow = Duration::try_from(ask.until.duration_since(now)).unwrap_or_default();
        let after = if shortage == Shortage::OfTenant { CALLS_END_AFTER } else { tomorrow };
        Err(EngineError::BudgetExhausted { policy, detail, after })
    }

    /// Accounts that have no dials left today for somebody whose vendor may ring them so many `times`.
    pub(crate) async fn spent_accounts(
        &self,
        tenant: &TenantId,
        times: u32,
    ) -> Result<Vec<AccountId>, StoreError> {
        let (mut found, since) = (Vec::new(), self.policy().day.of(self.now()).0);
        let limited: Vec<_> = self
            .accounts_for(tenant)
            .filter_map(|account| Some((account.id.clone(), u64::from(account.policy.dials_per_day?))))
            .collect();
        for (account, most) in limited {
            let spent = self.store().spent(tenant, None, &account, since).await?;
            if spent.with_account.saturating_add(times.into()) > most {
                found.push(account);
            }
        }
        Ok(found)
    }
}

/// The policy there is too little of something by, and what that means.
pub(crate) const fn told(shortage: Shortage) -> (&'static str, &'static str) {
    match shortage {
        Shortage::OfAccount => (
            "max_concurrent_calls",
            "all of the account's lines are taken, or it is the turn of other tasks; its people follow as calls end",
        ),
        Shortage::OfTenant => (
            "concurrent_calls",
            "as many calls of the tenant are in progress as may be (`concurrent_calls`); others follow as they end",
        ),
        Shortage::BudgetOfTenant => (
            "dials_per_day",
            "the tenant's dials of the day are used up (`dials_per_day`); others follow when the next day begins",
        ),
        Shortage::BudgetOfClient => (
            "client_dials_per_day",
            "the dials of the day for whoever asks are used up (`client_dials_per_day`); others follow when the next day begins",
        ),
        Shortage::BudgetOfAccount => (
            "accounts.NAME.dials_per_day",
            "the account's dials of the day are used up (`dials_per_day` of the account); others follow when the next day begins",
        ),
    }
}

/// What a task tells there is too little of, if that is what it tells.
pub(crate) fn shortage_in(trouble: &str) -> Option<Shortage> {
    Shortage::ALL.iter().copied().find(|shortage| told(*shortage).1 == trouble)
}
