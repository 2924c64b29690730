//! Times as AI Rudder writes them.
//!
//! An instance knows no hours and no beginning: what it holds is dialed when its template says so.
//! Windows and `not_before` are therefore kept by Outdial alone, and only the end is told to the vendor.

use jiff::SignedDuration;
use jiff::tz::{Offset, TimeZone};
use outdial_model::{Schedule, Timestamp};

/// `2026-03-08 20:00:00+08:00`: a blank in the middle and always an offset (dossier 3.1).
const FORM: &str = "%Y-%m-%d %H:%M:%S%:z";

/// How far around an instance's life its people are looked for: that the vendor minds the offset of a
/// time is not published, and clocks on earth differ by at most 26 hours.
const MARGIN: SignedDuration = SignedDuration::from_hours(26);

/// The offset every time is written with, such as `+08:00`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    jiff::fmt::strtime::parse("%:z", text).ok()?.offset()
}

/// What is told to the vendor as the end of an instance: the task's end, but no later than
/// [`instance_end`].
pub(super) fn end_time(schedule: &Schedule, now: Timestamp, days: i64, offset: Offset) -> String {
    let latest = instance_end(now, days);
    written(schedule.not_after.map_or(latest, |end| end.min(latest)), offset)
}

/// When an instance that was asked for at `opened_at` is over at the latest.
pub(super) fn instance_end(opened_at: Timestamp, days: i64) -> Timestamp {
    shifted(opened_at, SignedDuration::from_hours(24 * days))
}

/// Between which instants to look for people of an instance that was asked for at `opened_at`.
pub(super) fn search_window(opened_at: Timestamp, now: Timestamp, offset: Offset) -> (String, String) {
    let from = shifted(opened_at.min(now), -MARGIN);
    (written(from, offset), written(shifted(now, MARGIN), offset))
}

fn written(moment: Timestamp, offset: Offset) -> String {
    moment.to_zoned(TimeZone::fixed(offset)).strftime(FORM).to_string()
}

fn shifted(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.saturating_add(by).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::offset as hours;

    const MANILA: Offset = hours(8);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_end_is_the_tasks_whatever_its_zone() {
        let schedule = Schedule { not_after: Some(at("2026-03-07T12:00:00.750Z")), ..Schedule::default() };
        let now = at("2026-03-01T00:00:00Z");
        assert_eq!(end_time(&schedule, now, 7, MANILA), "2026-03-07 20:00:00+08:00");
        assert_eq!(end_time(&schedule, now, 7, Offset::UTC), "2026-03-07 12:00:00+00:00");
    }

    #[test]
    fn no_instance_outlives_its_days() {
        let now = at("2026-03-01T00:00:00Z");
        let late = Schedule { not_after: Some(at("2026-04-01T00:00:00Z")), ..Schedule::default() };
        for schedule in [Schedule::default(), late] {
            assert_eq!(end_time(&schedule, now, 7, MANILA), "2026-03-08 08:00:00+08:00");
        }
        assert_eq!(instance_end(now, 7), at("2026-03-08T00:00:00Z"));
    }

    #[test]
    fn people_are_found_even_if_the_offset_is_ignored() {
        let window = search_window(at("2026-03-02T00:00:00Z"), at("2026-03-02T02:00:00Z"), MANILA);
        assert_eq!(window.0, "2026-03-01 06:00:00+08:00");
        assert_eq!(window.1, "2026-03-03 12:00:00+08:00");
    }

    #[test]
    fn an_offset_has_a_sign_hours_and_minutes() {
        assert_eq!(offset("+08:00"), Some(MANILA));
        assert_eq!(offset("-03:30").map(|offset| offset.seconds()), Some(-12_600));
        for odd in ["", "8", "Asia/Manila", "+08:00 ", "+99:00"] {
            assert_eq!(offset(odd), None, "{odd}");
        }
    }
}
