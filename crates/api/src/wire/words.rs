//! Schemas of open enums: the words there are, and that more may come.

use super::api_key::Mode;
use outdial_engine::Verdict;
use outdial_model::{
    CapPer, Cause, Confidence, ContactStatus, DeliveryStatus, DesiredStatus, DisabledReason, Disposition,
    EndpointStatus, ErasureStatus, EventType, InsightKind, Obstacle, PersonalData, Priority, PushState,
    Scope, SegmentStatus, StartMode, TaskStatus, Weekday,
};
use std::fmt::Display;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};

fn open<W: Display>(what: &str, words: &[W], is_nullable: bool) -> Object {
    let list: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let kind = if is_nullable {
        SchemaType::Array(vec![Type::String, Type::Null])
    } else {
        SchemaType::Type(Type::String)
    };
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(format!(
            "{what} One of {}; be ready for words that are added later.",
            list.join(", ")
        )))
        .examples(words.iter().take(1).map(W::to_string))
        .build()
}

pub(crate) fn task_status() -> Object {
    open("What is confirmed.", TaskStatus::ALL, false)
}

pub(crate) fn desired_status() -> Object {
    open("What was asked for last.", DesiredStatus::ALL, false)
}

pub(crate) fn obstacle() -> Object {
    open(
        "What it is. Of the task: `not_started`, `paused`, `stopping`, `emergency_stop`, `outside_window` (its hours are closed, or it is not the hour of some of its people), \
         `schedule_over`. Of its account: `account_missing` and `account_withdrawn` (no longer configured, or not for you), `vendor_unavailable`, `vendor_full` (the vendor holds as many of \
         its people as it may), `no_line` (all lines are taken, or it is the turn of other tasks), `budget_exhausted` (the dials of the day are used up). Of its people: `capped`, `retry`, \
         `number_busy` (their numbers are being dialed), `in_doubt` (nobody knows yet whether the vendor has them), `moving`, `verifying` (what was made at the vendor is looked at before \
         it rings). `trouble` is whatever `detail` says.",
        Obstacle::ALL,
        false,
    )
}

pub(crate) fn cause() -> Object {
    open(
        "Why, as a word; where a hold or a blocker is about the same thing, it has the same word. `requested` by a client, `redial`: taken over from another task, `turn`: it was dialed, `vendor`: \
         its answer or a read of it, `push`: the vendor pushed it, `look_up`: found when something in doubt was looked up, `in_doubt`: the answer leaves it open, `operator`: somebody decided it, \
         `retry`: tried again, `untold`: the vendor had it and never told how it ended; the others say what was in the way.",
        Cause::ALL,
        false,
    )
}

pub(crate) fn cap_per() -> Object {
    open("Whose attempts it counts.", CapPer::ALL, false)
}

pub(crate) fn priority() -> Object {
    let what = "Its part of the account's lines, where tasks share them (`max_concurrent_calls` of the account): one of `high` dials three people while one of `normal` dials one, and that one three while one of `low` dials one.";
    open(what, Priority::OF_TASKS, false)
}

pub(crate) fn contact_status() -> Object {
    open(
        "Where the contact stands. `unknown`: the vendor may or may not have it; it is looked up and never blindly sent again.",
        ContactStatus::ALL,
        false,
    )
}

pub(crate) fn erasure_status() -> Object {
    open(
        "`running` while somebody is out at a vendor; `completed`: nothing personal is left.",
        ErasureStatus::ALL,
        false,
    )
}

pub(crate) fn segment_status() -> Object {
    open("What is confirmed by the vendor.", SegmentStatus::ALL, false)
}

pub(crate) fn vendor_task_status() -> Object {
    open(
        "Its state in Outdial's words; `null` when the vendor's word is not known.",
        SegmentStatus::ALL,
        true,
    )
}

pub(crate) fn call_status() -> Object {
    open("How far the call is.", &["initiated", "ringing", "answered", "ended"], false)
}

pub(crate) fn disposition() -> Object {
    open("How it ended; `null` while it has not.", Disposition::ALL, true)
}

pub(crate) fn event_type() -> Object {
    open("What happened.", EventType::ALL, false)
}

pub(crate) fn delivery_status() -> Object {
    open(
        "How far it is. `pending`: it is going to be tried, now or later; `failed`: given up after the last attempt; `dropped`: the endpoint was disabled before.",
        DeliveryStatus::ALL,
        false,
    )
}

pub(crate) fn disabled_reason() -> Object {
    open(
        "Why it is disabled. `requested`: by its owner; `gone`: it answered 410; `failing`: for five days nothing but failures.",
        DisabledReason::ALL,
        true,
    )
}

pub(crate) fn confidence() -> Object {
    open(
        "How sure that is. `confirmed`: the vendor said so, signed or when it was asked; `reported`: whoever said so did not prove to be the vendor, and nothing can be asked; `null` where nobody said so.",
        Confidence::ALL,
        true,
    )
}

/// Closed: a request may have these words only.
pub(crate) fn endpoint_status() -> Object {
    closed(
        "`enabled`: it gets events. `disabled`: it gets none, and what happens meanwhile is only brought by a replay.",
        EndpointStatus::ALL,
    )
    .build()
}

/// Closed: a request may have these words only.
pub(crate) fn personal_data() -> Object {
    closed(
        "What of the person an event is about goes along, as `person`. `none`: nothing; `masked`: the number with its middle hidden; `full`: number and name.",
        PersonalData::ALL,
    )
    .default(Some(PersonalData::default().as_str().into()))
    .build()
}

/// Closed: a request may have these words only.
pub(crate) fn known_event_type() -> Object {
    closed("A type of event.", EventType::ALL).build()
}

/// Closed: a request may have these words only.
pub(crate) fn event_types() -> utoipa::openapi::schema::Array {
    ArrayBuilder::new()
        .items(known_event_type())
        .description(Some("Only events of these types; of all when empty."))
        .build()
}

/// Scopes of a key.
pub(crate) fn scopes() -> utoipa::openapi::schema::Array {
    ArrayBuilder::new()
        .items(closed("A scope.", Scope::ALL))
        .description(Some(
            "What it is good for: each operation says which scope it needs. `admin` is good for everything.",
        ))
        .build()
}

pub(crate) fn key_mode() -> Object {
    let about =
        "Which data it sees. `live`: the tenant's. `test`: data of its own, at accounts at the simulator.";
    closed(about, Mode::ALL).examples(["live"]).build()
}

fn closed<W: Display>(about: &str, words: &[W]) -> ObjectBuilder {
    let words = words.iter().map(W::to_string);
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).enum_values(Some(words))
}

pub(crate) fn insight_kind() -> Object {
    open(
        "What kind of thing it is. `intent`: what the person wanted, by the script's own classes; `tag`: a label; `transcript`: what was said; `collected`: what the person was asked for and gave; `note`: what an agent wrote.",
        InsightKind::ALL,
        false,
    )
}

pub(crate) fn verdict() -> Object {
    open("How pushes and polling go together, by today and yesterday.", Verdict::ALL, false)
}

pub(crate) fn push_state() -> Object {
    open(
        "What became of it. `new`: kept, and to be used; `used`: what it tells is where it belongs; `unusable`: it cannot be read, or is about nobody here; `refused`: it does not prove that the vendor sent it.",
        PushState::ALL,
        false,
    )
}

/// Closed: a request may have these words only.
pub(crate) fn start_mode() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(
            "What starts the task: `manual` waits for `POST /v1/tasks/{id}/start`, `immediate` starts with its acceptance, `scheduled` at `not_before`.",
        ))
        .enum_values(Some(StartMode::ALL.iter().map(|mode| mode.as_str())))
        .default(Some(StartMode::default().as_str().into()))
        .build()
}

/// Closed: a request may have these words only.
pub(crate) fn days() -> utoipa::openapi::schema::Array {
    let day = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Weekday::ALL.iter().map(|day| day.as_str())));
    ArrayBuilder::new().items(day).description(Some("Days the window is open on.")).build()
}
