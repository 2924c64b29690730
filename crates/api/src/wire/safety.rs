//! How careful a task is: flat fields of the task in requests and answers, and an operator's decision.

use crate::form::{At, Read};
use outdial_model::{Decision, Delivery, OnUnknown, Safety, Staged};
use std::ops::RangeInclusive;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// What a task may set its fuse to.
pub(crate) const FUSE_SECONDS: RangeInclusive<u32> = 10..=3_600;
/// What a task may set its horizon to.
pub(crate) const HORIZON_SECONDS: RangeInclusive<u32> = 1..=604_800;

/// What an operator decides.
#[derive(Debug, ToSchema)]
#[schema(as = ResolveContact)]
pub(crate) struct ResolveForm {
    #[schema(schema_with = decision_schema)]
    pub decision: Decision,
}

impl ResolveForm {
    pub(crate) fn read(at: At<'_>) -> Read<Self> {
        let decision = at.object(|form| form.required("decision", |at| at.word(Decision::ALL)))?;
        Ok(Self { decision })
    }
}

/// A request may have these words only.
fn closed<'w>(about: &str, words: impl Iterator<Item = &'w str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).enum_values(Some(words))
}

fn seconds(about: &str, range: RangeInclusive<u32>) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer).description(Some(about));
    number.minimum(Some(*range.start())).maximum(Some(*range.end()))
}

pub(crate) fn delivery_schema() -> Object {
    let about = "How many people the vendor is handed at a time. `windowed`: a shallow window (the account's \
        `window`); everybody else waits here, where pause, cancel and stop act at once. `direct`: everybody as \
        soon as possible. It costs control: only the vendor can give back whom it holds, as far as it can at all.";
    let words = Delivery::ALL.iter().map(|word| word.as_str());
    closed(about, words).default(Some(Delivery::default().as_str().into())).build()
}

pub(crate) fn staging_schema() -> Object {
    let about = "Whether what was created at the vendor is looked at before it may ring. `on`: created harmlessly \
        (not started, without people, or with a fuse), checked, then let go. It costs seconds before the first \
        call. `off`: created to dial at once; a request that the vendor carries out twice rings people twice. \
        `null`: as the account is configured (`staging_default`).";
    let words = Staged::ALL.iter().map(|word| Some(word.as_str())).chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .description(Some(about))
        .enum_values(Some(words))
        .build()
}

pub(crate) fn fuse_schema() -> Object {
    let about = "For vendors whose tasks begin by themselves: seconds between the creation of a vendor-side task \
        and its begin, in which it is checked, and stopped if the vendor made it twice. The first call is as \
        much later. `null`: as the account is configured (`fuse_seconds`).";
    seconds(about, FUSE_SECONDS).schema_type(SchemaType::Array(vec![Type::Integer, Type::Null])).build()
}

pub(crate) fn on_unknown_schema() -> Object {
    let about = "What becomes of people of whom nobody can tell whether they were dialed, when \
        `unknown_horizon_seconds` are over; until then they are looked up. `hold`: they stay `unknown`, and the \
        task open, until a look-up or `POST /v1/contacts/{id}/resolve` decides. `assume_dialed`: they are \
        `completed` with disposition `unknown`; somebody may never have been rung. `redial_after`: they are \
        dialed again; somebody may be rung twice.";
    let words = OnUnknown::ALL.iter().map(|word| word.as_str());
    closed(about, words).default(Some(OnUnknown::default().as_str().into())).build()
}

pub(crate) fn horizon_schema() -> Object {
    let about = "Seconds from a request whose outcome is unknown until `on_unknown` applies to its people; never \
        before a look-up could have told (the account's `settle_seconds`).";
    seconds(about, HORIZON_SECONDS).default(Some(Safety::default().unknown_horizon_seconds.into())).build()
}

fn decision_schema() -> Object {
    let about = "`assume_dialed`: it was dialed; `completed` with disposition `unknown`. `redial`: it was not \
        dialed; back to the queue. `cancel`: whatever happened, this task does not dial it (again).";
    closed(about, Decision::ALL.iter().map(|word| word.as_str())).build()
}
