//! One JSON object per line.

use super::Format;
use crate::body;
use crate::form::{self, Fields, Read};
use crate::problem::Problem;
use outdial_model::FieldProblem;

/// Reads lines of JSON, each an object that this reads.
pub(crate) struct Ndjson<T>(pub fn(&mut Fields<'_>) -> Read<T>);

impl<T> Format for Ndjson<T> {
    type Item = T;
    const QUOTES: bool = false;

    fn item(&mut self, line: &[u8]) -> Result<Option<Result<T, FieldProblem>>, Problem> {
        Ok((!line.trim_ascii().is_empty()).then(|| item(line, self.0)))
    }
}

fn item<T>(line: &[u8], reader: fn(&mut Fields<'_>) -> Read<T>) -> Result<T, FieldProblem> {
    let value =
        body::parse(line).map_err(|problem| FieldProblem::new("", "invalid_json", problem.detail()))?;
    form::read(&value, |at| at.object(reader)).map_err(first)
}

/// A line is told what is wrong with it first.
pub(super) fn first(problems: Vec<FieldProblem>) -> FieldProblem {
    let unclear = || FieldProblem::new("", "invalid_line", "it cannot be read");
    problems.into_iter().next().unwrap_or_else(unclear)
}
