//! What would become of a task, as clients ask and as they see it.

use super::batch::field_error;
use super::instant;
use super::task_form::TaskForm;
use crate::form::{Fields, Read};
use crate::problem::FieldError;
use outdial_engine::{Estimate, Fate, Fit, Outlook, Preflight, PreflightRequest};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// How long a call takes when nobody says it: some ring out, some are talked on.
const AVERAGE_CALL_SECONDS: u32 = 30;

// No `Debug`: it holds people.
/// A task that is not to be created.
pub(crate) struct PreflightForm {
    task: TaskForm,
    average_call_seconds: u32,
}

impl PreflightForm {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<Self> {
        let average = form.optional("average_call_seconds", |at| at.integer(1..=3_600));
        let task = TaskForm::read(form);
        Ok(Self { task: task?, average_call_seconds: average?.unwrap_or(AVERAGE_CALL_SECONDS) })
    }

    /// What the engine is asked for.
    pub(crate) fn into_request(self) -> PreflightRequest {
        let average_call = Duration::from_secs(self.average_call_seconds.into());
        PreflightRequest { task: self.task.into_request(), average_call }
    }
}

impl PartialSchema for PreflightForm {
    /// That of a task, and what is assumed.
    fn schema() -> RefOr<Schema> {
        let mut schema = TaskForm::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let about = "Seconds a call takes on average, ringing included; for the estimate.";
            let seconds = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1))
                .maximum(Some(3_600))
                .default(Some(AVERAGE_CALL_SECONDS.into()))
                .description(Some(about));
            object.properties.insert("average_call_seconds".to_owned(), seconds.into());
            object.description = Some("A task that is not to be created.".into());
        }
        schema
    }
}

impl ToSchema for PreflightForm {
    fn name() -> std::borrow::Cow<'static, str> {
        "PreflightTask".into()
    }
}

/// What would become of a task.
#[derive(Serialize, ToSchema)]
#[schema(as = Preflight)]
pub(crate) struct PreflightView {
    /// Whether `POST /v1/tasks` would accept it.
    accepted: bool,
    /// Why not, field by field.
    problems: Vec<FieldError>,
    /// People who would be dialed, sooner or later.
    dialed: u64,
    /// Those of them who would have to wait first, by the reason.
    held: BTreeMap<&'static str, u64>,
    /// People who would not be dialed, by the reason.
    skipped: BTreeMap<&'static str, u64>,
    /// One by one, in the order of the request.
    contacts: Vec<ProspectView>,
    /// How long it would take; `null` where nobody would be dialed.
    estimate: Option<EstimateView>,
    /// What each account would make of it.
    accounts: Vec<FitView>,
}

/// What would become of one contact.
#[derive(Serialize, ToSchema)]
#[schema(as = PreflightContact)]
pub(crate) struct ProspectView {
    /// Its place, from 0.
    index: u64,
    /// The number as it was read, E.164; `null` where it could not be, or nobody would be added.
    phone: Option<String>,
    /// `dialed`, `held` (dialed later) or `skipped`.
    #[schema(value_type = String, example = "dialed")]
    outcome: &'static str,
    /// Why it is held (a hold's reason, or `number_busy`) or skipped (a cause, `duplicate` or `invalid`).
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Until when it is held, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    until: Option<String>,
    /// What is wrong with it; the pointer is relative to the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FieldError>,
}

/// How long a task would take.
#[derive(Serialize, ToSchema)]
#[schema(as = PreflightEstimate)]
pub(crate) struct EstimateView {
    /// Seconds from its start to the end of its last call; `null` when not everybody is called before its schedule ends, or within 60 days.
    duration_seconds: Option<u64>,
    /// Seconds it would take if it were open all the time.
    dialing_seconds: u64,
    /// What keeps it from being done sooner: `max_concurrent_calls`, `vendor_full` (the account's `window`), `rate` (the account's),
    /// `outside_window` or `budget_exhausted` (dials there may be in a day).
    #[schema(value_type = String, example = "max_concurrent_calls")]
    limited_by: &'static str,
}

/// What an account would make of a task.
#[derive(Serialize, ToSchema)]
#[schema(as = PreflightAccount)]
pub(crate) struct FitView {
    /// The account.
    account: String,
    /// Its provider.
    provider: String,
    /// Whether its vendor can do and express what the task asks for.
    fits: bool,
    /// What it cannot, field by field.
    problems: Vec<FieldError>,
    /// How many of the numbers it cannot dial.
    refused_numbers: u64,
    /// Operations that are done in another way than the vendor's own, and what that means.
    emulated: BTreeMap<&'static str, &'static str>,
}

impl From<Preflight> for PreflightView {
    fn from(found: Preflight) -> Self {
        let contacts: Vec<_> = (0..).zip(found.people).map(ProspectView::from).collect();
        let by_reason = |outcome: &str| {
            let mut counts = BTreeMap::new();
            for reason in contacts.iter().filter(|one| one.outcome == outcome).filter_map(|one| one.reason) {
                *counts.entry(reason).or_default() += 1;
            }
            counts
        };
        let (held, skipped) = (by_reason("held"), by_reason("skipped"));
        let dialed = contacts.iter().filter(|one| one.outcome != "skipped").count();
        Self {
            accepted: found.problems.is_empty(),
            problems: found.problems.into_iter().map(field_error).collect(),
            dialed: u64::try_from(dialed).unwrap_or(u64::MAX),
            held,
            skipped,
            contacts,
            estimate: found.estimate.map(Into::into),
            accounts: found.fits.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<(u64, Outlook)> for ProspectView {
    fn from((index, Outlook { phone, fate }): (u64, Outlook)) -> Self {
        let phone = phone.map(|phone| phone.e164().to_owned());
        let (outcome, reason, until, error) = match fate {
            Fate::Dialed => ("dialed", None, None, None),
            Fate::Held(reason, until) => ("held", Some(reason.as_str()), Some(instant(until)), None),
            Fate::NumberBusy => ("held", Some("number_busy"), None, None),
            Fate::Skipped(_, why) => ("skipped", Some(why.cause.as_str()), None, None),
            Fate::Duplicate => ("skipped", Some("duplicate"), None, None),
            Fate::Invalid(problem) => ("skipped", Some("invalid"), None, Some(field_error(problem))),
        };
        Self { index, phone, outcome, reason, until, error }
    }
}

impl From<Estimate> for EstimateView {
    fn from(estimate: Estimate) -> Self {
        Self {
            duration_seconds: estimate.duration.map(|duration| duration.as_secs()),
            dialing_seconds: estimate.dialing.as_secs(),
            limited_by: estimate.limited_by.as_str(),
        }
    }
}

impl From<Fit> for FitView {
    fn from(fit: Fit) -> Self {
        Self {
            account: fit.account.to_string(),
            provider: fit.provider.to_string(),
            fits: fit.problems.is_empty(),
            problems: fit.problems.into_iter().map(field_error).collect(),
            refused_numbers: fit.refused_numbers,
            emulated: fit.emulated.iter().map(|(operation, note)| (operation.as_str(), *note)).collect(),
        }
    }
}
