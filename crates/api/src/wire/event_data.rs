//! The particulars of events (`data`), by what they are of. They are written where the change is written (the
//! store); these shapes describe them.

use super::words;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Particulars of a task's event.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = TaskEventData)]
pub(crate) struct TaskData {
    #[schema(schema_with = words::task_status)]
    pub status: &'static str,
    /// The status before; when it was created or updated there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_status: Option<&'static str>,
    /// What was asked for last; only when it was created or updated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_status: Option<&'static str>,
    /// The account before; only when it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'static str>,
    /// The account it dials with; only when it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'static str>,
    /// The route that chose it; only when it was moved, and by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<&'static str>,
    /// Why, if there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The task's metadata, as it is when the event is read.
    pub metadata: BTreeMap<&'static str, &'static str>,
}

/// Particulars of a contact's event.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ContactEventData)]
pub(crate) struct ContactData {
    #[schema(schema_with = words::contact_status)]
    pub status: &'static str,
    /// The status before; when it was accepted there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_status: Option<&'static str>,
    /// How it ended; only when it is completed. The words are those of a contact's `disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<&'static str>,
    /// How it was reported to have ended; only when the vendor has confirmed, or corrected, what was only reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_disposition: Option<&'static str>,
    /// How sure that is: `confirmed` by the vendor, or only `reported`; only when it is completed, and not where
    /// nobody told how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<&'static str>,
    #[schema(schema_with = words::cause)]
    pub cause: &'static str,
    /// Why, in a sentence, if there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Why it waits; only when it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_reason: Option<&'static str>,
    /// Until when it waits; only when it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub hold_until: Option<&'static str>,
    /// The vendor-side task it is in, or was last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_id: Option<&'static str>,
    /// The request it goes to the vendor with; only when it is submitting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch_id: Option<&'static str>,
    /// The number, as far as the webhook endpoint asked for it; never in the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<&'static str>,
    /// The name, if the webhook endpoint asked for it; never in the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// The task's metadata, as it is when the event is read.
    pub metadata: BTreeMap<&'static str, &'static str>,
}

/// Particulars of a call's event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallEventData)]
pub(crate) struct CallData {
    #[schema(schema_with = words::call_status)]
    pub status: &'static str,
    /// The vendor-side task that called.
    pub segment_id: &'static str,
    /// When dialing began, if that is known.
    #[schema(format = DateTime)]
    pub started_at: Option<&'static str>,
    /// When it was answered.
    #[schema(format = DateTime)]
    pub answered_at: Option<&'static str>,
    /// When it ended.
    #[schema(format = DateTime)]
    pub ended_at: Option<&'static str>,
    /// Seconds of talk.
    pub talk_seconds: u32,
    #[schema(schema_with = words::disposition)]
    pub disposition: Option<&'static str>,
    #[schema(schema_with = words::confidence)]
    pub confidence: Option<&'static str>,
    /// The vendor's words for the outcome: `code` and `text`.
    #[schema(value_type = Object)]
    pub raw: BTreeMap<&'static str, &'static str>,
    /// The number, as far as the webhook endpoint asked for it; never in the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<&'static str>,
    /// The name, if the webhook endpoint asked for it; never in the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// The task's metadata, as it is when the event is read.
    pub metadata: BTreeMap<&'static str, &'static str>,
}

/// Particulars of an event of a vendor's account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderEventData)]
pub(crate) struct ProviderData {
    /// Which account.
    pub account: &'static str,
    /// Its vendor.
    pub provider: &'static str,
}

/// Particulars of an event of a webhook endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpointEventData)]
pub(crate) struct EndpointData {
    /// Which endpoint.
    pub webhook_endpoint_id: &'static str,
    /// Why: `requested`, `gone` (it answered 410), or `failing` (for days nothing but failures).
    pub reason: &'static str,
}

/// Particulars of a test message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookTestData)]
pub(crate) struct TestData {
    /// Which endpoint was to be tested.
    pub webhook_endpoint_id: &'static str,
}
