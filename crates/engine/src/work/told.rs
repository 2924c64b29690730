//! The hours a vendor is told, so that people it holds already are not rung outside them.
//!
//! A task whose own hours are all there is needs nothing of this: its vendor is told the task's. Where the operator or each
//! person's own clock has a say as well, a vendor's task holds only people with the same hours and is told those, as exactly
//! as that vendor can keep them, and rather less than more. Holidays and closed periods of the week to come are no hours of it.

use super::Job;
use super::gate::{Verdict, gate};
use crate::Account;
use crate::rulebook::Rulebook;
use outdial_model::{Contact, Hours, Openings, TaskSpec, Timestamp, Whereabouts};
use outdial_store::{Candidate, Past};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

/// Whoever is next, as far as it matters to which vendor's task they go.
#[derive(Debug)]
pub(super) enum NextPerson<'a> {
    /// Into any.
    Anybody,
    /// Into one with these hours, and every clock that has a say in theirs.
    With(Hours, Openings<'a>),
    /// They may not be dialed now, or nobody is there.
    Nobody,
}

/// What hours vendors are told. Remembers what it found out.
pub(super) struct Told<'a> {
    rules: &'a Rulebook<'a>,
    account: &'a Account,
    now: Timestamp,
    known: RefCell<HashMap<Whereabouts, Option<Hours>>>,
}

impl<'a> Told<'a> {
    pub(super) fn at(rules: &'a Rulebook<'a>, account: &'a Account, now: Timestamp) -> Self {
        Self { rules, account, now, known: RefCell::default() }
    }

    /// What the vendor of somebody there is told; `None` when they have no hours at all.
    pub(super) fn of(&self, whereabouts: &Whereabouts) -> Option<Hours> {
        if !self.account.provider.capabilities().keeps_hours {
            return Some(Hours::default());
        }
        if let Some(known) = self.known.borrow().get(whereabouts) {
            return known.clone();
        }
        let told = self.rules.openings(whereabouts).and_then(|openings| openings.weekly(self.now));
        let told = told.and_then(|exact| self.as_it_can(exact));
        self.known.borrow_mut().insert(whereabouts.clone(), told.clone());
        told
    }

    /// What is left of hours a vendor was told when the task has others.
    pub(super) fn rest_of(&self, hours: &Hours) -> Option<Hours> {
        let zones = || hours.time_zone.fixed().into_iter().collect();
        let both = Openings::of(&self.rules.spec.schedule, [hours], zones)?;
        both.weekly(self.now).and_then(|exact| self.as_it_can(exact))
    }

    /// The hours as the vendor can keep them: exactly, or by the half-hour and the same every day, or on days like this one;
    /// `None` when it can keep nothing of them.
    fn as_it_can(&self, exact: Hours) -> Option<Hours> {
        let keeps = |hours: &Hours| {
            let spec = with_hours(self.rules.spec, Some(hours));
            let problems = self.account.provider.refuse_task(&spec);
            !problems.iter().any(|problem| problem.pointer.contains("/schedule/windows"))
        };
        if keeps(&exact) {
            return Some(exact);
        }
        exact.same_every_day().filter(keeps).or_else(|| exact.as_today(self.now).filter(keeps))
    }
}

/// A spec as it is told to a vendor that is told these hours.
pub(super) fn with_hours<'s>(spec: &'s TaskSpec, hours: Option<&Hours>) -> Cow<'s, TaskSpec> {
    match hours {
        None => Cow::Borrowed(spec),
        Some(hours) => {
            let mut spec = spec.clone();
            spec.schedule.hours = hours.clone();
            Cow::Owned(spec)
        }
    }
}

/// Who is next: `contact`, or nobody.
pub(super) fn next_person<'a>(
    contact: Option<Contact>,
    rules: &'a Rulebook<'a>,
    account: &Account,
    now: Timestamp,
) -> NextPerson<'a> {
    let Some(contact) = contact else { return NextPerson::Nobody };
    let whereabouts = rules.whereabouts(&contact);
    let next = Candidate { contact, is_suppressed: false, past: Past::default() };
    let may_be = gate(&next, rules, now) == Verdict::Dial;
    let told = Told::at(rules, account, now).of(&whereabouts).zip(rules.openings(&whereabouts));
    match told.filter(|_| may_be) {
        Some((hours, openings)) => NextPerson::With(hours, openings),
        None => NextPerson::Nobody,
    }
}

impl Job<'_> {
    /// Whether anybody at all may be called at `moment`.
    pub(super) fn was_open(&self, moment: Timestamp) -> bool {
        let policy = self.engine.policy();
        let (tenant, spec) = (&self.work.task.tenant, &self.work.task.spec);
        Rulebook::of(tenant, spec, &policy).for_all().are_open(moment)
    }
}
