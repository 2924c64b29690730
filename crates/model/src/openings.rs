//! Openings: when somebody may be called by every clock that has a say.
//!
//! A task has its hours, and so may have the operator, for everybody, for a tenant or for a country. Somebody is called only
//! when all of them are open, so that the stricter wins; and where a person may be in several zones, all of those.

use crate::hours::HORIZON;
use crate::{Hours, Schedule, Timestamp};
use jiff::tz::TimeZone;

/// Every clock that has a say in when somebody may be called.
#[derive(Debug, Clone)]
pub struct Openings<'a> {
    schedule: &'a Schedule,
    pub(crate) clocks: Vec<(&'a Hours, TimeZone)>,
}

/// Whether somebody may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// At once.
    Now,
    /// From this instant on.
    At(Timestamp),
    /// At no hour of the year to come: the hours never meet.
    Nowhere,
    /// Never: the schedule is over, or is before the next opening.
    Never,
}

impl<'a> Openings<'a> {
    /// Of a schedule and further hours, for whoever may be in any of those zones. `None` when hours are told by the clock of
    /// the person and nobody knows where they are.
    pub fn of(
        schedule: &'a Schedule,
        further: impl IntoIterator<Item = &'a Hours>,
        zones: impl Fn() -> Vec<TimeZone>,
    ) -> Option<Self> {
        let mut theirs = None;
        let mut clocks = Vec::new();
        let all = std::iter::once(&schedule.hours).chain(further);
        for hours in all.filter(|hours| !hours.are_any()) {
            match hours.time_zone.fixed() {
                Some(zone) => clocks.push((hours, zone)),
                None => {
                    let theirs: &Vec<_> = theirs.get_or_insert_with(&zones);
                    if theirs.is_empty() {
                        return None;
                    }
                    clocks.extend(theirs.iter().map(|zone| (hours, zone.clone())));
                }
            }
        }
        Some(Self { schedule, clocks })
    }

    /// The same for people of whom nothing is known: hours by their own clocks have no say.
    pub fn for_all(schedule: &'a Schedule, further: impl IntoIterator<Item = &'a Hours>) -> Self {
        let all = std::iter::once(&schedule.hours).chain(further);
        let fixed = |hours: &'a Hours| Some((hours, hours.time_zone.fixed()?));
        Self { schedule, clocks: all.filter(|hours| !hours.are_any()).filter_map(fixed).collect() }
    }

    /// Whether somebody may be called at `now`.
    pub fn are_open(&self, now: Timestamp) -> bool {
        let has_begun = self.schedule.not_before.is_none_or(|start| now >= start);
        has_begun && !self.schedule.is_over(now) && self.all_open(now)
    }

    /// Whether nobody may be called any more, ever.
    pub fn are_over(&self, now: Timestamp) -> bool {
        self.schedule.is_over(now)
    }

    /// When somebody may be called, from `now` on.
    pub fn next(&self, now: Timestamp) -> Opening {
        if self.schedule.is_over(now) {
            return Opening::Never;
        }
        let from = self.schedule.not_before.map_or(now, |start| start.max(now));
        match self.meet(from) {
            Some(opening) if self.schedule.is_over(opening) => Opening::Never,
            Some(opening) if opening == now => Opening::Now,
            Some(opening) => Opening::At(opening),
            None if self
                .schedule
                .not_after
                .is_some_and(|end| from.checked_add(HORIZON).is_ok_and(|far| end <= far)) =>
            {
                Opening::Never
            }
            None => Opening::Nowhere,
        }
    }

    fn all_open(&self, now: Timestamp) -> bool {
        self.clocks.iter().all(|(hours, zone)| hours.are_open(zone, now))
    }

    /// The first instant from `from` on that all are open at: each waits for the one that opens last, until none has to.
    fn meet(&self, from: Timestamp) -> Option<Timestamp> {
        let horizon = from.checked_add(HORIZON).ok()?;
        let mut moment = from;
        while moment < horizon {
            let mut latest = moment;
            for (hours, zone) in &self.clocks {
                latest = latest.max(hours.next_open(zone, moment)?);
            }
            if latest == moment {
                return Some(moment);
            }
            moment = latest;
        }
        None
    }
}
