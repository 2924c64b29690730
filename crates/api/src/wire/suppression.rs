//! A suppression as clients bring it and as they see it.

use super::instant;
use crate::form::{Fields, Read};
use crate::problem::FieldError;
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

/// What became of an import.
#[derive(Serialize, ToSchema)]
#[schema(as = SuppressionBatch)]
pub(crate) struct ImportView {
    /// Those that are in force.
    accepted: usize,
    /// Those that were refused, each by itself.
    rejected: usize,
    /// One by one, in order.
    results: Vec<ImportResult>,
}

/// What became of one of them.
#[derive(Serialize, ToSchema)]
#[schema(as = SuppressionResult)]
pub(crate) struct ImportResult {
    /// Its place, from 0.
    index: usize,
    /// `accepted` or `rejected`.
    #[schema(value_type = String, example = "accepted")]
    status: &'static str,
    /// Why it was rejected; the pointer is relative to the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FieldError>,
}

impl ImportView {
    pub(crate) fn new<'a>(judged: impl Iterator<Item = Option<&'a FieldProblem>>) -> Self {
        let results: Vec<_> = judged
            .enumerate()
            .map(|(index, problem)| ImportResult {
                index,
                status: if problem.is_some() { "rejected" } else { "accepted" },
                error: problem.map(|problem| FieldError {
                    pointer: Some(problem.pointer.clone()),
                    parameter: None,
                    code: problem.code,
                    detail: problem.detail.clone(),
                }),
            })
            .collect();
        let rejected = results.iter().filter(|result| result.error.is_some()).count();
        Self { accepted: results.len() - rejected, rejected, results }
    }
}
