//! Outdial's words and NXTele's, both ways; every table is data, and everything here is pure.
//!
//! `errors` what a result code means · `calls` how a call ended · `orders` people and orders ·
//! `tasks` a task as it is sent and changed · `listing` what people see of the vendor's own.

mod calls;
mod errors;
mod listing;
mod orders;
mod tasks;

pub(super) use calls::{CallStatusWords, call_report};
pub(super) use errors::{http_error, refusal};
pub(super) use listing::{Cursor, impersonal, task_data, tasks, vendor_task};
pub(super) use orders::{added, call_info_list, called, contact_reports, not_cancelled, opened_with};
pub(super) use tasks::{
    Plan, create_task, is_reached, listed_report, may_be_over, may_be_so_already, operate, segment_report,
    segment_state, update_task,
};

use outdial_model::Timestamp;

/// NXTele prints no unit; values this large can only be milliseconds.
const SURELY_MILLISECONDS: i64 = 100_000_000_000;

/// An instant as NXTele writes it; 0 and absence mean that it did not happen.
pub(super) fn instant(number: Option<i64>) -> Option<Timestamp> {
    match number? {
        ..=0 => None,
        millis @ SURELY_MILLISECONDS.. => Timestamp::from_millisecond(millis).ok(),
        seconds => Timestamp::from_second(seconds).ok(),
    }
}
