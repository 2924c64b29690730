//! One JSON object per line.

use super::Format;
use crate::body;
use crate::form;
use crate::problem::Problem;
use crate::wire::contact::ContactForm;
use outdial_engine::ContactDraft;
use outdial_model::FieldProblem;

/// Reads lines of JSON.
pub(crate) struct Ndjson;

impl Format for Ndjson {
    const QUOTES: bool = false;

    fn contact(&mut self, line: &[u8]) -> Result<Option<Result<ContactDraft, FieldProblem>>, Problem> {
        Ok((!line.trim_ascii().is_empty()).then(|| contact(line)))
    }
}

fn contact(line: &[u8]) -> Result<ContactDraft, FieldProblem> {
    let value =
        body::parse(line).map_err(|problem| FieldProblem::new("", "invalid_json", problem.detail()))?;
    let form = form::read(&value, |at| at.object(ContactForm::read));
    let first = |problems: Vec<FieldProblem>| {
        let unclear = || FieldProblem::new("", "invalid_contact", "it cannot be read");
        problems.into_iter().next().unwrap_or_else(unclear)
    };
    form.map(Into::into).map_err(first)
}
