//! What an account can do, and the numbers the engine keeps to.

use super::config::Config;
use outdial_provider::{Capabilities, Limits, Operation, Staging, Support};
use std::time::Duration;

const NEXT_SEGMENT: &str =
    "a vendor task takes people only when it is created; Outdial puts later ones into the next segment";
const BEGINS_BY_ITSELF: &str =
    "a vendor task begins by itself at its NotBefore; starting creates it, and then only looks";
const NO_UPDATE: &str =
    "a vendor task cannot be changed; stop the task and create another, or change it before it starts";
const NO_CANCEL: &str = "the vendor cannot take back one person of a task; Outdial cancels those it has not handed over, \
                         and stopping the task cancels the rest";

/// People asked about at once; the vendor answers with the whole task anyway.
const CONTACTS_PER_READ: usize = 1000;
/// How long a new task may be missing from the vendor's list; nothing is documented.
const SETTLE: Duration = Duration::from_secs(20);

/// What an account with these settings can do.
pub fn of(config: &Config) -> Capabilities {
    with_contacts_per_task(config.contacts_per_task)
}

/// What an account can do whose tasks hold so many people.
pub fn with_contacts_per_task(contacts: usize) -> Capabilities {
    Capabilities {
        operations: Operation::ALL.iter().map(|&operation| (operation, support(operation))).collect(),
        staging: Staging::WholeWithFuse,
        limits: Limits {
            contacts_per_request: contacts,
            contacts_per_segment: Some(contacts),
            contacts_per_read: CONTACTS_PER_READ,
            unique_numbers_per_segment: true,
        },
        settle: SETTLE,
        untold_call: Duration::ZERO,
        keeps_hours: true,
    }
}

const fn support(operation: Operation) -> Support {
    match operation {
        Operation::AddContacts => Support::Emulated(NEXT_SEGMENT),
        Operation::Start => Support::Emulated(BEGINS_BY_ITSELF),
        Operation::UpdateSegment => Support::Unsupported(NO_UPDATE),
        Operation::CancelContact => Support::Unsupported(NO_CANCEL),
        Operation::Check
        | Operation::OpenSegment
        | Operation::PlaceCall
        | Operation::Pause
        | Operation::Resume
        | Operation::Stop
        | Operation::FindSegment
        | Operation::FindContacts
        | Operation::Progress
        | Operation::ListVendorTasks
        | Operation::GetVendorTask
        | Operation::Catalog
        | Operation::Recording
        | Operation::Transcript
        | Operation::Receive => Support::Native,
    }
}
