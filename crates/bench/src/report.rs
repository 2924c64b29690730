//! The table of figures, printed as they come.

use crate::Failure;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

/// A measured amount.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amount(pub(crate) f64, pub(crate) &'static str);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, unit) = self;
        let digits = if *value < 100.0 { 2 } else { 0 };
        write!(f, "{value:.digits$} {unit}")
    }
}

/// What a figure should reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// Measured ÷ baseline, at least.
    RatioAtLeast(f64),
    /// Measured ÷ baseline, at most.
    RatioAtMost(f64),
    /// The measured amount itself, at most.
    AtMost(Amount),
    /// Told for its own sake.
    None,
}

/// One line.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) measured: Amount,
    pub(crate) baseline: Option<Amount>,
    pub(crate) mark: Mark,
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        self.baseline.map(|baseline| self.measured.0 / baseline.0)
    }

    /// `None` when there is nothing to reach.
    fn is_met(&self) -> Option<bool> {
        match self.mark {
            Mark::RatioAtLeast(least) => self.ratio().map(|ratio| ratio >= least),
            Mark::RatioAtMost(most) => self.ratio().map(|ratio| ratio <= most),
            Mark::AtMost(most) => Some(self.measured.0 <= most.0),
            Mark::None => None,
        }
    }
}

/// Whoever reads along.
#[derive(Debug)]
pub(crate) struct Report(());

impl Report {
    /// Prints the head of the table, under a line on the machine.
    pub(crate) fn begin() -> Self {
        let mut report = Self(());
        report.note(&machine());
        row("figure", "measured", "baseline", "ratio", "mark", "verdict");
        report
    }

    /// Prints a line of the table.
    pub(crate) fn add(&mut self, figure: &Figure) {
        let text = |amount: Option<Amount>| amount.map_or_else(|| "-".into(), |amount| amount.to_string());
        let ratio = figure.ratio().map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}"));
        let mark = match figure.mark {
            Mark::RatioAtLeast(least) => format!("≥ {least:.2} ×"),
            Mark::RatioAtMost(most) => format!("≤ {most:.2} ×"),
            Mark::AtMost(most) => format!("≤ {most}"),
            Mark::None => "-".into(),
        };
        let verdict = figure.is_met().map_or("-", |met| if met { "met" } else { "MISSED" });
        let (measured, baseline) = (figure.measured.to_string(), text(figure.baseline));
        row(&figure.name, &measured, &baseline, &ratio, &mark, verdict);
    }

    /// Tells something that is no figure.
    pub(crate) fn note(&mut self, text: &str) {
        line(&mut io::stdout().lock(), &format!("# {text}"));
    }
}

/// What figures in absolute units depend on; the load is what others did in the minute before.
fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{processors} processors, load before the first run: {load}")
}

fn row(name: &str, measured: &str, baseline: &str, ratio: &str, mark: &str, verdict: &str) {
    let text = format!("{name:<58} {measured:>16} {baseline:>16} {ratio:>7} {mark:>12}  {verdict}");
    line(&mut io::stdout().lock(), &text);
}

/// Tells what went wrong.
pub(crate) fn complain(failure: &Failure) {
    line(&mut io::stderr().lock(), &failure.to_string());
}

/// A reader that went away misses it.
fn line(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}

/// So many in a hundred took no longer; `sorted` is.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Amount {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    Amount(sorted.get(place).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3), "ms")
}

/// The middle of several runs.
pub(crate) fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.as_slice() {
        [] => f64::NAN,
        sorted if sorted.len() % 2 == 1 => sorted[sorted.len() / 2],
        sorted => f64::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(measured: f64, mark: Mark) -> Figure {
        Figure {
            name: "import".into(),
            measured: Amount(measured, "rows/s"),
            baseline: Some(Amount(100.0, "rows/s")),
            mark,
        }
    }

    #[test]
    fn a_figure_is_judged_by_its_mark() {
        assert_eq!(figure(25.0, Mark::RatioAtLeast(0.25)).is_met(), Some(true));
        assert_eq!(figure(24.0, Mark::RatioAtLeast(0.25)).is_met(), Some(false));
        assert_eq!(figure(121.0, Mark::RatioAtMost(1.2)).is_met(), Some(false));
        assert_eq!(figure(50.0, Mark::AtMost(Amount(50.0, "µs"))).is_met(), Some(true));
        assert_eq!(figure(50.0, Mark::None).is_met(), None);
    }

    #[test]
    fn one_odd_run_does_not_move_the_median() {
        assert!((median(&[9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 100.0]) - 3.0).abs() < f64::EPSILON);
    }
}
