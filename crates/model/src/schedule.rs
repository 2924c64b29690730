//! When a task may dial: a start, an end, and weekly windows in a time zone.
//!
//! Windows are wall-clock hours of the zone; daylight saving is the zone's business (jiff, IANA
//! data). No windows means any hour.

use crate::Timestamp;
use crate::status::words;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan, Zoned};

/// Windows come back every week; a day more for clocks that are set.
const HORIZON: SignedDuration = SignedDuration::from_hours(8 * 24);

/// What starts a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum StartMode {
    /// `POST /tasks/{id}/start`.
    #[default]
    Manual,
    /// Its acceptance.
    Immediate,
    /// Its acceptance, at `not_before`.
    Scheduled,
}

words!(StartMode, "start mode", { Manual => "manual", Immediate => "immediate", Scheduled => "scheduled" });

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

words!(Weekday, "weekday", {
    Mon => "mon", Tue => "tue", Wed => "wed", Thu => "thu", Fri => "fri", Sat => "sat", Sun => "sun",
});

impl Weekday {
    /// 1 for Monday to 7 for Sunday (ISO 8601).
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    fn on(day: Date) -> Self {
        let offset = day.weekday().to_monday_zero_offset();
        Self::ALL.get(usize::try_from(offset).unwrap_or(0)).copied().unwrap_or(Self::Mon)
    }
}

/// Days of the week a window is open on.
pub type Days = std::collections::BTreeSet<Weekday>;

/// Hours of some days: open from `from` until just before `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Which days.
    pub days: Days,
    /// Opens at this wall-clock minute.
    pub from: Time,
    /// Closes at this wall-clock minute; midnight means the end of the day.
    pub to: Time,
}

impl Window {
    /// Minutes of the day `[open, close)`, with a closing midnight as 1440.
    pub fn minutes(&self) -> (u16, u16) {
        let minute =
            |time: Time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        let close = minute(self.to);
        (minute(self.from), if close == 0 { 1440 } else { close })
    }

    /// When it is open next, from `now` on, by a clock that nobody sets.
    fn next_opening(&self, now: DateTime) -> Option<DateTime> {
        let (open, close) = self.minutes();
        let days = (0..=7i64).filter_map(|ahead| now.date().checked_add(ahead.days()).ok());
        days.filter(|day| self.days.contains(&Weekday::on(*day)))
            .filter_map(|day| {
                let minute = |minute: u16| day.at(0, 0, 0, 0).checked_add(i64::from(minute).minutes()).ok();
                let opening = minute(open)?.max(now);
                (opening < minute(close)?).then_some(opening)
            })
            .min()
    }

    fn contains(&self, moment: &Zoned) -> bool {
        let minute = u16::from(moment.hour().unsigned_abs()) * 60 + u16::from(moment.minute().unsigned_abs());
        let (open, close) = self.minutes();
        self.days.contains(&Weekday::on(moment.date())) && (open..close).contains(&minute)
    }
}

/// When a task may dial.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    /// What starts it.
    pub start: StartMode,
    /// Nothing is dialed before this instant.
    pub not_before: Option<Timestamp>,
    /// Nothing is dialed from this instant on.
    pub not_after: Option<Timestamp>,
    /// IANA name of the zone the windows are in.
    pub time_zone: String,
    /// Weekly hours; any hour when empty.
    pub windows: Vec<Window>,
}

impl Default for Schedule {
    fn default() -> Self {
        let (start, time_zone) = (StartMode::Manual, "UTC".to_owned());
        Self { start, not_before: None, not_after: None, time_zone, windows: Vec::new() }
    }
}

impl Schedule {
    /// The zone the windows are in; UTC when its name is unknown to this machine (names are checked
    /// when a task is accepted).
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Whether dialing is allowed at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|start| now >= start)
            && !self.is_over(now)
            && (self.windows.is_empty() || {
                let local = now.to_zoned(self.zone());
                self.windows.iter().any(|window| window.contains(&local))
            })
    }

    /// Whether dialing will never be allowed again.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.not_after.is_some_and(|end| now >= end)
    }

    /// The first instant from `now` on at which dialing is allowed; `None` when there is none
    /// within eight days of windows or before `not_after`.
    pub fn next_open(&self, now: Timestamp) -> Option<Timestamp> {
        let from = self.not_before.map_or(now, |start| start.max(now));
        let opening = if self.windows.is_empty() { from } else { self.next_in_windows(from)? };
        (!self.is_over(opening)).then_some(opening)
    }

    /// Looks from one change of the zone's clocks to the next, for between two of them an hour is an hour. An opening may be
    /// an hour that comes twice, or the first one after some that never come.
    fn next_in_windows(&self, mut from: Timestamp) -> Option<Timestamp> {
        let zone = self.zone();
        let horizon = from.checked_add(HORIZON).ok()?;
        while from < horizon {
            let change = zone.following(from).next().map(|change| change.timestamp());
            let local = zone.to_datetime(from);
            let opening = self.windows.iter().filter_map(|window| window.next_opening(local)).min();
            let opening = opening.and_then(|opening| from.checked_add(opening.duration_since(local)).ok());
            match (opening, change) {
                (Some(opening), None) => return Some(opening),
                (Some(opening), Some(change)) if opening < change => return Some(opening),
                (_, change) => from = change?,
            }
        }
        None
    }
}

/// A window as JSON has it: `{"days": ["mon"], "from": "09:00", "to": "18:00"}`.
#[derive(serde::Serialize, serde::Deserialize)]
struct WindowForm {
    days: Days,
    from: String,
    to: String,
}

impl serde::Serialize for Window {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |time: Time| time.strftime("%H:%M").to_string();
        WindowForm { days: self.days.clone(), from: text(self.from), to: text(self.to) }.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Window {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = WindowForm::deserialize(deserializer)?;
        let read = |text: &str| Window::time(text).ok_or_else(|| serde::de::Error::custom("expected HH:MM"));
        Ok(Self { from: read(&form.from)?, to: read(&form.to)?, days: form.days })
    }
}

impl Window {
    /// Reads `HH:MM`; `24:00` is the end of the day.
    pub fn time(text: &str) -> Option<Time> {
        let text = if text == "24:00" { "00:00" } else { text };
        (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office_hours() -> Schedule {
        let days = Days::from([Weekday::Mon, Weekday::Fri]);
        let window =
            Window { days, from: Window::time("09:00").unwrap(), to: Window::time("18:00").unwrap() };
        Schedule { time_zone: "Asia/Shanghai".into(), windows: vec![window], ..Schedule::default() }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_read_in_its_own_zone() {
        let schedule = office_hours();
        assert!(schedule.is_open(at("2026-03-02T01:00:00Z")), "Monday 09:00 in Shanghai");
        assert!(!schedule.is_open(at("2026-03-02T00:59:59Z")));
        assert!(!schedule.is_open(at("2026-03-02T10:00:00Z")), "Monday 18:00 in Shanghai");
    }

    #[test]
    fn the_next_opening_skips_the_days_between() {
        let next = office_hours().next_open(at("2026-03-02T10:00:00Z"));
        assert_eq!(next, Some(at("2026-03-06T01:00:00Z")), "Friday 09:00 in Shanghai");
    }

    #[test]
    fn after_the_end_there_is_no_opening() {
        let schedule = Schedule { not_after: Some(at("2026-03-03T00:00:00Z")), ..office_hours() };
        assert_eq!(schedule.next_open(at("2026-03-02T10:00:00Z")), None);
        assert!(schedule.is_over(at("2026-03-03T00:00:00Z")));
    }

    #[test]
    fn without_windows_any_hour_after_the_start_is_open() {
        let start = at("2026-03-01T01:00:00Z");
        let schedule = Schedule { not_before: Some(start), ..Schedule::default() };
        assert!(!schedule.is_open(at("2026-03-01T00:59:59Z")));
        assert_eq!(schedule.next_open(at("2026-02-01T00:00:00Z")), Some(start));
    }

    #[test]
    fn a_window_keeps_its_json_form() {
        let text = r#"{"days":["mon","fri"],"from":"09:00","to":"18:00"}"#;
        let window: Window = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&window).unwrap(), text);
    }
}
