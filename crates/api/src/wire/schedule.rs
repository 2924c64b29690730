//! When, how often and how fast: the same shape in requests and answers.

use super::{instant, words};
use crate::form::{At, Fields, Read};
use outdial_model::{
    Closed, Days, Hours, Pacing, Retry, Schedule, Script, StartMode, Weekday, Window, Zone, read_day,
    read_moment,
};
use serde::Serialize;
use utoipa::ToSchema;

/// When a task may dial.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub(crate) struct ScheduleView {
    #[schema(schema_with = words::start_mode, required = false)]
    start: &'static str,
    /// Nobody is dialed before this instant.
    #[schema(format = DateTime, example = "2026-03-01T01:00:00Z")]
    not_before: Option<String>,
    /// Nobody is dialed from this instant on; who was not reached by then is `expired`.
    #[schema(format = DateTime, example = "2026-03-08T12:00:00Z")]
    not_after: Option<String>,
    /// Whose clock windows, holidays and closed periods are told by: the IANA name of a zone, or `contact` for that of each
    /// person (their `time_zone`, else every zone of their number's country: they are dialed when it is the hour in all of them).
    #[schema(default = "UTC", required = false, example = "Asia/Shanghai")]
    time_zone: String,
    /// Weekly hours in which people may be dialed; any hour when empty.
    #[schema(required = false)]
    windows: Vec<WindowView>,
    /// Days on which nobody is dialed, at most 400.
    #[schema(value_type = Vec<String>, required = false, max_items = 400, example = json!(["2026-12-25"]))]
    holidays: Vec<String>,
    /// Periods in which nobody is dialed, at most 100.
    #[schema(required = false, max_items = 100)]
    closed: Vec<ClosedView>,
}

/// A period in which nobody is dialed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClosedPeriod)]
pub(crate) struct ClosedView {
    /// Nobody is dialed from this moment on, by the clock of `time_zone`.
    #[schema(example = "2026-12-24T12:00", pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$")]
    from: String,
    /// People may be dialed again from this moment on.
    #[schema(example = "2026-12-27T00:00", pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$")]
    to: String,
}

/// Hours of some days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Window)]
pub(crate) struct WindowView {
    #[schema(schema_with = words::days)]
    days: Vec<&'static str>,
    /// Opens at this time of day, `HH:MM`.
    #[schema(example = "09:00", pattern = r"^\d{2}:\d{2}$")]
    from: String,
    /// Closes at this time of day, `HH:MM`; `24:00` is the end of the day.
    #[schema(example = "18:00", pattern = r"^\d{2}:\d{2}$")]
    to: String,
}

/// How often a person who was not reached is tried again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retry)]
pub(crate) struct RetryView {
    /// Attempts in all, the first included.
    #[schema(minimum = 1, maximum = 100, default = 1, required = false)]
    max_attempts: u32,
    /// Seconds between two attempts.
    #[schema(maximum = 604_800, default = 600, required = false)]
    interval_seconds: u32,
}

/// How fast a task dials.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pacing)]
pub(crate) struct PacingView {
    /// Most calls in progress at once; the vendor's own limit when absent.
    #[schema(minimum = 1, maximum = 100_000)]
    max_concurrent_calls: Option<u32>,
}

/// What is said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Script)]
pub(crate) struct ScriptView {
    /// The vendor's id of the script, in the vendor's form; `GET /v1/accounts/{account}/catalog` lists
    /// them where the vendor does.
    #[schema(example = "scene-1")]
    template_id: String,
}

impl From<&Schedule> for ScheduleView {
    fn from(schedule: &Schedule) -> Self {
        Self {
            start: schedule.start.as_str(),
            not_before: schedule.not_before.map(instant),
            not_after: schedule.not_after.map(instant),
            time_zone: schedule.hours.time_zone.to_string(),
            windows: schedule.hours.windows.iter().map(WindowView::from).collect(),
            holidays: schedule.hours.holidays.iter().map(ToString::to_string).collect(),
            closed: schedule.hours.closed.iter().map(ClosedView::from).collect(),
        }
    }
}

impl From<&Window> for WindowView {
    fn from(window: &Window) -> Self {
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let (from, to) = window.minutes();
        Self { days: window.days.iter().map(|day| day.as_str()).collect(), from: text(from), to: text(to) }
    }
}

impl From<&Closed> for ClosedView {
    fn from(closed: &Closed) -> Self {
        Self { from: closed.from.to_string(), to: closed.to.to_string() }
    }
}

impl From<&Retry> for RetryView {
    fn from(retry: &Retry) -> Self {
        Self { max_attempts: retry.max_attempts, interval_seconds: retry.interval_seconds }
    }
}

impl From<&Pacing> for PacingView {
    fn from(pacing: &Pacing) -> Self {
        let max_concurrent_calls = pacing.max_concurrent_calls;
        Self { max_concurrent_calls }
    }
}

impl From<&Script> for ScriptView {
    fn from(script: &Script) -> Self {
        let template_id = script.template_id.clone();
        Self { template_id }
    }
}

pub(crate) fn schedule(form: &mut Fields<'_>) -> Read<Schedule> {
    let start = form.optional("start", |at| at.word(StartMode::ALL));
    let not_before = form.optional("not_before", |at| at.timestamp());
    let not_after = form.optional("not_after", |at| at.timestamp());
    let time_zone = form.optional("time_zone", time_zone);
    let windows = form.optional("windows", |at| at.list(50, |at| at.object(window)));
    let holidays =
        form.optional("holidays", |at| at.list(400, |at| civil(at, read_day, "a day such as 2026-12-25")));
    let closed = form.optional("closed", |at| at.list(100, |at| at.object(closed_period)));
    let hours = Hours {
        time_zone: time_zone?.unwrap_or_else(|| Hours::default().time_zone),
        windows: windows?.unwrap_or_default(),
        holidays: holidays?.unwrap_or_default().into_iter().collect(),
        closed: closed?.unwrap_or_default(),
    };
    let schedule =
        Schedule { start: start?.unwrap_or_default(), not_before: not_before?, not_after: not_after?, hours };
    if schedule.start == StartMode::Scheduled && schedule.not_before.is_none() {
        let detail = "a scheduled start needs the instant to start at";
        return Err(form.wrong("not_before", "missing_field", detail));
    }
    match (schedule.not_before, schedule.not_after) {
        (Some(start), Some(end)) if end <= start => {
            Err(form.wrong("not_after", "out_of_range", "expected an instant after `not_before`"))
        }
        _ => Ok(schedule),
    }
}

fn time_zone(at: At<'_>) -> Read<Zone> {
    let name = at.text(1..=64)?;
    let expected = "expected an IANA name such as Asia/Shanghai, or `contact`";
    name.parse().map_err(|_| at.wrong("unknown_time_zone", expected))
}

fn civil<T>(at: At<'_>, read: impl Fn(&str) -> Option<T>, expected: &str) -> Read<T> {
    let text = at.text(1..=32)?;
    read(&text).ok_or_else(|| at.wrong("invalid_time", format!("expected {expected}")))
}

pub(super) fn closed_period(form: &mut Fields<'_>) -> Read<Closed> {
    const MOMENT: &str = "a moment such as 2026-12-24T12:00, without a zone";
    let from = form.required("from", |at| civil(at, read_moment, MOMENT));
    let to = form.required("to", |at| civil(at, read_moment, MOMENT));
    let closed = Closed { from: from?, to: to? };
    if closed.from < closed.to {
        Ok(closed)
    } else {
        Err(form.wrong("to", "out_of_range", "expected a moment after `from`"))
    }
}

pub(crate) fn window(form: &mut Fields<'_>) -> Read<Window> {
    let days = form.required("days", days);
    let from = form.required("from", time);
    let to = form.required("to", time);
    let (days, from, to) = (days?, from?, to?);
    let window = Window { days, from, to };
    if window.opens() {
        Ok(window)
    } else {
        let detail = "expected a time after `from`; for hours past midnight give two windows";
        Err(form.wrong("to", "out_of_range", detail))
    }
}

fn days(at: At<'_>) -> Read<Days> {
    let days = at.list(7, |at| at.word(Weekday::ALL))?;
    if days.is_empty() {
        return Err(at.wrong("wrong_length", "expected at least one day"));
    }
    Ok(days.into_iter().collect())
}

fn time(at: At<'_>) -> Read<jiff::civil::Time> {
    let text = at.text(0..=5)?;
    Window::time(&text).ok_or_else(|| at.wrong("invalid_time", "expected HH:MM such as 09:00"))
}

pub(crate) fn retry(form: &mut Fields<'_>) -> Read<Retry> {
    let usual = Retry::default();
    let max_attempts = form.optional("max_attempts", |at| at.integer(1..=100));
    let interval_seconds = form.optional("interval_seconds", |at| at.integer(0..=604_800));
    Ok(Retry {
        max_attempts: max_attempts?.unwrap_or(usual.max_attempts),
        interval_seconds: interval_seconds?.unwrap_or(usual.interval_seconds),
    })
}

pub(crate) fn pacing(form: &mut Fields<'_>) -> Read<Pacing> {
    let max_concurrent_calls = form.optional("max_concurrent_calls", |at| at.integer(1..=100_000))?;
    Ok(Pacing { max_concurrent_calls })
}

pub(crate) fn script(form: &mut Fields<'_>) -> Read<Script> {
    let template_id = form.required("template_id", |at| at.text(1..=256))?;
    Ok(Script { template_id })
}
