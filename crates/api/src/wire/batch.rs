//! What became of a batch of contacts, one by one, in bounded memory.

use crate::problem::{FieldError, Problem};
use outdial_engine::ContactResult;
use outdial_model::FieldProblem;
use serde::Serialize;
use utoipa::ToSchema;

/// Results of any kind that are listed.
const MOST_RESULTS: usize = 1_000;
/// Results of contacts that were not accepted that are listed beyond those.
const MOST_REFUSALS: usize = 10_000;

/// What became of a batch of contacts.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ContactBatch)]
pub(crate) struct BatchView {
    /// Contacts that were added.
    accepted: u64,
    /// Contacts whose `external_id` was there already; nothing was added for them.
    existing: u64,
    /// Contacts that were refused, each by itself.
    rejected: u64,
    /// One by one, in order: the first 1000, and after those only the rejected, at most 10000.
    results: Vec<BatchResult>,
    /// Whether results are missing from the list for its length.
    results_truncated: bool,
    /// Why and where an upload was given up, when it was; contacts before it are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Stopped>,
}

/// What became of one contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchResult {
    /// Its place: from 0 in a JSON request, the line (from 1) in a stream.
    index: u64,
    /// Your key for it.
    external_id: Option<String>,
    /// Its id, when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `accepted`, `existing` or `rejected`.
    #[schema(value_type = String, example = "accepted")]
    status: &'static str,
    /// Why it was rejected; the pointer is relative to the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FieldError>,
}

/// Why and where an upload was given up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stopped {
    /// The first line that was not taken.
    line: u64,
    /// Code of the problem; its page is under `/problems`.
    #[schema(value_type = String, example = "wrong_state")]
    code: &'static str,
    /// What happened.
    detail: String,
}

impl BatchView {
    /// Notes what became of one contact.
    pub(crate) fn note(&mut self, index: u64, external_id: Option<String>, result: ContactResult) {
        let (status, id, error) = match result {
            ContactResult::Added(id) => ("accepted", Some(id.to_string()), None),
            ContactResult::Existing(id) => ("existing", Some(id.to_string()), None),
            ContactResult::Refused(problem) => ("rejected", None, Some(field_error(problem))),
        };
        let count = match status {
            "accepted" => &mut self.accepted,
            "existing" => &mut self.existing,
            _ => &mut self.rejected,
        };
        *count += 1;
        let is_refusal = error.is_some();
        let result = BatchResult { index, external_id, id, status, error };
        self.results_truncated |= !list(&mut self.results, result, is_refusal);
    }

    /// Notes why the rest was not taken.
    pub(crate) fn stop(&mut self, line: u64, problem: &Problem) {
        self.stopped = Some(Stopped::at(line, problem));
    }
}

/// Lists one more result, if there is room for it behind those there are; tells whether there was.
pub(super) fn list<T>(listed: &mut Vec<T>, result: T, is_refusal: bool) -> bool {
    let most = if is_refusal { MOST_RESULTS + MOST_REFUSALS } else { MOST_RESULTS };
    let has_room = listed.len() < most;
    if has_room {
        listed.push(result);
    }
    has_room
}

impl Stopped {
    pub(super) fn at(line: u64, problem: &Problem) -> Self {
        Self { line, code: problem.code().slug, detail: problem.detail().to_owned() }
    }
}

pub(super) fn field_error(problem: FieldProblem) -> FieldError {
    FieldError { pointer: Some(problem.pointer), parameter: None, code: problem.code, detail: problem.detail }
}
