//! Segments.

use super::{json, number, time, time_if, word};
use crate::StoreError;
use outdial_model::Segment;

#[derive(sqlx::FromRow)]
pub(crate) struct SegmentRow {
    id: String,
    tenant: String,
    task: String,
    account: String,
    sequence: i64,
    vendor_ref: Option<String>,
    status: String,
    raw_status: Option<String>,
    adopted: bool,
    hours: Option<String>,
    contacts: i64,
    open_contacts: i64,
    opened_at: i64,
    spec_revision: i64,
    not_before: Option<i64>,
    polled_at: Option<i64>,
    verified_at: Option<i64>,
    ended_at: Option<i64>,
}

impl TryFrom<SegmentRow> for Segment {
    type Error = StoreError;

    fn try_from(row: SegmentRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "segments.id")?,
            tenant: word(&row.tenant, "segments.tenant")?,
            task: word(&row.task, "segments.task")?,
            account: word(&row.account, "segments.account")?,
            sequence: number(row.sequence, "segments.sequence")?,
            vendor_ref: row.vendor_ref,
            status: word(&row.status, "segments.status")?,
            raw_status: row.raw_status,
            adopted: row.adopted,
            hours: row.hours.map(|hours| json(&hours, "segments.hours")).transpose()?,
            contacts: number(row.contacts, "segments.contacts")?,
            open_contacts: number(row.open_contacts, "segments.open_contacts")?,
            opened_at: time(row.opened_at, "segments.opened_at")?,
            spec_revision: row.spec_revision,
            not_before: time_if(row.not_before, "segments.not_before")?,
            polled_at: time_if(row.polled_at, "segments.polled_at")?,
            verified_at: time_if(row.verified_at, "segments.verified_at")?,
            ended_at: time_if(row.ended_at, "segments.ended_at")?,
        })
    }
}
