//! Times as AI Rudder writes them.
//!
//! An instance knows no hours and no beginning: what it holds is dialed when its template says so.
//! Windows and `not_before` are therefore kept by Outdial alone, and only the end is told to the vendor.

use jiff::{SignedDuration, tz::TimeZone};
use outdial_model::{Schedule, Timestamp};

/// `2026-03-08 20:00:00+08:00`: a blank in the middle and always an offset (dossier 3.1).
const FORM: &str = "%Y-%m-%d %H:%M:%S%:z";

/// How far around the present and the opening of an instance its people are looked for.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// When the instance ends: with the task, or `days` from now when the task has no end.
pub(super) fn end_time(schedule: &Schedule, now: Timestamp, days: i64) -> String {
    let end = schedule.not_after.unwrap_or_else(|| shifted(now, SignedDuration::from_hours(24 * days)));
    written(end, schedule.zone())
}

/// Between which instants to look for people of an instance that was asked for at `opened_at`.
pub(super) fn search_window(opened_at: Timestamp, now: Timestamp) -> (String, String) {
    let from = shifted(opened_at.min(now), -MARGIN);
    (written(from, TimeZone::UTC), written(shifted(now, MARGIN), TimeZone::UTC))
}

fn written(moment: Timestamp, zone: TimeZone) -> String {
    moment.to_zoned(zone).strftime(FORM).to_string()
}

fn shifted(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.saturating_add(by).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn manila() -> Schedule {
        Schedule { time_zone: "Asia/Manila".into(), ..Schedule::default() }
    }

    #[test]
    fn the_end_is_the_tasks_in_the_tasks_zone() {
        let schedule = Schedule { not_after: Some(at("2026-03-08T12:00:00.750Z")), ..manila() };
        let now = at("2026-03-01T00:00:00Z");
        assert_eq!(end_time(&schedule, now, 7), "2026-03-08 20:00:00+08:00");
    }

    #[test]
    fn a_task_without_an_end_gets_some_days() {
        let now = at("2026-03-01T00:00:00Z");
        assert_eq!(end_time(&manila(), now, 7), "2026-03-08 08:00:00+08:00");
        assert_eq!(end_time(&Schedule::default(), now, 2), "2026-03-03 00:00:00+00:00");
    }

    #[test]
    fn people_are_looked_for_from_a_little_before_to_a_little_after() {
        let window = search_window(at("2026-03-01T00:00:00Z"), at("2026-03-01T02:00:00Z"));
        assert_eq!(window.0, "2026-02-28 23:50:00+00:00");
        assert_eq!(window.1, "2026-03-01 02:10:00+00:00");
    }
}
