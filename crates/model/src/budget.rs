//! Budgets: how many dials there may be in a day, for a tenant, for whoever asks for them, and with an account.
//!
//! A dial is one time that somebody's telephone may ring: whoever is handed to a vendor that may ring them three times costs
//! three, until it is proven that nobody was rung.
//!
//! Not for: how often one person is rung ([caps](crate::Cap)), and how many people are out at once (the policy and the lines).

use crate::{Timestamp, UnknownZone, Zone};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use std::str::FromStr;

/// By whose clock a day is a day: midnight to midnight in one time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetDay(TimeZone);

impl BudgetDay {
    /// When the day of `now` began, and when the next one does.
    pub fn of(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let midnight = now.to_zoned(self.0.clone()).start_of_day().ok();
        let next = midnight.as_ref().and_then(|day| day.checked_add(1.day()).ok()?.start_of_day().ok());
        let day = SignedDuration::from_hours(24);
        let began = midnight.map_or(now, |day| day.timestamp());
        (began, next.map_or_else(|| began.checked_add(day).unwrap_or(Timestamp::MAX), |day| day.timestamp()))
    }
}

impl Default for BudgetDay {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl FromStr for BudgetDay {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        name.parse::<Zone>()?.fixed().map(Self).ok_or(UnknownZone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day_of(zone: &str, now: &str) -> [String; 2] {
        let day: BudgetDay = zone.parse().unwrap();
        let (began, next) = day.of(now.parse().unwrap());
        [began.to_string(), next.to_string()]
    }

    #[test]
    fn a_day_is_from_midnight_to_midnight_of_its_clock() {
        let utc = BudgetDay::default().of("2026-03-04T00:00:00Z".parse().unwrap());
        assert_eq!(utc.0.to_string(), "2026-03-04T00:00:00Z", "midnight is of the day that begins");
        for (zone, now, day) in [
            ("Asia/Shanghai", "2026-03-04T15:59:59Z", ["2026-03-03T16:00:00Z", "2026-03-04T16:00:00Z"]),
            ("Asia/Shanghai", "2026-03-04T16:00:00Z", ["2026-03-04T16:00:00Z", "2026-03-05T16:00:00Z"]),
            ("Asia/Kathmandu", "2026-03-04T12:00:00Z", ["2026-03-03T18:15:00Z", "2026-03-04T18:15:00Z"]),
            // 23 hours, and a day whose midnight is not there.
            ("Europe/Berlin", "2026-03-29T12:00:00Z", ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]),
            ("Africa/Cairo", "2026-04-24T12:00:00Z", ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]),
        ] {
            assert_eq!(day_of(zone, now), day, "{zone} {now}");
        }
    }

    #[test]
    fn a_day_is_of_one_clock() {
        assert!("contact".parse::<BudgetDay>().is_err());
        assert!("Mars/Base".parse::<BudgetDay>().is_err());
    }
}
