//! A segment: one vendor-side task that carries part of a task.

use super::{instant, words};
use outdial_model::Segment;
use serde::Serialize;
use utoipa::ToSchema;

/// One vendor-side task that carries part of a task.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Segment)]
pub(crate) struct SegmentView {
    /// Our id, also the vendor's name for it.
    id: String,
    /// 1 for the task's first, ascending.
    sequence: u32,
    /// Where it was opened.
    account: String,
    /// The vendor's own id, once known.
    vendor_ref: Option<String>,
    #[schema(schema_with = words::segment_status)]
    status: &'static str,
    /// The vendor's word for the status, as sent.
    raw_status: Option<String>,
    /// Made in the vendor's console and taken over.
    adopted: bool,
    /// Contacts it was ever given.
    contacts: u32,
    /// Contacts in it that are not final.
    open_contacts: u32,
    /// When we asked for it.
    #[schema(format = DateTime)]
    opened_at: String,
    /// The vendor dials nothing before this instant.
    #[schema(format = DateTime)]
    not_before: Option<String>,
    /// When it was last read from the vendor.
    #[schema(format = DateTime)]
    polled_at: Option<String>,
    /// When it was over.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

impl From<Segment> for SegmentView {
    fn from(segment: Segment) -> Self {
        Self {
            id: segment.id.to_string(),
            sequence: segment.sequence,
            account: segment.account.to_string(),
            vendor_ref: segment.vendor_ref,
            status: segment.status.as_str(),
            raw_status: segment.raw_status,
            adopted: segment.adopted,
            contacts: segment.contacts,
            open_contacts: segment.open_contacts,
            opened_at: instant(segment.opened_at),
            not_before: segment.not_before.map(instant),
            polled_at: segment.polled_at.map(instant),
            ended_at: segment.ended_at.map(instant),
        }
    }
}
