//! What became of everyone, as the gateway tells it and as the simulated vendors' ledger has it.

use super::Act;
use super::style::{bad, bold, dim, good};
use crate::commands::CommandError;
use crate::terminal::Terminal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The simulator's summary of its ring ledger, kept apart from everything the gateway believes.
#[derive(Debug, Deserialize)]
pub(super) struct Rings {
    total: u64,
    numbers: u64,
    max_per_number: u64,
}

impl Rings {
    pub(super) async fn read(simulator: &str) -> Result<Self, CommandError> {
        let failed = |_| CommandError::Other("the simulator's ledger could not be read".into());
        let client = reqwest::Client::builder().no_proxy().build().map_err(failed)?;
        let answer = client.get(format!("{simulator}/_sim/rings/summary")).send().await.map_err(failed)?;
        answer.json().await.map_err(failed)
    }
}

/// The demo's outcome.
pub(super) struct Report {
    acts: Vec<Act>,
    rings: Rings,
    took: Duration,
}

impl Report {
    pub(super) fn new(acts: Vec<Act>, rings: Rings, took: Duration) -> Self {
        Self { acts, rings, took }
    }

    /// Everyone's outcome is known, the numbers add up, and nobody's phone rang twice.
    pub(super) fn is_good(&self) -> bool {
        self.fault().is_none()
    }

    fn fault(&self) -> Option<String> {
        let people = |act: &Act| outcomes(act).values().sum::<u64>();
        if self.rings.max_per_number > 1 {
            Some("Somebody was rung twice.".to_owned())
        } else if self.forgotten() > 0 {
            Some(format!(
                "{} people have no outcome after {:.1} s.",
                self.forgotten(),
                self.took.as_secs_f64()
            ))
        } else if self.acts.iter().any(|act| people(act) != act.task.total()) {
            Some("The outcomes do not add up to everyone.".to_owned())
        } else {
            None
        }
    }

    fn forgotten(&self) -> u64 {
        self.acts.iter().map(|act| act.task.total() - act.task.finished()).sum()
    }

    /// Prints it.
    pub(super) fn tell(&self) {
        let out = Terminal::Out;
        out.line("");
        self.table().iter().for_each(|line| out.line(format_args!("  {line}")));
        let Rings { total, numbers, max_per_number } = self.rings;
        out.line(format_args!("\n  {}", bold("The vendors' own ledger of rings")));
        out.line(format_args!(
            "  rings {total}   numbers {numbers}   most rings for one number {max_per_number}"
        ));
        let took = self.took.as_secs_f64();
        let verdict = match self.fault() {
            Some(fault) => bad(fault),
            None => good(format!(
                "Nobody was rung twice, nobody was forgotten. Last outcome known after {took:.1} s."
            )),
        };
        out.line(format_args!("\n  {verdict}"));
    }

    /// Outcomes down, vendors across.
    fn table(&self) -> Vec<String> {
        let columns: Vec<_> = self.acts.iter().map(outcomes).collect();
        let mut all = BTreeMap::new();
        for (outcome, count) in columns.iter().flatten() {
            *all.entry(outcome.clone()).or_insert(0) += count;
        }
        let mut outcomes: Vec<_> = all.iter().collect();
        outcomes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let first = outcomes.iter().map(|(outcome, _)| outcome.len()).max().unwrap_or(0).max(16);
        let row = |name: &str, cells: Vec<u64>| {
            let cells = cells.iter().zip(self.widths());
            let cells: String = cells.map(|(count, width)| format!("  {count:>width$}")).collect();
            format!("{name:first$}{cells}")
        };
        let titles = self.titles();
        let heads: String =
            titles.iter().zip(self.widths()).map(|(title, width)| format!("  {title:>width$}")).collect();
        let mut lines = vec![bold(format!("{:first$}{heads}", "disposition"))];
        for (outcome, sum) in &outcomes {
            let cells = columns.iter().map(|column| column.get(*outcome).copied().unwrap_or(0));
            lines.push(row(outcome, cells.chain([**sum]).collect()));
        }
        let totals: Vec<_> = self.acts.iter().map(|act| act.task.total()).collect();
        let sum = totals.iter().sum();
        lines.push(dim(row("total", totals.into_iter().chain([sum]).collect())));
        lines
    }

    fn titles(&self) -> Vec<&'static str> {
        self.acts.iter().map(|act| act.factory.title).chain(["all"]).collect()
    }

    fn widths(&self) -> Vec<usize> {
        self.titles().iter().map(|title| title.len().max(5)).collect()
    }
}

/// People by what became of them: by disposition when completed, else by status.
fn outcomes(act: &Act) -> BTreeMap<String, u64> {
    let mut outcomes = act.task.dispositions.clone();
    for (status, count) in &act.task.counts {
        if !matches!(status.as_str(), "total" | "completed") {
            *outcomes.entry(status.clone()).or_insert(0) += count;
        }
    }
    outcomes.retain(|name, count| *count > 0 && name != "total");
    outcomes
}
