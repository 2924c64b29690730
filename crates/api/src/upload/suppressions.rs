//! Numbers of a stream: they are suppressed. What an export has told is taken as it is.

use super::csv::{Columns, missing_phone, named_twice};
use super::{Line, Load, Ndjson, Target, ndjson};
use crate::export::taken_back;
use crate::form;
use crate::idempotency::json;
use crate::problem::Problem;
use crate::wire::suppression::{EXPORTED, Entry, ImportView};
use actix_web::http::StatusCode;
use csv::StringRecord;
use outdial_engine::{Answer, EngineError};
use outdial_model::{ContactId, FieldProblem};
use serde_json::{Map, Value};

/// Numbers on their way to the tenant's list, and what became of them.
#[derive(Default)]
pub(crate) struct Suppressions(ImportView);

impl Load for Suppressions {
    type Item = Entry;
    /// Line, and why it was refused, if it was.
    type Told = Vec<(u64, Option<FieldProblem>)>;

    async fn begin(&self, _: Target<'_>) -> Result<(), EngineError> {
        Ok(())
    }

    /// A number is known by itself: sent again, it is suppressed as it was.
    fn known_as(entry: Entry, _: Option<ContactId>) -> Entry {
        entry
    }

    async fn take(
        &self,
        Target { engine, caller }: Target<'_>,
        lines: Vec<Line<Entry>>,
    ) -> Result<Self::Told, EngineError> {
        let (now, mut good) = (engine.now(), Vec::new());
        let told = lines
            .into_iter()
            .map(|(line, entry)| {
                let judged = entry.and_then(|entry| entry.judged(now));
                (line, judged.map(|new| good.push(new)).err())
            })
            .collect();
        if !good.is_empty() {
            engine.suppress(&caller.tenant, &good, None).await?;
        }
        Ok(told)
    }

    fn note(&mut self, told: Self::Told) {
        for (line, problem) in told {
            self.0.note(line, problem);
        }
    }

    fn stop(&mut self, line: u64, problem: &Problem) {
        self.0.stop(line, problem);
    }

    fn answer(&self) -> Answer {
        json(StatusCode::OK, &self.0)
    }
}

impl Ndjson<Entry> {
    /// One number per line.
    pub(crate) fn of_suppressions() -> Self {
        Self(Entry::exported)
    }
}

/// The columns of numbers: fields of a suppression, and no others.
#[derive(Debug)]
pub(crate) struct SuppressionColumns(Vec<String>);

impl Columns for SuppressionColumns {
    type Item = Entry;

    fn named(header: &StringRecord) -> Result<Self, Vec<FieldProblem>> {
        let columns: Vec<_> = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut problems: Vec<_> =
            missing_phone(columns.iter().any(|name| name == "phone")).into_iter().collect();
        problems.extend(named_twice(&columns));
        for (index, _) in columns.iter().enumerate().filter(|(_, name)| !EXPORTED.contains(&name.as_str())) {
            let detail = format!("there is no such column; there are: {}", EXPORTED.join(", "));
            problems.push(FieldProblem::new(&format!("/{index}"), "unknown_column", detail));
        }
        if problems.is_empty() { Ok(Self(columns)) } else { Err(problems) }
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn item(&self, row: &StringRecord) -> Result<Entry, FieldProblem> {
        let cells = self.0.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        let fields: Map<_, _> =
            cells.map(|(name, cell)| (name.clone(), Value::from(taken_back(cell)))).collect();
        form::read(&Value::Object(fields), |at| at.object(Entry::exported)).map_err(ndjson::first)
    }
}
