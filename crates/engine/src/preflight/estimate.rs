//! How long a task takes, from a few numbers. Pure.
//!
//! What it assumes: everybody's call takes the average time, and each is called once; lines are never idle while somebody is at the
//! vendor; the vendor answers; what ends at the vendor is noticed at the next look; nobody else uses the account. A task without
//! `max_concurrent_calls` has as many lines as the vendor may hold people.

use crate::budgets::Daily;
use outdial_model::{Opening, Openings, Timestamp};
use std::time::Duration;

/// How often a lively task is looked at.
pub(super) const LIVELY: Duration = Duration::from_secs(1);
/// Steps in which hours are walked through.
const STEP: Duration = Duration::from_secs(5 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How far ahead.
const HORIZON: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// How people flow to a vendor and through its lines.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// How long a call takes.
    pub(super) call: Duration,
    /// Calls at a time; `None` when nothing is said.
    pub(super) lines: Option<u64>,
    /// People the vendor may hold; `None` for any number.
    pub(super) window: Option<u64>,
    /// How much room there must be before others follow.
    pub(super) portion: u64,
    /// How long those in a request wait before the first is called.
    pub(super) fuse: Duration,
    /// Whether those of a request make a vendor's task of their own.
    pub(super) is_whole: bool,
    /// People in one request.
    pub(super) request: u64,
    /// Requests for people in a second.
    pub(super) requests_per_second: u32,
    /// How soon it is noticed that a call has ended.
    pub(super) look: Duration,
    /// People that budgets leave dials for; `None` for any number.
    pub(super) daily: Option<Daily>,
}

/// What keeps a task from being done sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// Calls at a time (`pacing.max_concurrent_calls`).
    Lines,
    /// How many people the vendor may hold at a time (the account's `window`).
    VendorFull,
    /// Requests in a second (the account's `rate`).
    Rate,
    /// The hours in which people may be called.
    OutsideWindow,
    /// The dials there may be in a day.
    Budget,
}

impl Factor {
    /// The word in the API; that of a blocker where it is about the same.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lines => "max_concurrent_calls",
            Self::VendorFull => "vendor_full",
            Self::Rate => "rate",
            Self::OutsideWindow => "outside_window",
            Self::Budget => "budget_exhausted",
        }
    }
}

/// How long a task takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// From its start to the end of its last call; `None` when not all are called before its schedule ends, or within 60 days.
    pub duration: Option<Duration>,
    /// How long it would take if it were open all the time.
    pub dialing: Duration,
    /// What keeps it from being done sooner.
    pub limited_by: Factor,
}

/// How long `people` take from `now` on.
pub(super) fn estimate(flow: &Flow, people: u64, hours: &Openings<'_>, now: Timestamp) -> Estimate {
    let (dialing, limited_by) = flow.dialing(people);
    if let Some(daily) = flow.daily.filter(|daily| daily.today < people) {
        let duration = over_days(flow, daily, people, hours, now);
        return Estimate { duration, dialing, limited_by: Factor::Budget };
    }
    let duration = within_hours(hours, now, dialing);
    let waits = duration.is_none_or(|duration| duration > dialing.saturating_mul(2));
    let limited_by = if waits { Factor::OutsideWindow } else { limited_by };
    Estimate { duration, dialing, limited_by }
}

impl Flow {
    /// How long it takes to call so many, and what keeps it from going faster.
    fn dialing(&self, people: u64) -> (Duration, Factor) {
        let call = self.call.as_secs_f64().max(0.001);
        let window = self.window.unwrap_or(u64::MAX).min(people.max(1));
        let lines = self.lines.unwrap_or(window).clamp(1, window.max(1));
        // People in a second, by each of what may be too narrow.
        let by_lines = float(lines) / call;
        let by_rate = float(self.request.min(window)) * f64::from(self.requests_per_second.max(1));
        let by_window = if people <= window { f64::INFINITY } else { self.refill(lines, window) };
        let slowest = by_lines.min(by_window).min(by_rate);
        let factor = if slowest >= by_lines {
            Factor::Lines
        } else if slowest >= by_window {
            Factor::VendorFull
        } else {
            Factor::Rate
        };
        // In waves: the last of them takes as long as any other.
        let waves = if factor == Factor::Lines {
            float(people.div_ceil(lines)) * call
        } else {
            float(people) / slowest + call
        };
        (Duration::from_secs_f64(waves) + self.fuse + self.look, factor)
    }

    /// People in a second that follow as room is found at the vendor.
    fn refill(&self, lines: u64, window: u64) -> f64 {
        let portion = float(self.portion.clamp(1, window));
        let (call, look) = (self.call.as_secs_f64(), self.look.as_secs_f64());
        if self.is_whole {
            // A portion waits for its fuse while the one before is called, and is called itself.
            return portion / (self.fuse.as_secs_f64().max(portion / float(lines) * call) + look);
        }
        // Those who stay when a portion has gone keep the lines busy, if they are enough.
        (float(window) - portion).max(1.0) / (call + look)
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(number: u64) -> f64 {
    number as f64
}

/// From `now` until the last of those are called who fit into no day before.
fn over_days(
    flow: &Flow,
    daily: Daily,
    people: u64,
    hours: &Openings<'_>,
    now: Timestamp,
) -> Option<Duration> {
    let later = people.saturating_sub(daily.today);
    let full = later.checked_sub(1)?.checked_div(daily.every_day)?;
    let last = later - full * daily.every_day;
    let began = daily.tomorrow.checked_add(DAY.checked_mul(u32::try_from(full).ok()?)?).ok()?;
    let before = Duration::try_from(began.duration_since(now)).ok()?;
    let duration = before + within_hours(hours, began, flow.dialing(last).0)?;
    (duration <= HORIZON).then_some(duration)
}

/// From `now` until so much time has passed in which people may be called.
fn within_hours(hours: &Openings<'_>, now: Timestamp, needed: Duration) -> Option<Duration> {
    let (mut left, mut at) = (needed, now);
    let end = now.checked_add(HORIZON).ok()?;
    while at < end {
        match hours.next(at) {
            Opening::Now => {}
            Opening::At(opening) => {
                at = opening;
                continue;
            }
            Opening::Nowhere | Opening::Never => return None,
        }
        let step = left.min(STEP);
        at = at.checked_add(step).ok()?;
        left -= step;
        if left.is_zero() {
            return (!hours.are_over(at)).then(|| Duration::try_from(at.duration_since(now)).ok()).flatten();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{Days, Schedule, Weekday, Window};

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn flow() -> Flow {
        Flow {
            call: seconds(30),
            lines: Some(10),
            window: Some(50),
            portion: 6,
            fuse: Duration::ZERO,
            is_whole: false,
            request: 500,
            requests_per_second: 20,
            look: seconds(1),
            daily: None,
        }
    }

    static SCHEDULE: std::sync::LazyLock<Schedule> = std::sync::LazyLock::new(Schedule::default);

    fn any_hour() -> Openings<'static> {
        Openings::for_all(&SCHEDULE, [])
    }

    fn monday_nine() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    #[test]
    fn lines_decide_while_the_vendor_has_more_people_than_lines() {
        let hundred = estimate(&flow(), 100, &any_hour(), monday_nine());
        assert_eq!((hundred.duration, hundred.limited_by), (Some(seconds(301)), Factor::Lines));
        let twice = Flow { lines: Some(20), ..flow() };
        assert_eq!(estimate(&twice, 100, &any_hour(), monday_nine()).duration, Some(seconds(151)));
    }

    #[test]
    fn who_fits_into_no_budget_of_a_day_is_called_on_another() {
        let tomorrow = "2026-03-03T00:00:00Z".parse().unwrap();
        let daily = Daily { today: 40, every_day: 30, tomorrow };
        let flow = Flow { daily: Some(daily), ..flow() };
        let fits = estimate(&flow, 40, &any_hour(), monday_nine());
        assert_eq!((fits.duration, fits.limited_by), (Some(seconds(121)), Factor::Lines));
        let (tonight, day) = (seconds(15 * 60 * 60), seconds(24 * 60 * 60));
        for (people, days, last) in [(50, 0, 31), (70, 0, 91), (71, 1, 31), (100, 1, 91), (101, 2, 31)] {
            let told = estimate(&flow, people, &any_hour(), monday_nine());
            assert_eq!(told.duration, Some(tonight + day * days + seconds(last)), "{people}");
            assert_eq!(told.limited_by, Factor::Budget);
        }
        let never = Flow { daily: Some(Daily { today: 0, every_day: 0, tomorrow }), ..flow };
        assert_eq!(estimate(&never, 1, &any_hour(), monday_nine()).duration, None);
    }

    #[test]
    fn a_vendor_that_may_hold_few_and_a_slow_account_are_told() {
        let narrow = Flow { lines: Some(100), window: Some(20), portion: 10, ..flow() };
        assert_eq!(narrow.dialing(1_000).1, Factor::VendorFull);
        let slow = Flow { lines: Some(400), window: None, request: 1, requests_per_second: 1, ..flow() };
        assert_eq!(slow.dialing(1_000).1, Factor::Rate);
        let fused = Flow { fuse: seconds(90), is_whole: true, portion: 25, ..flow() };
        assert!(fused.dialing(1_000).0 > flow().dialing(1_000).0);
    }

    #[test]
    fn hours_are_waited_for_and_an_end_comes_too_soon() {
        let mut schedule = Schedule::default();
        let (from, to) = (Window::time("09:00").unwrap(), Window::time("10:00").unwrap());
        schedule.hours.windows = vec![Window { days: Days::from([Weekday::Mon, Weekday::Tue]), from, to }];
        let long = estimate(&flow(), 2_000, &Openings::for_all(&schedule, []), monday_nine());
        // 100 minutes: an hour on Monday, the rest on Tuesday.
        assert_eq!(long.duration, Some(seconds(24 * 3600 + 2401)));
        assert_eq!(long.limited_by, Factor::OutsideWindow);
        schedule.not_after = Some("2026-03-02T12:00:00Z".parse().unwrap());
        assert_eq!(estimate(&flow(), 2_000, &Openings::for_all(&schedule, []), monday_nine()).duration, None);
        assert_eq!(
            estimate(&flow(), 100, &Openings::for_all(&schedule, []), monday_nine()).duration,
            Some(seconds(301))
        );
    }
}
