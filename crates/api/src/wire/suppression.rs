//! A suppression as clients bring it and as they see it.

use super::batch::{Stopped, field_error, list};
use super::instant;
use crate::form::{Fields, Read};
use crate::problem::{FieldError, Problem};
use outdial_model::{FieldProblem, NewSuppression, Phone, Purpose, Suppression, SuppressionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Suppressions of one request.
pub(crate) const MOST_SUPPRESSIONS: usize = 1000;

// The shape of the form, for the document; what is read is the model's.
/// A number that is not to be called.
#[derive(ToSchema)]
#[schema(as = CreateSuppression)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct SuppressionForm {
    /// The number, E.164.
    #[schema(example = "+8613800000000")]
    phone: String,
    /// What it is not to be called for, as `purpose` of a task has it; for anything when absent.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "marketing")]
    purpose: Option<String>,
    /// Why, for people.
    #[schema(min_length = 1, max_length = 500, example = "asked not to be called")]
    reason: Option<String>,
    /// Where it comes from: a list, a system, the person.
    #[schema(min_length = 1, max_length = 200, example = "crm")]
    source: Option<String>,
    /// Until when; for ever when absent.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A list of numbers that are not to be called.
#[derive(ToSchema)]
#[schema(as = ImportSuppressions)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ImportForm {
    /// At most 1000.
    #[schema(max_items = 1000)]
    suppressions: Vec<SuppressionForm>,
}

/// A suppression whose number is still to be judged.
pub(crate) struct Entry {
    phone: Result<Phone, FieldProblem>,
    purpose: Option<Purpose>,
    reason: Option<String>,
    source: Option<String>,
    expires_at: Option<Timestamp>,
}

impl Entry {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<Self> {
        let phone = form.required("phone", |at| at.text(1..=64));
        let purpose = form.optional("purpose", purpose);
        let reason = form.optional("reason", |at| at.text(1..=500));
        let source = form.optional("source", |at| at.text(1..=200));
        let expires_at = form.optional("expires_at", |at| at.timestamp());
        let refused = |error: outdial_model::PhoneError| {
            FieldProblem::new("/phone", "invalid_phone", error.to_string())
        };
        Ok(Self {
            phone: Phone::parse(&phone?, None).map_err(refused),
            purpose: purpose?,
            reason: reason?,
            source: source?,
            expires_at: expires_at?,
        })
    }

    /// Reads what an export has told; what it tells beside is not kept.
    pub(crate) fn exported(form: &mut Fields<'_>) -> Read<Self> {
        for told in ["id", "created_at"] {
            form.optional(told, |_| Ok(()))?;
        }
        Self::read(form)
    }

    /// Reads all of an import.
    pub(crate) fn read_all(form: &mut Fields<'_>) -> Read<Vec<Self>> {
        form.required("suppressions", |at| at.list(MOST_SUPPRESSIONS, |at| at.object(Self::read)))
    }

    /// The suppression, or why there can be none.
    pub(crate) fn judged(self, now: Timestamp) -> Result<NewSuppression, FieldProblem> {
        let Self { phone, purpose, reason, source, expires_at } = self;
        let id = SuppressionId::generate(now);
        let new = NewSuppression { id, phone: phone?, purpose, reason, source, expires_at };
        match outdial_engine::refuse_suppression(&new, now) {
            Some(problem) => Err(problem),
            None => Ok(new),
        }
    }
}

/// A purpose, of a suppression or of a task.
pub(crate) fn purpose(at: crate::form::At<'_>) -> Read<Purpose> {
    at.parsed("invalid_purpose", "1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit")
}

/// A number that is not called.
#[derive(Serialize, ToSchema)]
#[schema(as = Suppression)]
pub(crate) struct SuppressionView {
    /// Its id.
    #[schema(example = "sup_01k3xk5v8qe9yt4m2n7b6c5d4f")]
    id: String,
    /// The number, E.164.
    phone: String,
    /// What it is not called for; `null` for anything.
    purpose: Option<String>,
    /// Why.
    reason: Option<String>,
    /// Where it comes from.
    source: Option<String>,
    /// When it came first.
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when; `null` for ever.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl From<&Suppression> for SuppressionView {
    fn from(kept: &Suppression) -> Self {
        Self {
            id: kept.id.to_string(),
            phone: kept.phone.e164().to_owned(),
            purpose: kept.purpose.as_ref().map(ToString::to_string),
            reason: kept.reason.clone(),
            source: kept.source.clone(),
            created_at: instant(kept.created_at),
            expires_at: kept.expires_at.map(instant),
        }
    }
}

/// The columns of an export.
pub(crate) const EXPORTED: [&str; 7] =
    ["id", "phone", "purpose", "reason", "source", "created_at", "expires_at"];

impl SuppressionView {
    /// Its fields as cells, in the order of [`EXPORTED`].
    pub(crate) fn cells(&self) -> [&str; 7] {
        fn cell(field: &Option<String>) -> &str {
            field.as_deref().unwrap_or_default()
        }
        [
            &self.id,
            &self.phone,
            cell(&self.purpose),
            cell(&self.reason),
            cell(&self.source),
            &self.created_at,
            cell(&self.expires_at),
        ]
    }
}

/// What became of an import.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = SuppressionBatch)]
pub(crate) struct ImportView {
    /// Those that are in force.
    accepted: u64,
    /// Those that were refused, each by itself.
    rejected: u64,
    /// One by one, in order: the first 1000, and after those only the rejected, at most 10000.
    results: Vec<ImportResult>,
    /// Whether results are missing from the list for its length.
    results_truncated: bool,
    /// Why and where a stream was given up, when it was; numbers before it are in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Stopped>,
}

/// What became of one of them.
#[derive(Serialize, ToSchema)]
#[schema(as = SuppressionResult)]
pub(crate) struct ImportResult {
    /// Its place: from 0 in a JSON request, the line (from 1) in a stream.
    index: u64,
    /// `accepted` or `rejected`.
    #[schema(value_type = String, example = "accepted")]
    status: &'static str,
    /// Why it was rejected; the pointer is relative to the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FieldError>,
}

impl ImportView {
    /// Notes what became of one.
    pub(crate) fn note(&mut self, index: u64, problem: Option<FieldProblem>) {
        let is_refusal = problem.is_some();
        let (status, count) =
            if is_refusal { ("rejected", &mut self.rejected) } else { ("accepted", &mut self.accepted) };
        *count += 1;
        let result = ImportResult { index, status, error: problem.map(field_error) };
        self.results_truncated |= !list(&mut self.results, result, is_refusal);
    }

    /// Notes why the rest was not taken.
    pub(crate) fn stop(&mut self, line: u64, problem: &Problem) {
        self.stopped = Some(Stopped::at(line, problem));
    }
}
