//! What kind of vendor the one in memory is.

use crate::{Capabilities, Limits, Operation, Staging, Support};
use outdial_model::Clock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const ONLY_WHEN_CREATED: Support =
    Support::Unsupported("people are given when the segment is created; later ones go into the next segment");
const BEGINS_BY_ITSELF: Support = Support::Emulated("dialing begins by itself; starting only looks");
const TASK_OF_ONE: Support = Support::Emulated("through a task of one");
const NO_RECORDINGS: Support = Support::Unsupported("nothing is recorded in memory");
const NO_TRANSCRIPTS: Support = Support::Unsupported("nothing is said in memory");

/// What kind of vendor the one in memory is.
#[derive(Debug, Clone)]
pub struct MemoryOptions {
    /// How it is done what the account can do, its limits and its staging.
    pub capabilities: Capabilities,
    /// Decides when a fuse has burnt down and stamps what happens.
    pub clock: Arc<dyn Clock>,
}

impl MemoryOptions {
    /// A vendor that stages in this way, with everything that makes sense for it native.
    pub fn staged(staging: Staging, clock: Arc<dyn Clock>) -> Self {
        let mut operations: BTreeMap<_, _> =
            Operation::ALL.iter().map(|&operation| (operation, Support::Native)).collect();
        operations.insert(Operation::Recording, NO_RECORDINGS);
        operations.insert(Operation::Transcript, NO_TRANSCRIPTS);
        if staging != Staging::EmptyThenStart {
            operations.insert(Operation::Start, BEGINS_BY_ITSELF);
        }
        if staging != Staging::WholeWithFuse {
            operations.insert(Operation::PlaceCall, TASK_OF_ONE);
        }
        if staging == Staging::WholeWithFuse {
            operations.insert(Operation::AddContacts, ONLY_WHEN_CREATED);
        }
        let limits = Limits {
            contacts_per_request: 100,
            contacts_per_segment: None,
            contacts_per_read: 100,
            unique_numbers_per_segment: false,
        };
        let settle = Duration::from_secs(5);
        Self {
            capabilities: Capabilities {
                operations,
                staging,
                limits,
                settle,
                untold_call: Duration::ZERO,
                keeps_hours: true,
            },
            clock,
        }
    }

    /// The same vendor, doing `operation` in another way or not at all.
    #[must_use]
    pub fn with(mut self, operation: Operation, support: Support) -> Self {
        self.capabilities.operations.insert(operation, support);
        self
    }
}
