//! What an account can do: little for certain, more with every path it configures.

use super::config::ROWS_PER_INSTANCE;
use super::unlisted::{Paths, Unlisted};
use outdial_provider::{Capabilities, Limits, Operation, Staging, Support};
use std::time::Duration;

const DIALED_AT_ONCE: &str = "Outdial uploads the people; AI Rudder dials them as soon as it has them";
const HELD_BACK: &str = "Outdial sends nobody new; people the vendor already has are still dialed";
pub(super) const NO_UPDATE: &str = "AI Rudder changes no instance once it is created";
const PUSHED_LINKS: &str = "links come with the vendor's webhooks; to ask once more when a person is done, set \
                            operations.call_by_id or operations.recordings";

pub(super) const TASK_OF_ONE: &str = "Outdial makes an instance for one; the vendor has no single call";

pub(super) const NO_TRANSCRIPTS: &str = "AI Rudder publishes no field that tells what was said";

/// How long what was created may be missing from look-ups. The vendor does not say; a minute is
/// short for people and long for an index.
const SETTLE: Duration = Duration::from_secs(60);

/// Every person takes a request of its own or two.
const PEOPLE_PER_READ: usize = 20;

/// What an account with these paths can do.
pub(super) fn of(paths: &Paths, batch_size: usize) -> Capabilities {
    let if_configured = |needed: Unlisted| {
        if paths.has(needed) { Support::Native } else { Support::Unsupported(needed.note()) }
    };
    let how = |operation| match operation {
        Operation::Check
        | Operation::OpenSegment
        | Operation::AddContacts
        | Operation::FindContacts
        | Operation::Receive => Support::Native,
        Operation::PlaceCall => Support::Emulated(TASK_OF_ONE),
        Operation::Start => Support::Emulated(DIALED_AT_ONCE),
        Operation::Pause | Operation::Resume => Support::Emulated(HELD_BACK),
        Operation::Stop => if_configured(Unlisted::Stop),
        Operation::UpdateSegment => Support::Unsupported(NO_UPDATE),
        Operation::CancelContact => if_configured(Unlisted::CancelRow),
        Operation::Progress => if_configured(Unlisted::CallsByPerson),
        Operation::FindSegment | Operation::ListVendorTasks | Operation::GetVendorTask => {
            if_configured(Unlisted::ListInstances)
        }
        Operation::Catalog => if_configured(Unlisted::ListTemplates),
        Operation::Recording if paths.has(Unlisted::CallById) || paths.has(Unlisted::Recordings) => {
            Support::Native
        }
        Operation::Recording => Support::Emulated(PUSHED_LINKS),
        Operation::Transcript => Support::Unsupported(NO_TRANSCRIPTS),
    };
    Capabilities {
        operations: Operation::ALL.iter().map(|operation| (*operation, how(*operation))).collect(),
        staging: Staging::EmptyLive,
        limits: Limits {
            contacts_per_request: batch_size,
            contacts_per_segment: Some(ROWS_PER_INSTANCE),
            contacts_per_read: PEOPLE_PER_READ,
            unique_numbers_per_segment: true,
        },
        settle: SETTLE,
        untold_call: Duration::ZERO,
        keeps_hours: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_configured_path_turns_its_operations_on_and_nothing_else() {
        let bare = of(&Paths::default(), 100);
        let table = json!({"list_instances": "/list"});
        let listing = of(&Paths::read(table.as_object().unwrap()).unwrap(), 100);
        for operation in Operation::ALL {
            let listed = matches!(
                operation,
                Operation::FindSegment | Operation::ListVendorTasks | Operation::GetVendorTask
            );
            assert_eq!(
                bare.support(*operation) != listing.support(*operation),
                listed,
                "{}",
                operation.as_str()
            );
        }
    }
}
