//! A schedule as NXTele can hold it: one set of days, one set of half-hours for all of them, and a
//! fixed distance from UTC.
//!
//! Outdial keeps to the true windows before anything is sent; these are the fence around what
//! NXTele already holds. A zone's daylight saving cannot be written down here: the distance from UTC
//! is that of the moment the segment is opened or changed.

use outdial_model::{Days, FieldProblem, Schedule, Timestamp, Weekday, Window};

const HALF_HOUR: u16 = 30;

/// Half-hours of a day, bit 0 being 00:00 to 00:30.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct HalfHours(u64);

impl HalfHours {
    const ALL: Self = Self((1 << 48) - 1);

    fn of(window: &Window) -> Self {
        let (open, close) = window.minutes();
        Self((open / HALF_HOUR..close / HALF_HOUR).fold(0, |bits, half| bits | 1 << half))
    }

    fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Hours whose first (`half` 0) or second (`half` 1) half is in the set, as NXTele lists them.
    fn hours(self, half: u64) -> String {
        joined((0..24u64).filter(|hour| self.0 & 1 << (hour * 2 + half) != 0))
    }
}

/// When a task may dial, in NXTele's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DialHours {
    /// 1 for Monday to 7 for Sunday.
    pub(super) week_days: String,
    /// Hours whose first half is open.
    pub(super) up_hours: String,
    /// Hours whose second half is open.
    pub(super) down_hours: String,
}

impl DialHours {
    /// The windows of `schedule`, or why NXTele cannot hold them.
    pub(super) fn of(schedule: &Schedule) -> Result<Self, Vec<FieldProblem>> {
        if schedule.hours.windows.is_empty() {
            let every_day = Weekday::ALL.iter().copied().collect();
            return Ok(Self::written(&every_day, HalfHours::ALL));
        }
        let problems: Vec<_> =
            schedule.hours.windows.iter().enumerate().flat_map(off_the_half_hour).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let days: Days =
            schedule.hours.windows.iter().flat_map(|window| window.days.iter().copied()).collect();
        let hours = |day| open_on(day, &schedule.hours.windows);
        let first = days.first().map(|day| hours(*day)).unwrap_or_default();
        if first == HalfHours::default() {
            return Err(vec![FieldProblem::new(
                "/schedule/windows",
                "invalid_value",
                "no window is ever open",
            )]);
        }
        match days.iter().find(|day| hours(**day) != first) {
            None => Ok(Self::written(&days, first)),
            Some(odd) => {
                let index =
                    schedule.hours.windows.iter().position(|window| window.days.contains(odd)).unwrap_or(0);
                let detail = "NXTele has one set of hours for all days; give every day the same hours, or make a task for each set";
                Err(vec![FieldProblem::new(
                    &format!("/schedule/windows/{index}/days"),
                    "not_supported",
                    detail,
                )])
            }
        }
    }

    fn written(days: &Days, hours: HalfHours) -> Self {
        Self {
            week_days: joined(days.iter().map(|day| u64::from(day.number()))),
            up_hours: hours.hours(0),
            down_hours: hours.hours(1),
        }
    }
}

/// Seconds by which the schedule's zone is east of UTC at `at`.
pub(super) fn zone_second(schedule: &Schedule, at: Timestamp) -> i32 {
    schedule.zone().to_offset(at).seconds()
}

fn open_on(day: Weekday, windows: &[Window]) -> HalfHours {
    windows
        .iter()
        .filter(|window| window.days.contains(&day))
        .fold(HalfHours::default(), |open, window| open.union(HalfHours::of(window)))
}

fn off_the_half_hour((index, window): (usize, &Window)) -> Vec<FieldProblem> {
    let (open, close) = window.minutes();
    [("from", open), ("to", close)]
        .into_iter()
        .filter(|(_, minute)| minute % HALF_HOUR != 0)
        .map(|(end, _)| {
            let detail = "NXTele dials by the half-hour; use :00 or :30";
            FieldProblem::new(&format!("/schedule/windows/{index}/{end}"), "not_supported", detail)
        })
        .collect()
}

fn joined(numbers: impl Iterator<Item = u64>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::tz::TimeZone;
    use outdial_model::{Hours, Zone};
    use proptest::prelude::*;

    fn schedule(windows: &[(&[Weekday], &str, &str)]) -> Schedule {
        let window = |(days, from, to): &(&[Weekday], &str, &str)| Window {
            days: days.iter().copied().collect(),
            from: Window::time(from).unwrap(),
            to: Window::time(to).unwrap(),
        };
        let windows = windows.iter().map(window).collect();
        let hours = Hours { time_zone: Zone::Named("Europe/Berlin".into()), windows, ..Hours::default() };
        Schedule { hours, ..Schedule::default() }
    }

    fn pointers(windows: &[(&[Weekday], &str, &str)]) -> Vec<String> {
        let problems = DialHours::of(&schedule(windows)).unwrap_err();
        problems.into_iter().map(|problem| problem.pointer).collect()
    }

    const WORKDAYS: &[Weekday] = &[Weekday::Mon, Weekday::Tue];

    #[test]
    fn windows_become_half_hours() {
        let hours = DialHours::of(&schedule(&[(WORKDAYS, "09:00", "12:00"), (WORKDAYS, "14:30", "15:00")]));
        let expected = DialHours {
            week_days: "1,2".into(),
            up_hours: "9,10,11".into(),
            down_hours: "9,10,11,14".into(),
        };
        assert_eq!(hours.unwrap(), expected);
    }

    #[test]
    fn a_window_to_midnight_reaches_the_end_of_the_day() {
        let hours = DialHours::of(&schedule(&[(&[Weekday::Sun], "22:30", "24:00")])).unwrap();
        assert_eq!((&*hours.week_days, &*hours.up_hours, &*hours.down_hours), ("7", "23", "22,23"));
    }

    #[test]
    fn without_windows_every_half_hour_is_open() {
        let hours = DialHours::of(&Schedule::default()).unwrap();
        assert_eq!(hours.week_days, "1,2,3,4,5,6,7");
        assert_eq!(hours.up_hours, hours.down_hours);
        assert_eq!(hours.up_hours.split(',').count(), 24);
    }

    #[test]
    fn what_half_hours_cannot_say_is_refused_where_it_stands() {
        assert_eq!(
            pointers(&[(WORKDAYS, "09:15", "18:45")]),
            ["#/schedule/windows/0/from", "#/schedule/windows/0/to"]
        );
        let saturday: &[Weekday] = &[Weekday::Sat];
        assert_eq!(
            pointers(&[(WORKDAYS, "09:00", "18:00"), (saturday, "09:00", "12:00")]),
            ["#/schedule/windows/1/days"]
        );
        assert_eq!(pointers(&[(&[], "09:00", "18:00")]), ["#/schedule/windows"]);
    }

    #[test]
    fn the_same_hours_in_two_windows_are_one_set() {
        let saturday: &[Weekday] = &[Weekday::Sat];
        let hours = DialHours::of(&schedule(&[(WORKDAYS, "09:00", "10:00"), (saturday, "09:00", "10:00")]));
        assert_eq!(hours.unwrap().week_days, "1,2,6");
    }

    #[test]
    fn the_distance_from_utc_is_that_of_the_moment() {
        let schedule = schedule(&[]);
        assert_eq!(zone_second(&schedule, "2026-01-15T12:00:00Z".parse().unwrap()), 3600);
        assert_eq!(zone_second(&schedule, "2026-07-15T12:00:00Z".parse().unwrap()), 7200);
    }

    /// Which half-hours of a week the words open, read as the vendor's manual says: days by number, hours whose first or second
    /// half is open.
    fn read_back(hours: &DialHours) -> Vec<bool> {
        let numbers = |text: &str| {
            text.split(',').filter_map(|number| number.parse::<usize>().ok()).collect::<Vec<_>>()
        };
        let (days, up, down) =
            (numbers(&hours.week_days), numbers(&hours.up_hours), numbers(&hours.down_hours));
        let half = |day: usize, half: usize| {
            let open = if half.is_multiple_of(2) { &up } else { &down };
            days.contains(&(day + 1)) && open.contains(&(half / 2))
        };
        (0..7 * 48).map(|index| half(index / 48, index % 48)).collect()
    }

    proptest! {
        #[test]
        fn half_hours_that_are_written_are_read_back_as_they_were(
            days in prop::collection::btree_set(0..7usize, 1..=7),
            halves in prop::collection::btree_set(0..48i64, 1..=48),
        ) {
            let days: Days = days.into_iter().map(|day| Weekday::ALL[day]).collect();
            let clock = |half: i64| Window::time(&format!("{:02}:{:02}", half / 2, half % 2 * 30)).unwrap();
            let window = |half: &i64| Window { days: days.clone(), from: clock(*half), to: clock((half + 1) % 48) };
            let schedule = Schedule {
                hours: Hours { windows: halves.iter().map(window).collect(), ..Hours::default() },
                ..Schedule::default()
            };
            let read = read_back(&DialHours::of(&schedule).unwrap());
            // A week in UTC that begins on a Monday.
            let monday: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
            for minute in 0..7 * 24 * 60i64 {
                let is_open = schedule.hours.are_open(&TimeZone::UTC, monday + minute.minutes());
                prop_assert_eq!(read[usize::try_from(minute / 30).unwrap()], is_open, "minute {}", minute);
            }
        }
    }
}
