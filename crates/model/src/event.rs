//! Events: what happened, written in the transaction that made it happen.

use crate::status::words;
use crate::{CallId, ContactId, EventId, TaskId, TenantId, Timestamp};
use std::collections::BTreeMap;

/// What happened. Dotted words, as subscribers see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// A task was accepted.
    TaskCreated,
    /// A task was changed by its owner.
    TaskUpdated,
    /// Whoever is still with us is dialed with another account from now on.
    TaskMoved,
    /// The vendor dials, or will as soon as there is somebody to dial.
    TaskStarted,
    /// Nothing new is dialed until it is resumed.
    TaskPaused,
    /// Dialing goes on after a pause.
    TaskResumed,
    /// Its last contact is final.
    TaskCompleted,
    /// Ended by its owner.
    TaskStopped,
    /// It cannot go on; the event says why.
    TaskFailed,
    /// A contact was accepted.
    ContactAccepted,
    /// A contact waits for a reason.
    ContactHeld,
    /// A contact is in a request that is about to leave.
    ContactSubmitting,
    /// The vendor has the contact.
    ContactSubmitted,
    /// The vendor may or may not have the contact.
    ContactOutcomeUnknown,
    /// The vendor proved not to have the contact; it waits to be sent again.
    ContactReturned,
    /// The vendor dials the contact.
    ContactDialing,
    /// The contact is done; the disposition says how.
    ContactCompleted,
    /// How the contact ended was only reported before: the vendor has confirmed it, or it is told better now.
    ContactOutcomeUpdated,
    /// The vendor refused the contact.
    ContactRejected,
    /// The contact was cancelled.
    ContactCancelled,
    /// The contact's time ran out before it was dialed.
    ContactExpired,
    /// A call began.
    CallStarted,
    /// A call was answered.
    CallAnswered,
    /// A call ended.
    CallEnded,
    /// More, or something surer, is known of a call that had ended.
    CallUpdated,
    /// A call's recording can be fetched.
    RecordingAvailable,
    /// An account's vendor does not answer; nobody new is sent there for now.
    ProviderDegraded,
    /// The vendor answers again.
    ProviderRecovered,
    /// A webhook endpoint gets no more events; the event says why.
    EndpointDisabled,
}

words!(EventType, "event type", {
    TaskCreated => "task.created", TaskUpdated => "task.updated", TaskMoved => "task.moved", TaskStarted => "task.started",
    TaskPaused => "task.paused", TaskResumed => "task.resumed", TaskCompleted => "task.completed",
    TaskStopped => "task.stopped", TaskFailed => "task.failed",
    ContactAccepted => "contact.accepted", ContactHeld => "contact.held",
    ContactSubmitting => "contact.submitting", ContactSubmitted => "contact.submitted",
    ContactOutcomeUnknown => "contact.outcome_unknown", ContactReturned => "contact.returned",
    ContactDialing => "contact.dialing", ContactCompleted => "contact.completed",
    ContactOutcomeUpdated => "contact.outcome_updated",
    ContactRejected => "contact.rejected", ContactCancelled => "contact.cancelled",
    ContactExpired => "contact.expired",
    CallStarted => "call.started", CallAnswered => "call.answered", CallEnded => "call.ended",
    CallUpdated => "call.updated",
    RecordingAvailable => "recording.available",
    ProviderDegraded => "provider.degraded", ProviderRecovered => "provider.recovered",
    EndpointDisabled => "webhook_endpoint.disabled",
});

/// An event of a tenant's log.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id, time-ordered; the same wherever and however often it is told.
    pub id: EventId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its place in the tenant's log: from 1, without gaps, in the order in which changes became visible.
    /// Whoever has read everything up to a position misses nothing that comes to be below it.
    pub position: u64,
    /// The task it concerns; `None` for what concerns an account or a webhook endpoint.
    pub task: Option<TaskId>,
    /// The contact it concerns, if any.
    pub contact: Option<ContactId>,
    /// The call it concerns, if any.
    pub call: Option<CallId>,
    /// What happened.
    pub kind: EventType,
    /// Ascending from 1 per contact; events of a task itself ascend per task. 0 for an event of neither:
    /// only the log orders those.
    pub sequence: u32,
    /// When.
    pub at: Timestamp,
    /// Particulars; never numbers, names or secrets.
    pub data: serde_json::Value,
    /// The metadata of its task, as it is when the event is read.
    pub metadata: BTreeMap<String, String>,
}

impl Event {
    /// The sequence of the event before it of the same contact (or task); 0 when there is none. A reader
    /// that has seen another one last has missed something.
    pub fn previous_sequence(&self) -> u32 {
        self.sequence.saturating_sub(1)
    }
}
