//! Weekly windows as the vendor takes them: daily hours, or hours of days of the week (section 7.1).
//!
//! Minutes are exact on both sides; only the end of the day is written a second early, because
//! `24:00:00` is nowhere documented.

use super::wire::{Hours, TimeRange, WorkTime};
use outdial_model::{Schedule, Weekday, Window};

/// What to send so that the vendor keeps the windows by itself.
pub fn hours(schedule: &Schedule) -> Hours {
    let windows = &schedule.hours.windows;
    if windows.is_empty() {
        return Hours::default();
    }
    let every_day = windows.iter().all(|window| window.days.len() == Weekday::ALL.len());
    let (daily, weekly) =
        if every_day { (windows.as_slice(), [].as_slice()) } else { ([].as_slice(), windows.as_slice()) };
    Hours {
        time_zone: Some(schedule.hours.time_zone.to_string()),
        available_time: daily.iter().map(range).collect(),
        available_work_time_config: weekly.iter().map(work_time).collect(),
    }
}

fn work_time(window: &Window) -> WorkTime {
    WorkTime {
        day_type: "Custom",
        days_of_week: window.days.iter().map(|day| day_name(*day)).collect(),
        time_ranges: vec![range(window)],
    }
}

fn range(window: &Window) -> TimeRange {
    let (open, close) = window.minutes();
    let clock = |minute: u16| format!("{:02}:{:02}:00", minute / 60, minute % 60);
    TimeRange {
        start_time: clock(open),
        end_time: if close == 1440 { "23:59:59".to_owned() } else { clock(close) },
    }
}

const fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn sent(windows: Value) -> Value {
        let told = json!({"time_zone": "Asia/Shanghai", "windows": windows});
        let schedule = Schedule { hours: serde_json::from_value(told).unwrap(), ..Schedule::default() };
        serde_json::to_value(hours(&schedule)).unwrap()
    }

    #[test]
    fn without_windows_nothing_is_sent() {
        assert_eq!(sent(json!([])), json!({}));
    }

    #[test]
    fn the_same_hours_every_day_are_daily_hours() {
        let all = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
        let windows = json!([
            {"days": all, "from": "09:00", "to": "12:15"},
            {"days": all, "from": "14:00", "to": "24:00"},
        ]);
        let daily = json!([
            {"StartTime": "09:00:00", "EndTime": "12:15:00"},
            {"StartTime": "14:00:00", "EndTime": "23:59:59"},
        ]);
        assert_eq!(sent(windows), json!({"TimeZone": "Asia/Shanghai", "AvailableTime": daily}));
    }

    #[test]
    fn hours_of_some_days_name_the_days() {
        let windows = json!([{"days": ["mon", "fri"], "from": "09:00", "to": "18:00"}]);
        let work_time = json!([{
            "DayType": "Custom",
            "DaysOfWeek": ["Monday", "Friday"],
            "TimeRanges": [{"StartTime": "09:00:00", "EndTime": "18:00:00"}],
        }]);
        let expected = json!({"TimeZone": "Asia/Shanghai", "AvailableWorkTimeConfig": work_time});
        assert_eq!(sent(windows), expected);
    }
}
