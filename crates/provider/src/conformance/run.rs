//! One trial per vendor and check, and the closing table.

use super::checks::{CHECKS, Check};
use super::{Bench, Harness, Outcome, Violation, in_memory};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A trial that takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(90);

/// Runs every check against the in-memory provider and every vendor in `vendors`. `registered` are the
/// words of the registry: each needs a harness, and trials.
pub fn run(vendors: Vec<Arc<dyn Harness>>, registered: &[&'static str]) -> ExitCode {
    let arguments = Arguments::from_args();
    let tally = Arc::new(Tally::default());
    let harnesses: Vec<_> = in_memory().into_iter().chain(vendors).collect();
    let mut trials: Vec<Trial> = registered.iter().map(|kind| has_a_harness(kind, &harnesses)).collect();
    for harness in &harnesses {
        let checks: Vec<_> = CHECKS.iter().filter(|check| check.applies_to(&**harness)).collect();
        tally.expect(harness.name(), checks.len());
        trials.extend(checks.into_iter().map(|check| trial(Arc::clone(harness), check, Arc::clone(&tally))));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        // A table nobody can see is no reason to fail the run.
        write!(std::io::stdout(), "{}", tally.table()).ok();
    }
    conclusion.exit_code()
}

/// What every check that applies to `harness` finds, one after the other: for looking at a provider
/// from within a test.
pub async fn examine(harness: Arc<dyn Harness>) -> Vec<(&'static str, Outcome)> {
    let mut findings = Vec::new();
    for check in CHECKS.iter().filter(|check| check.applies_to(&*harness)) {
        findings.push((check.name, conduct(Arc::clone(&harness), check).await));
    }
    findings
}

fn has_a_harness(kind: &'static str, harnesses: &[Arc<dyn Harness>]) -> Trial {
    let has_one = harnesses
        .iter()
        .any(|harness| harness.kind() == kind && CHECKS.iter().any(|check| check.applies_to(&**harness)));
    Trial::test(format!("{kind}::has_a_harness"), move || {
        if has_one {
            Ok(())
        } else {
            Err(Failed::from("registered, but no trial is made for it: add a harness next to the others"))
        }
    })
}

fn trial(harness: Arc<dyn Harness>, check: &'static Check, tally: Arc<Tally>) -> Trial {
    Trial::test(format!("{}::{}", harness.name(), check.name), move || {
        tally.note(harness.name(), |row| row.run += 1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(conduct(Arc::clone(&harness), check)).map_err(|violation| violation.to_string())?;
        tally.note(harness.name(), |row| row.passed += 1);
        Ok(())
    })
}

async fn conduct(harness: Arc<dyn Harness>, check: &Check) -> Outcome {
    let bench = Bench::set_up(harness, check.pace).await?;
    let outcome = tokio::time::timeout(DEADLINE, (check.run)(&bench)).await;
    bench.vendor.stop().await;
    outcome.unwrap_or_else(|_| Err(Violation::new("the trial hangs")))
}

#[derive(Default)]
struct Tally(Mutex<BTreeMap<&'static str, Row>>);

#[derive(Default)]
struct Row {
    trials: usize,
    run: usize,
    passed: usize,
}

impl Tally {
    fn expect(&self, vendor: &'static str, trials: usize) {
        self.note(vendor, |row| row.trials = trials);
    }

    fn note(&self, vendor: &'static str, change: impl FnOnce(&mut Row)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(vendor).or_default());
    }

    fn table(&self) -> String {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = rows.iter().map(|(vendor, row)| {
            let Row { trials, run, passed } = row;
            format!("{vendor:<16}{trials:>8}{run:>8}{passed:>8}\n")
        });
        format!("{:<16}{:>8}{:>8}{:>8}\n{}", "vendor", "trials", "run", "passed", lines.collect::<String>())
    }
}
