//! What NXTele can do, as data.

use outdial_provider::{Capabilities, Limits, Operation, Staging, Support};
use std::time::Duration;

/// The one published array limit, that of `listOrderDetail`.
pub(super) const ORDERS_PER_READ: usize = 500;
/// NXTele does not say how soon a task or an order is listed.
const SETTLE: Duration = Duration::from_secs(10);
/// Calls are published only when they are over, and stopping does not cut one (dossier section 10, 35).
const UNTOLD_CALL: Duration = Duration::from_secs(180);

pub(super) const NO_CATALOG: &str =
    "NXTele publishes no list of scripts, strategies or lines; look them up in its back office";

pub(super) const TASK_OF_ONE: &str =
    "Outdial makes a task of one and starts it at once; the vendor has no single call";

pub(super) const NO_TRANSCRIPTS: &str = "NXTele publishes no field that tells what was said";

/// What an account with this batch size can do.
pub(super) fn of(batch_size: usize) -> Capabilities {
    let support = |operation: Operation| match operation {
        Operation::Catalog => Support::Unsupported(NO_CATALOG),
        Operation::PlaceCall => Support::Emulated(TASK_OF_ONE),
        Operation::Transcript => Support::Unsupported(NO_TRANSCRIPTS),
        _ => Support::Native,
    };
    Capabilities {
        operations: Operation::ALL.iter().map(|operation| (*operation, support(*operation))).collect(),
        staging: Staging::EmptyThenStart,
        limits: Limits {
            contacts_per_request: batch_size,
            contacts_per_segment: None,
            contacts_per_read: ORDERS_PER_READ,
            unique_numbers_per_segment: false,
        },
        settle: SETTLE,
        untold_call: UNTOLD_CALL,
        keeps_hours: true,
    }
}
