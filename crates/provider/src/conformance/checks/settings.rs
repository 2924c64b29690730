//! Settings: whatever is wrong is named, and no secret is quoted.

use crate::ConfigProblem;
use crate::conformance::{Bench, Outcome, Violation, connect, ensure};
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) async fn unknown_key(bench: &Bench) -> Outcome {
    let (wire, _) = bench.wire()?;
    let mut settings = wire.settings();
    settings.insert("no_such_key".to_owned(), json!("x"));
    names(&problem(bench, settings)?, "no_such_key", bench)
}

pub(super) async fn missing_key(bench: &Bench) -> Outcome {
    let (wire, _) = bench.wire()?;
    for key in wire.factory().setting_keys.iter().filter(|key| key.required) {
        let mut settings = wire.settings();
        let was_there = settings.remove(key.name).is_some();
        ensure(was_there, format!("`{}` is required and the harness does not set it", key.name))?;
        names(&problem(bench, settings)?, key.name, bench)?;
    }
    Ok(())
}

fn problem(bench: &Bench, settings: Map<String, Value>) -> Outcome<ConfigProblem> {
    let (wire, line) = bench.wire()?;
    match connect(&*wire, settings, &line.url(), Duration::from_secs(1), bench.vendor.clock()) {
        Ok(_) => Err(Violation::new("settings that cannot be used are accepted")),
        Err(problem) => Ok(problem),
    }
}

fn names(problem: &ConfigProblem, key: &str, bench: &Bench) -> Outcome {
    ensure(problem.key == key, format!("`{key}` is wrong and `{}` is named", problem.key))?;
    let text = format!("{problem} {problem:?}");
    let is_quoted = bench.secrets().iter().any(|secret| text.contains(secret));
    ensure(!is_quoted, "a secret is quoted in the problem")
}
