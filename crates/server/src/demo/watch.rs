//! Looking on until the last contact of every task is final: live bars for people at a terminal,
//! plain lines for everyone else.

use super::client::{Client, Task};
use super::{Act, style};
use crate::commands::CommandError;
use crate::terminal::Terminal;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(150);
const LINE_EVERY: Duration = Duration::from_secs(1);
const BAR: &str = "  {prefix} {bar:24.green/black.bright} {pos:>3}/{len} {wide_msg}";

/// Looks until every task is over, or until `deadline`.
pub(super) async fn until_final(
    client: &Client,
    acts: &mut [Act],
    deadline: Instant,
) -> Result<(), CommandError> {
    let width = acts.iter().map(|act| act.factory.title.len()).max().unwrap_or_default();
    let mut display = Display::new(acts, width);
    loop {
        for act in &mut *acts {
            act.task = client.task(&act.task.id).await?;
        }
        display.show(acts, width);
        let over = acts.iter().all(|act| is_over(&act.task));
        if over || Instant::now() >= deadline {
            display.end();
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The task itself is over a moment after its last contact is.
fn is_over(task: &Task) -> bool {
    task.finished() == task.total() && matches!(task.status.as_str(), "completed" | "stopped" | "failed")
}

/// Where the progress is shown.
enum Display {
    Bars { all: MultiProgress, bars: Vec<ProgressBar> },
    Lines { seen: Vec<String>, next: Instant },
}

impl Display {
    fn new(acts: &[Act], width: usize) -> Self {
        if !Terminal::Out.is_watched() {
            return Self::Lines { seen: Vec::new(), next: Instant::now() };
        }
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        let style = ProgressStyle::with_template(BAR)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━━─");
        let bar = |act: &Act| {
            let bar = ProgressBar::new(act.task.total()).with_style(style.clone());
            all.add(bar.with_prefix(format!("{:width$}", act.factory.title)))
        };
        let bars = acts.iter().map(bar).collect();
        Self::Bars { all, bars }
    }

    fn show(&mut self, acts: &[Act], width: usize) {
        match self {
            Self::Bars { bars, .. } => {
                for (bar, act) in bars.iter().zip(acts) {
                    bar.set_position(act.task.finished());
                    bar.set_message(style::dim(situation(&act.task)));
                }
            }
            Self::Lines { seen, next } => {
                let lines: Vec<_> = acts.iter().map(|act| line(act, width)).collect();
                let over = acts.iter().all(|act| is_over(&act.task));
                if Instant::now() < *next && !over {
                    return;
                }
                for line in lines.iter().filter(|line| !seen.contains(line)) {
                    Terminal::Out.line(line);
                }
                (*seen, *next) = (lines, Instant::now() + LINE_EVERY);
            }
        }
    }

    fn end(self) {
        if let Self::Bars { bars, all } = self {
            bars.iter().for_each(ProgressBar::abandon);
            drop(all);
            Terminal::Out.line("");
        }
    }
}

fn line(act: &Act, width: usize) -> String {
    let (title, task) = (act.factory.title, &act.task);
    format!("  {title:width$} {:>3}/{} {}", task.finished(), task.total(), situation(task))
}

fn situation(task: &Task) -> String {
    let parts = ["dialing", "submitting", "submitted", "unknown", "held", "queued"];
    let said: Vec<_> = parts
        .iter()
        .map(|status| (task.count(&[status]), status))
        .filter(|(count, _)| *count > 0)
        .map(|(count, status)| format!("{count} {status}"))
        .collect();
    if said.is_empty() { task.status.clone() } else { said.join(", ") }
}
