//! Caps of a task.

use super::words;
use crate::form::{At, Fields, Read};
use outdial_model::{Cap, CapPer};
use serde::Serialize;
use utoipa::ToSchema;

/// Most caps of a task.
const MOST_CAPS: usize = 8;

/// Most attempts to somebody within some days, those of other tasks among them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cap)]
pub(crate) struct CapView {
    /// Most attempts; not fewer than `retry.max_attempts`.
    #[schema(minimum = 1, maximum = 1000, example = 3)]
    attempts: u32,
    /// Within so many days of 24 hours.
    #[schema(minimum = 1, maximum = 90, example = 1)]
    days: u32,
    /// Whose they are: those to one number, or those to one person (`person_id`) whatever the number.
    #[schema(schema_with = words::cap_per, required = false)]
    per: &'static str,
}

impl From<&Cap> for CapView {
    fn from(cap: &Cap) -> Self {
        Self { attempts: cap.attempts, days: cap.days, per: cap.per.as_str() }
    }
}

pub(crate) fn caps(at: At<'_>) -> Read<Vec<Cap>> {
    at.list(MOST_CAPS, |at| at.object(cap))
}

pub(crate) fn cap(form: &mut Fields<'_>) -> Read<Cap> {
    let attempts = form.required("attempts", |at| at.integer(1..=Cap::MOST_ATTEMPTS));
    let days = form.required("days", |at| at.integer(1..=Cap::MOST_DAYS));
    let per = form.optional("per", |at| at.word(CapPer::ALL));
    Ok(Cap { attempts: attempts?, days: days?, per: per?.unwrap_or_default() })
}
