//! Rows as the engines of the store return them, and the nouns they become.
//!
//! Every column is text, a 64-bit integer or bytes, so that the structs serve any engine. Reading
//! is strict: a word, id or number this version cannot read makes the row
//! [`Corrupt`](StoreError::Corrupt), which names the column and never the value.

mod api_key;
mod audit;
mod call;
mod contact;
mod delivery;
mod dispatch;
mod endpoint;
mod erasure;
mod event;
mod push;
mod segment;
mod suppression;
mod task;

pub(crate) use api_key::ApiKeyRow;
pub(crate) use audit::AuditRow;
pub(crate) use call::CallRow;
pub(crate) use contact::ContactRow;
pub(crate) use delivery::{DeliveryRow, Stage};
pub(crate) use dispatch::DispatchRow;
pub(crate) use endpoint::EndpointRow;
pub(crate) use erasure::ErasureRow;
pub(crate) use event::EventRow;
pub(crate) use push::{LeasedPushRow, PushRow, TallyRow};
pub(crate) use segment::SegmentRow;
pub(crate) use suppression::SuppressionRow;
pub(crate) use task::{CountRow, TaskRow, counts};

use crate::StoreError;
use outdial_model::Timestamp;
use std::str::FromStr;

pub(crate) fn corrupt(column: &'static str) -> StoreError {
    StoreError::Corrupt(format!("column {column}"))
}

/// An id, a name, a status word or a telephone number.
pub(crate) fn word<T: FromStr>(text: &str, column: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| corrupt(column))
}

/// The same where the column may be empty.
pub(crate) fn word_if<T: FromStr>(text: Option<&str>, column: &'static str) -> Result<Option<T>, StoreError> {
    text.map(|text| word(text, column)).transpose()
}

/// Milliseconds since 1970 UTC.
pub(crate) fn time(millis: i64, column: &'static str) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| corrupt(column))
}

/// The same where the column may be empty.
pub(crate) fn time_if(millis: Option<i64>, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    millis.map(|millis| time(millis, column)).transpose()
}

/// How many of something.
pub(crate) fn number<T: TryFrom<i64>>(value: i64, column: &'static str) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| corrupt(column))
}

/// JSON kept as text.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    text: &str,
    column: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| corrupt(column))
}

/// A noun as JSON text; our own types always have one.
pub(crate) fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(format!("no JSON form: {error}")))
}

/// An instant as it is stored.
pub(crate) fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millisecond)
}
