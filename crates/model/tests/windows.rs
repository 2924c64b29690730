//! Windows where clocks are set forward and back: every zone there is, every change of it for seven years, minute by minute.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use jiff::tz::{TimeZone, db};
use jiff::{SignedDuration, ToSpan};
use outdial_model::{Days, Schedule, Timestamp, Weekday, Window};
use std::collections::BTreeSet;

/// How far around a change every minute is looked at.
const AROUND: SignedDuration = SignedDuration::from_hours(2);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(days: &[Weekday], from: &str, to: &str) -> Window {
    let time = |text| Window::time(text).unwrap();
    Window { days: days.iter().copied().collect::<Days>(), from: time(from), to: time(to) }
}

fn schedule(zone: &str, windows: Vec<Window>) -> Schedule {
    Schedule { time_zone: zone.to_owned(), windows, ..Schedule::default() }
}

/// Hours at which clocks are set somewhere, some of them only on some days.
fn schedules(zone: &str) -> Vec<Schedule> {
    let every = Weekday::ALL;
    let weekdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    vec![
        schedule(zone, vec![window(every, "00:00", "00:30"), window(every, "02:30", "03:00")]),
        schedule(zone, vec![window(every, "01:15", "02:10"), window(every, "23:30", "24:00")]),
        schedule(zone, vec![window(&weekdays, "00:45", "03:20")]),
        schedule(zone, vec![window(&[Weekday::Sun], "00:00", "24:00")]),
    ]
}

/// Whether a clock on the wall of the zone shows an hour of the windows: told by the clock alone.
fn is_open(schedule: &Schedule, zone: &TimeZone, moment: Timestamp) -> bool {
    let wall = zone.to_datetime(moment);
    let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    let today = wall.weekday().to_monday_one_offset();
    schedule.windows.iter().any(|window| {
        let (open, close) = window.minutes();
        window.days.iter().any(|day| i8::try_from(day.number()) == Ok(today))
            && (i32::from(open)..i32::from(close)).contains(&minute)
    })
}

/// Changes of a zone's clocks from 2024 to 2030.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let end = at("2031-01-01T00:00:00Z");
    let following = zone.following(at("2024-01-01T00:00:00Z")).map(|change| change.timestamp());
    following.take_while(|change| *change < end).collect()
}

#[test]
fn every_minute_around_every_change_of_every_zone_is_as_the_clock_on_the_wall_says() {
    let (mut zones, mut seen, mut minutes) = (0, BTreeSet::new(), 0u64);
    for name in db().available() {
        let zone = TimeZone::get(name.as_str()).unwrap();
        zones += 1;
        for change in changes(&zone) {
            let offset = |moment| zone.to_offset(moment).seconds();
            // Zones that change alike at the same instant need not be looked at twice.
            if !seen.insert((change, offset(change - 1.second()), offset(change))) {
                continue;
            }
            minutes += schedules(name.as_str())
                .iter()
                .map(|schedule| look_around(schedule, &zone, change))
                .sum::<u64>();
        }
    }
    assert!(zones > 400 && seen.len() > 100 && minutes > 100_000, "{zones} zones, {} changes", seen.len());
    println!("{zones} zones, {} changes, {minutes} minutes: 0 differences", seen.len());
}

/// Looks at every minute; answers how many there were.
fn look_around(schedule: &Schedule, zone: &TimeZone, change: Timestamp) -> u64 {
    // Backwards: the next opening of a minute that is closed is that of the minute after it.
    let (mut moment, first) = (change + AROUND, change - AROUND);
    let (mut next, mut minutes) = (brute_force(schedule, zone, moment), 0);
    while moment > first {
        moment -= 1.minute();
        minutes += 1;
        let open = is_open(schedule, zone, moment);
        next = if open { Some(moment) } else { next };
        assert_eq!(schedule.is_open(moment), open, "{} {moment}", schedule.time_zone);
        assert_eq!(
            schedule.next_open(moment),
            next,
            "{} {moment} {:?}",
            schedule.time_zone,
            schedule.windows
        );
    }
    minutes
}

fn brute_force(schedule: &Schedule, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
    (0..9 * 24 * 60i64).map(|minute| from + minute.minutes()).find(|moment| is_open(schedule, zone, *moment))
}

#[test]
fn an_hour_that_comes_twice_is_open_twice() {
    // Clocks in Berlin go back from 03:00 to 02:00 at 01:00 UTC.
    let schedule = schedule("Europe/Berlin", vec![window(Weekday::ALL, "02:00", "02:30")]);
    assert!(schedule.is_open(at("2026-10-25T00:15:00Z")) && schedule.is_open(at("2026-10-25T01:15:00Z")));
    assert_eq!(schedule.next_open(at("2026-10-25T00:30:00Z")), Some(at("2026-10-25T01:00:00Z")));
}

#[test]
fn an_hour_that_never_comes_is_open_the_day_after() {
    // Clocks in Berlin go forward from 02:00 to 03:00 at 01:00 UTC.
    let schedule = schedule("Europe/Berlin", vec![window(Weekday::ALL, "02:00", "03:00")]);
    assert_eq!(schedule.next_open(at("2026-03-29T00:30:00Z")), Some(at("2026-03-30T00:00:00Z")));
}
