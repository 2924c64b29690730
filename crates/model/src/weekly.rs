//! Weekly hours a vendor can be told: what several clocks have in common, told by one.
//!
//! They are a fence around people a vendor holds already; who is handed over at which moment is decided by the
//! [openings](Openings) themselves. Holidays and closed periods are no weekly hours: those of the week to come are left out of it,
//! and whoever a vendor holds for six days and longer may be called on one that follows.

use crate::{Days, Hours, Openings, Timestamp, Weekday, Window, Zone};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

const DAY: usize = 24 * 60;
const WEEK: usize = 7 * DAY;
const HALF_HOUR: usize = 30;
/// The day of the week on which Unix time began, in minutes.
const THURSDAY: isize = 3 * 24 * 60;

/// Every minute of a week from Monday 00:00 on, and whether it is open.
type Minutes = Vec<bool>;

impl Openings<'_> {
    /// The hours of the week that all clocks have in common and that the week from `now` on has, told by the first that has any, as
    /// clocks are set at `now`. `None` when there are none.
    pub fn weekly(&self, now: Timestamp) -> Option<Hours> {
        let with_windows = self.clocks.iter().find(|(hours, _)| !hours.windows.is_empty());
        let Some((_, first)) = with_windows.or(self.clocks.first()) else { return Some(Hours::default()) };
        let minutes = |zone: &TimeZone| isize::try_from(zone.to_offset(now).seconds() / 60).unwrap_or(0);
        let mut common = vec![true; WEEK];
        for (hours, zone) in self.clocks.iter().filter(|(hours, _)| !hours.windows.is_empty()) {
            let (theirs, ahead) = (minutes_of(&hours.windows), minutes(zone) - minutes(first));
            let turned = theirs.iter().cycle().skip(shift(ahead));
            common.iter_mut().zip(turned).for_each(|(open, theirs)| *open &= theirs);
        }
        let monday = minutes(first) + THURSDAY;
        for (from, to) in self.clocks.iter().flat_map(|(hours, zone)| hours.closures(zone, now)) {
            for minute in from..to {
                if let Some(open) = common.get_mut(shift(minute.saturating_add(monday))) {
                    *open = false;
                }
            }
        }
        let time_zone = Zone::Named(first.iana_name().unwrap_or("UTC").into());
        written(&common).map(|windows| Hours { time_zone, windows, ..Hours::default() })
    }
}

impl Hours {
    /// Those of their weekly hours that are the same on every day they are for, by the half-hour: what is left for a vendor
    /// that can keep no others. `None` when nothing is left.
    pub fn same_every_day(&self) -> Option<Self> {
        self.same_on(|day| day.contains(&true))
    }

    /// The same of days that are as the one of `now`, for a vendor that can keep no others and days that have nothing in common.
    pub fn as_today(&self, now: Timestamp) -> Option<Self> {
        let today = now.to_zoned(self.time_zone.fixed()?).weekday().to_monday_zero_offset();
        let minutes = minutes_of(&self.windows);
        let today = minutes.chunks(DAY).nth(usize::try_from(today).ok()?)?;
        self.same_on(|day| day == today && day.contains(&true))
    }

    /// When nobody is called for holidays and closed periods in the week that begins with the day of `now`, by that clock: minutes of
    /// Unix time. Whole days, so that the answer is another one on another day only.
    fn closures(&self, clock: &TimeZone, now: Timestamp) -> Vec<(isize, isize)> {
        let day = |day: &Date| day.tomorrow().ok().map(|next| (day.at(0, 0, 0, 0), next.at(0, 0, 0, 0)));
        let closed = self.closed.iter().map(|closed| (closed.from, closed.to));
        let instant = |local: DateTime| clock.to_timestamp(local).ok();
        let minute = |seconds: i64| isize::try_from(seconds.div_euclid(60)).ok();
        let today = clock.to_datetime(now).date();
        let midnight = |date: Date| instant(date.at(0, 0, 0, 0)).map(|at| at.as_second());
        let next_week = today.checked_add(7.days()).ok().and_then(midnight);
        let Some((from, end_of_week)) = midnight(today).zip(next_week) else { return Vec::new() };
        let part = |(begin, end): (DateTime, DateTime)| {
            let (begin, end) =
                (instant(begin)?.as_second().max(from), instant(end)?.as_second().min(end_of_week));
            (begin < end).then_some((minute(begin)?, minute(end + 59)?))
        };
        self.holidays.iter().filter_map(day).chain(closed).filter_map(part).collect()
    }

    fn same_on(&self, is_for: impl Fn(&[bool]) -> bool) -> Option<Self> {
        let minutes = minutes_of(&self.windows);
        let days: Vec<_> = minutes.chunks(DAY).collect();
        let open_on: Vec<_> = days.iter().filter(|day| is_for(day)).collect();
        let always = |half: usize| {
            let within = half * HALF_HOUR..(half + 1) * HALF_HOUR;
            open_on.iter().all(|day| day[within.clone()].iter().all(|open| *open))
        };
        let halves: Vec<_> = (0..DAY / HALF_HOUR).map(always).collect();
        let common = days.iter().flat_map(|day| {
            let is_open = is_for(day);
            halves.iter().flat_map(move |open| std::iter::repeat_n(is_open && *open, HALF_HOUR))
        });
        written(&common.collect::<Minutes>()).map(|windows| Self { windows, ..self.clone() })
    }
}

/// Where in the week another clock is when this one begins it; or a minute, counted from a Monday on.
fn shift(ahead: isize) -> usize {
    let week = isize::try_from(WEEK).unwrap_or(isize::MAX);
    usize::try_from(ahead.rem_euclid(week)).unwrap_or(0)
}

fn minutes_of(windows: &[Window]) -> Minutes {
    let mut minutes = vec![windows.is_empty(); WEEK];
    for window in windows {
        let (open, close) = window.minutes();
        for day in &window.days {
            let begin = usize::from(day.number() - 1) * DAY;
            minutes[begin + usize::from(open)..begin + usize::from(close)].fill(true);
        }
    }
    minutes
}

/// The same as windows, days with the same hours together; none when all minutes are open, `None` when no minute is.
fn written(minutes: &Minutes) -> Option<Vec<Window>> {
    if minutes.iter().all(|open| *open) {
        return Some(Vec::new());
    }
    let mut days: BTreeMap<(usize, usize), Days> = BTreeMap::new();
    for (day, minutes) in Weekday::ALL.iter().zip(minutes.chunks(DAY)) {
        for part in parts(minutes) {
            days.entry(part).or_default().insert(*day);
        }
    }
    let window = |((from, to), days)| Some(Window { days, from: clock(from)?, to: clock(to % DAY)? });
    let windows: Vec<_> = days.into_iter().filter_map(window).collect();
    (!windows.is_empty()).then_some(windows)
}

/// Where a day is open: from which minute to which.
fn parts(minutes: &[bool]) -> Vec<(usize, usize)> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for (minute, _) in minutes.iter().enumerate().filter(|(_, open)| **open) {
        match parts.last_mut() {
            Some((_, end)) if *end == minute => *end += 1,
            _ => parts.push((minute, minute + 1)),
        }
    }
    parts
}

fn clock(minute: usize) -> Option<Time> {
    let part = |number: usize| i8::try_from(number).ok();
    Time::new(part(minute / 60)?, part(minute % 60)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schedule;
    use proptest::prelude::*;
    use serde_json::json;

    fn hours(zone: &str, windows: serde_json::Value) -> Hours {
        serde_json::from_value(json!({"time_zone": zone, "windows": windows})).unwrap()
    }

    fn weekly(all: &[&Hours], now: &str) -> Option<serde_json::Value> {
        let schedule = Schedule { hours: all[0].clone(), ..Schedule::default() };
        let openings = Openings::for_all(&schedule, all[1..].iter().copied());
        openings.weekly(now.parse().unwrap()).map(|hours| serde_json::to_value(hours).unwrap())
    }

    #[test]
    fn two_clocks_have_in_common_what_the_first_can_be_told() {
        let work = json!([{"days": ["mon", "tue"], "from": "09:00", "to": "18:00"}]);
        let (berlin, tokyo) = (hours("Europe/Berlin", work.clone()), hours("Asia/Tokyo", work.clone()));
        // Berlin is eight hours behind in winter, seven in summer.
        let common = |from: &str, to: &str| json!({"time_zone": "Europe/Berlin", "windows": [{"days": ["mon", "tue"], "from": from, "to": to}]});
        assert_eq!(weekly(&[&berlin, &tokyo], "2026-01-05T00:00:00Z"), Some(common("09:00", "10:00")));
        assert_eq!(weekly(&[&berlin, &tokyo], "2026-07-06T00:00:00Z"), Some(common("09:00", "11:00")));
        assert_eq!(weekly(&[&berlin], "2026-07-06T00:00:00Z").unwrap()["windows"], work);
        let night = hours("Asia/Tokyo", json!([{"days": ["sun"], "from": "09:00", "to": "18:00"}]));
        assert_eq!(weekly(&[&berlin, &night], "2026-07-06T00:00:00Z"), None);
    }

    #[test]
    fn days_on_which_nobody_is_called_are_left_out_when_they_are_near() {
        let work = json!([{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}]);
        let shanghai = |more: serde_json::Value| {
            let mut hours = json!({"time_zone": "Asia/Shanghai", "windows": work});
            hours.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value::<Hours>(hours).unwrap()
        };
        let days_of = |hours: &Hours, now: &str| {
            weekly(&[hours], now).map(|told| told["windows"].clone()).unwrap_or_default()
        };
        let holiday = shanghai(json!({"holidays": ["2026-03-06"]}));
        let (thursday, far) = ("2026-03-05T02:00:00Z", "2026-02-25T02:00:00Z");
        let without = json!([{"days": ["mon", "tue", "wed", "thu"], "from": "09:00", "to": "18:00"}]);
        assert_eq!(days_of(&holiday, thursday), without);
        assert_eq!(days_of(&holiday, far), work, "nine days away");
        assert_eq!(days_of(&holiday, "2026-03-06T16:00:00Z"), work, "over");
        for hour in ["00", "07", "12", "15"] {
            let a_week_before = format!("2026-02-27T{hour}:05:00Z");
            assert_eq!(days_of(&holiday, &a_week_before), work, "today's hours are today's all day long");
        }
        assert_eq!(days_of(&holiday, "2026-02-27T16:00:00Z"), without, "midnight in Shanghai");
        let lunch = shanghai(json!({"closed": [{"from": "2026-03-05T12:00", "to": "2026-03-05T13:00"}]}));
        let parts = json!([
            {"days": ["thu"], "from": "09:00", "to": "12:00"},
            {"days": ["mon", "tue", "wed", "fri"], "from": "09:00", "to": "18:00"},
            {"days": ["thu"], "from": "13:00", "to": "18:00"},
        ]);
        assert_eq!(days_of(&lunch, thursday), parts);
        // A holiday by another clock is one of parts of two days: Friday in Berlin begins at seven in Shanghai.
        let berlin: Hours = serde_json::from_value(
            json!({"time_zone": "Europe/Berlin", "windows": [], "holidays": ["2026-03-06"]}),
        )
        .unwrap();
        assert_eq!(weekly(&[&shanghai(json!({})), &berlin], thursday).unwrap()["windows"], without);
        let only = Hours { holidays: ["2026-03-06".parse().unwrap()].into(), ..Hours::default() };
        let days = json!(["mon", "tue", "wed", "thu", "sat", "sun"]);
        assert_eq!(days_of(&only, thursday), json!([{"days": days, "from": "00:00", "to": "00:00"}]));
        assert_eq!(days_of(&only, far), json!([]), "any hour");
    }

    #[test]
    fn a_vendor_with_one_set_of_half_hours_is_told_what_every_day_has() {
        let odd = hours(
            "UTC",
            json!([
                {"days": ["mon"], "from": "08:45", "to": "12:15"}, {"days": ["wed"], "from": "09:00", "to": "18:00"},
            ]),
        );
        let same = odd.same_every_day().unwrap();
        assert_eq!(
            serde_json::to_value(&same.windows).unwrap(),
            json!([{"days": ["mon", "wed"], "from": "09:00", "to": "12:00"}])
        );
        let never = hours(
            "UTC",
            json!([
                {"days": ["mon"], "from": "08:00", "to": "09:00"}, {"days": ["wed"], "from": "09:00", "to": "18:00"},
            ]),
        );
        assert_eq!(never.same_every_day(), None);
        let wednesday = never.as_today("2026-03-04T12:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(
            serde_json::to_value(&wednesday.windows).unwrap(),
            json!([{"days": ["wed"], "from": "09:00", "to": "18:00"}])
        );
        assert_eq!(never.as_today("2026-03-05T12:00:00Z".parse().unwrap()), None, "nothing on a Thursday");
    }

    proptest! {
        #[test]
        fn windows_of_minutes_are_those_minutes(minutes in prop::collection::vec(any::<bool>(), 7 * 24)) {
            let hourly: Minutes = minutes.iter().flat_map(|open| std::iter::repeat_n(*open, 60)).collect();
            let windows = written(&hourly);
            prop_assert_eq!(windows.is_some(), hourly.contains(&true));
            if let Some(windows) = windows {
                prop_assert_eq!(minutes_of(&windows), hourly);
            }
        }
    }
}
