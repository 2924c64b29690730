//! A vendor's own task, as the vendor shows it.

use super::{instant, words};
use outdial_engine::provider::{SegmentState, VendorTask};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A vendor's own task, whether Outdial made it or a person in the vendor's console.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VendorTask)]
pub(crate) struct VendorTaskView {
    /// What to ask for it by.
    #[serde(rename = "ref")]
    reference: String,
    /// Its name.
    name: Option<String>,
    #[schema(schema_with = words::vendor_task_status)]
    status: Option<&'static str>,
    /// The vendor's word for the status.
    raw_status: Option<String>,
    /// People in it, where the vendor tells.
    contacts: Option<u64>,
    /// People done, where the vendor tells.
    finished: Option<u64>,
    /// When it was created or begins.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// The vendor's record, numbers masked.
    #[schema(value_type = Object)]
    raw: Value,
}

impl From<VendorTask> for VendorTaskView {
    fn from(task: VendorTask) -> Self {
        Self {
            reference: task.vendor_ref,
            name: task.name,
            status: match task.state {
                SegmentState::Known(status) => Some(status.as_str()),
                SegmentState::Unrecognized => None,
            },
            raw_status: task.raw_state,
            contacts: task.contacts,
            finished: task.finished,
            created_at: task.created_at.map(instant),
            raw: task.raw,
        }
    }
}
