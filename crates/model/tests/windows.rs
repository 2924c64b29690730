//! Windows where clocks are set forward and back: every zone there is, every change of it for seven years, minute by minute.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use jiff::tz::{TimeZone, db};
use jiff::{SignedDuration, ToSpan};
use outdial_model::{
    Days, Hours, Opening, Openings, Schedule, Timestamp, Weekday, Whereabouts, Window, Zone,
};
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

fn hours(zone: &str, windows: Vec<Window>) -> Hours {
    Hours { time_zone: Zone::Named(zone.into()), windows, ..Hours::default() }
}

/// Hours at which clocks are set somewhere, some of them only on some days.
fn all_hours(zone: &str) -> Vec<Hours> {
    let every = Weekday::ALL;
    let weekdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    vec![
        hours(zone, vec![window(every, "00:00", "00:30"), window(every, "02:30", "03:00")]),
        hours(zone, vec![window(every, "01:15", "02:10"), window(every, "23:30", "24:00")]),
        hours(zone, vec![window(&weekdays, "00:45", "03:20")]),
        hours(zone, vec![window(&[Weekday::Sun], "00:00", "24:00")]),
    ]
}

/// Whether a clock on the wall of the zone shows an hour of the windows: told by the clock alone.
fn is_open(hours: &Hours, zone: &TimeZone, moment: Timestamp) -> bool {
    let wall = zone.to_datetime(moment);
    let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    let today = wall.weekday().to_monday_one_offset();
    hours.windows.iter().any(|window| {
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
            minutes +=
                all_hours(name.as_str()).iter().map(|hours| look_around(hours, &zone, change)).sum::<u64>();
        }
    }
    assert!(zones > 400 && seen.len() > 100 && minutes > 100_000, "{zones} zones, {} changes", seen.len());
    println!("{zones} zones, {} changes, {minutes} minutes: 0 differences", seen.len());
}

/// Looks at every minute; answers how many there were.
fn look_around(hours: &Hours, zone: &TimeZone, change: Timestamp) -> u64 {
    // Backwards: the next opening of a minute that is closed is that of the minute after it.
    let (mut moment, first) = (change + AROUND, change - AROUND);
    let (mut next, mut minutes) = (brute_force(hours, zone, moment), 0);
    while moment > first {
        moment -= 1.minute();
        minutes += 1;
        let open = is_open(hours, zone, moment);
        next = if open { Some(moment) } else { next };
        assert_eq!(hours.are_open(zone, moment), open, "{} {moment}", hours.time_zone);
        let found = hours.next_open(zone, moment);
        assert_eq!(found, next, "{} {moment} {:?}", hours.time_zone, hours.windows);
    }
    minutes
}

fn brute_force(hours: &Hours, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
    (0..9 * 24 * 60i64).map(|minute| from + minute.minutes()).find(|moment| is_open(hours, zone, *moment))
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

#[test]
fn an_hour_that_comes_twice_is_open_twice() {
    // Clocks in Berlin go back from 03:00 to 02:00 at 01:00 UTC.
    let hours = hours("Europe/Berlin", vec![window(Weekday::ALL, "02:00", "02:30")]);
    let open = |moment| hours.are_open(&berlin(), at(moment));
    assert!(open("2026-10-25T00:15:00Z") && open("2026-10-25T01:15:00Z"));
    let next = hours.next_open(&berlin(), at("2026-10-25T00:30:00Z"));
    assert_eq!(next, Some(at("2026-10-25T01:00:00Z")));
}

#[test]
fn an_hour_that_never_comes_is_open_the_day_after() {
    // Clocks in Berlin go forward from 02:00 to 03:00 at 01:00 UTC.
    let hours = hours("Europe/Berlin", vec![window(Weekday::ALL, "02:00", "03:00")]);
    let next = hours.next_open(&berlin(), at("2026-03-29T00:30:00Z"));
    assert_eq!(next, Some(at("2026-03-30T00:00:00Z")));
}

/// Where a person of a country with several zones may be: each of them, and all of them together.
#[test]
fn every_minute_around_every_change_of_a_country_with_several_zones_is_open_where_all_of_them_are() {
    let working = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat];
    let own =
        hours("contact", vec![window(&working, "09:00", "20:15"), window(&[Weekday::Sun], "12:00", "18:00")]);
    let own = Hours { time_zone: Zone::OfContact, ..own };
    let further = hours("Asia/Tokyo", vec![window(Weekday::ALL, "00:30", "13:45")]);
    let schedule = Schedule { hours: own.clone(), ..Schedule::default() };
    let (mut countries, mut minutes) = (0, 0u64);
    for phone in
        ["+12125550123", "+6281200000000", "+5511990000000", "+61400000000", "+74950000000", "+34600000000"]
    {
        let whereabouts = Whereabouts::of(Some(&phone.parse().unwrap()), None);
        let zones = whereabouts.zones();
        assert!(zones.len() > 1, "{phone}");
        countries += 1;
        let openings = Openings::of(&schedule, [&further], || zones.clone()).unwrap();
        let clocks: Vec<_> = zones.iter().map(|zone| (&own, zone.clone())).collect();
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let is_open = |moment| {
            clocks.iter().all(|(hours, zone)| is_open(hours, zone, moment))
                && is_open(&further, &tokyo, moment)
        };
        let mut changes: Vec<_> = zones.iter().flat_map(changes).collect();
        changes.sort();
        changes.dedup();
        for change in changes {
            let (mut moment, first) = (change + SignedDuration::from_hours(30), change - AROUND);
            let mut next =
                (0..9 * 24 * 60i64).map(|minute| moment + minute.minutes()).find(|moment| is_open(*moment));
            while moment > first {
                moment -= 1.minute();
                minutes += 1;
                let open = is_open(moment);
                next = if open { Some(moment) } else { next };
                assert_eq!(openings.are_open(moment), open, "{phone} {moment}");
                let expected = match next {
                    _ if open => Opening::Now,
                    Some(next) => Opening::At(next),
                    None => Opening::Nowhere,
                };
                // The way to the next opening is long at night: every seventh minute is enough of it.
                if minutes % 7 == 0 {
                    assert_eq!(openings.next(moment), expected, "{phone} {moment}");
                }
            }
        }
    }
    assert!(countries == 6 && minutes > 100_000, "{minutes} minutes");
    println!("{countries} countries of several zones, {minutes} minutes: 0 differences");
}
