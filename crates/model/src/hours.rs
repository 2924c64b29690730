//! Hours: when people may be called, by one clock on the wall.
//!
//! Weekly windows, less holidays and closed periods. Daylight saving is the zone's business (jiff, IANA data).
//!
//! Not for: several clocks at once ([`Openings`](crate::Openings)).

use crate::{Timestamp, Window, Zone};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::Error;
use std::collections::BTreeSet;

/// How far ahead an opening is looked for: a year, and a month more for holidays.
pub(crate) const HORIZON: SignedDuration = SignedDuration::from_hours(400 * 24);

/// When people may be called. Without windows, at any hour.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hours {
    /// Whose clock everything else is told by.
    pub time_zone: Zone,
    /// Weekly hours; any hour when empty.
    pub windows: Vec<Window>,
    /// Days on which nobody is called.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", deserialize_with = "days")]
    pub holidays: BTreeSet<Date>,
    /// Periods in which nobody is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Closed>,
}

/// A period in which nobody is called: from `from` until just before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Closes at this wall-clock moment.
    #[serde(deserialize_with = "moment")]
    pub from: DateTime,
    /// Opens again at this one.
    #[serde(deserialize_with = "moment")]
    pub to: DateTime,
}

/// Reads a day of the calendar, `2026-12-25`, and nothing more: an hour or an offset would be lost.
pub fn read_day(text: &str) -> Option<Date> {
    (text.len() == "2026-12-25".len()).then(|| text.parse().ok()).flatten()
}

/// Reads a moment on the wall, `2026-12-24T12:00` or with seconds, and nothing more.
pub fn read_moment(text: &str) -> Option<DateTime> {
    let is_bare = ["2026-12-24T12:00", "2026-12-24T12:00:00"].iter().any(|form| form.len() == text.len());
    (is_bare && text.as_bytes().get(10) == Some(&b'T')).then(|| text.parse().ok()).flatten()
}

fn days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Date>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let day =
        |text: &String| read_day(text).ok_or_else(|| D::Error::custom("expected a day such as 2026-12-25"));
    texts.iter().map(day).collect()
}

fn moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    read_moment(&text)
        .ok_or_else(|| D::Error::custom("expected a moment such as 2026-12-24T12:00, without a zone"))
}

impl Default for Hours {
    fn default() -> Self {
        let (holidays, closed) = (BTreeSet::new(), Vec::new());
        Self { time_zone: Zone::Named("UTC".into()), windows: Vec::new(), holidays, closed }
    }
}

impl Hours {
    /// Whether they are all hours there are.
    pub fn are_any(&self) -> bool {
        self.windows.is_empty() && self.holidays.is_empty() && self.closed.is_empty()
    }

    /// Whether people may be called at `now`, by that clock.
    pub fn are_open(&self, clock: &TimeZone, now: Timestamp) -> bool {
        let local = clock.to_datetime(now);
        let within = |(open, close): (DateTime, DateTime)| open <= local && local < close;
        let in_windows = || self.windows.iter().filter_map(|window| window.on(local.date())).any(within);
        !self.holidays.contains(&local.date())
            && self.reopening(local).is_none()
            && (self.windows.is_empty() || in_windows())
    }

    /// The first instant from `from` on at which people may be called by that clock, within some 400 days.
    ///
    /// Looks from one change of the clock to the next, for between two of them an hour is an hour. An opening may be an hour
    /// that comes twice, or the first one after some that never come.
    pub fn next_open(&self, clock: &TimeZone, mut from: Timestamp) -> Option<Timestamp> {
        let horizon = from.checked_add(HORIZON).ok()?;
        while from < horizon {
            let change = clock.following(from).next().map(|change| change.timestamp());
            let end = change.map_or(horizon, |change| change.min(horizon));
            let local = clock.to_datetime(from);
            let last = local.checked_add(end.duration_since(from)).ok()?;
            if let Some(opening) = self.next_on_the_wall(local, last) {
                return from.checked_add(opening.duration_since(local)).ok();
            }
            from = end;
        }
        None
    }

    /// The first open moment from `from` until just before `end`, by a clock that nobody sets.
    fn next_on_the_wall(&self, from: DateTime, end: DateTime) -> Option<DateTime> {
        let mut day = from.date();
        while day <= end.date() {
            let opening = if self.holidays.contains(&day) { None } else { self.first_of(day, from) };
            if opening.is_some() {
                return opening.filter(|opening| *opening < end);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The first open moment of a day, from `from` on.
    fn first_of(&self, day: Date, from: DateTime) -> Option<DateTime> {
        let whole = || day.tomorrow().ok().map(|next| (day.at(0, 0, 0, 0), next.at(0, 0, 0, 0)));
        let any_hour = self.windows.is_empty().then(whole).flatten();
        let parts = self.windows.iter().filter_map(|window| window.on(day)).chain(any_hour);
        parts
            .filter_map(|(open, close)| {
                let mut moment = open.max(from);
                while let Some(later) = self.reopening(moment) {
                    moment = later;
                }
                (moment < close).then_some(moment)
            })
            .min()
    }

    /// When a closed period ends that `moment` is in.
    fn reopening(&self, moment: DateTime) -> Option<DateTime> {
        let around = self.closed.iter().filter(|closed| closed.from <= moment && moment < closed.to);
        around.map(|closed| closed.to).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Days, Weekday};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn office_hours() -> Hours {
        let days = Days::from([Weekday::Mon, Weekday::Fri]);
        let (from, to) = (Window::time("09:00").unwrap(), Window::time("18:00").unwrap());
        Hours { windows: vec![Window { days, from, to }], ..Hours::default() }
    }

    #[test]
    fn a_window_is_read_by_the_clock() {
        let hours = office_hours();
        assert!(hours.are_open(&shanghai(), at("2026-03-02T01:00:00Z")), "Monday 09:00 in Shanghai");
        assert!(!hours.are_open(&shanghai(), at("2026-03-02T00:59:59Z")));
        assert!(!hours.are_open(&shanghai(), at("2026-03-02T10:00:00Z")), "Monday 18:00 in Shanghai");
    }

    #[test]
    fn the_next_opening_skips_the_days_between_and_holidays() {
        let mut hours = office_hours();
        let monday_evening = at("2026-03-02T10:00:00Z");
        assert_eq!(hours.next_open(&shanghai(), monday_evening), Some(at("2026-03-06T01:00:00Z")), "Friday");
        hours.holidays.insert("2026-03-06".parse().unwrap());
        assert_eq!(hours.next_open(&shanghai(), monday_evening), Some(at("2026-03-09T01:00:00Z")), "Monday");
        assert!(!hours.are_open(&shanghai(), at("2026-03-06T01:00:00Z")));
    }

    #[test]
    fn a_closed_period_is_cut_out_and_one_may_follow_another() {
        let closed = |from: &str, to: &str| Closed { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let hours = Hours {
            closed: vec![
                closed("2026-03-02T08:00", "2026-03-02T12:00"),
                closed("2026-03-02T11:30", "2026-03-02T13:15"),
            ],
            ..office_hours()
        };
        assert!(!hours.are_open(&shanghai(), at("2026-03-02T04:00:00Z")), "12:00");
        let opening = hours.next_open(&shanghai(), at("2026-03-02T00:00:00Z"));
        assert_eq!(opening, Some(at("2026-03-02T05:15:00Z")), "13:15");
    }

    #[test]
    fn without_windows_any_hour_of_a_day_that_is_none_is_open() {
        let holidays = ["2026-03-02".parse().unwrap(), "2026-03-03".parse().unwrap()].into();
        let hours = Hours { holidays, ..Hours::default() };
        let opening = hours.next_open(&shanghai(), at("2026-03-01T16:00:00Z"));
        assert_eq!(opening, Some(at("2026-03-03T16:00:00Z")), "Wednesday 00:00 in Shanghai");
    }

    #[test]
    fn a_day_and_a_moment_are_read_by_nobodys_clock_but_the_hours_own() {
        assert!(read_day("2026-12-25").is_some() && read_moment("2026-12-24T12:00").is_some());
        assert!(read_moment("2026-12-24T12:00:30").is_some());
        for lost in ["2026-12-25T00:00:00", "2026-12-25T00:00:00+08:00", "2026-12-2", "+02026-12-25"] {
            assert_eq!(read_day(lost), None, "{lost}");
        }
        for lost in
            ["2026-12-24", "2026-12-24T12:00+08:00", "2026-12-24T12:00Z", "2026-12-24 12:00", "2026-12-24T12"]
        {
            assert_eq!(read_moment(lost), None, "{lost}");
        }
    }

    #[test]
    fn hours_that_never_come_have_no_opening() {
        let mut hours = office_hours();
        hours.windows.iter_mut().for_each(|window| window.days.clear());
        assert_eq!(hours.next_open(&shanghai(), at("2026-03-01T16:00:00Z")), None);
    }
}
