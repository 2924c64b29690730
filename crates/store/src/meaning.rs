//! Which event tells a change, and as what an outcome is counted: the only place that knows.

use outdial_model::{ContactStatus, EventType, Source, Tallied, TaskStatus};

/// The event of a contact that got `status`. Coming back to `queued` is news; being accepted in
/// it is another event ([`EventType::ContactAccepted`]).
pub(crate) const fn of_contact(status: ContactStatus) -> EventType {
    match status {
        ContactStatus::Queued => EventType::ContactReturned,
        ContactStatus::Held => EventType::ContactHeld,
        ContactStatus::Submitting => EventType::ContactSubmitting,
        ContactStatus::Submitted => EventType::ContactSubmitted,
        ContactStatus::Dialing => EventType::ContactDialing,
        ContactStatus::Unknown => EventType::ContactOutcomeUnknown,
        ContactStatus::Completed => EventType::ContactCompleted,
        ContactStatus::Rejected => EventType::ContactRejected,
        ContactStatus::Cancelled => EventType::ContactCancelled,
        ContactStatus::Expired => EventType::ContactExpired,
    }
}

/// The event of a task that got `status`; none while nothing is confirmed.
pub(crate) const fn of_task(status: TaskStatus, started_before: bool) -> Option<EventType> {
    match status {
        TaskStatus::Running if started_before => Some(EventType::TaskResumed),
        TaskStatus::Running => Some(EventType::TaskStarted),
        TaskStatus::Paused => Some(EventType::TaskPaused),
        TaskStatus::Stopped => Some(EventType::TaskStopped),
        TaskStatus::Completed => Some(EventType::TaskCompleted),
        TaskStatus::Failed => Some(EventType::TaskFailed),
        TaskStatus::Draft
        | TaskStatus::Scheduled
        | TaskStatus::Pausing
        | TaskStatus::Resuming
        | TaskStatus::Stopping => None,
    }
}

/// How an outcome is counted that was learned from `source`, of a contact a push has come about or not.
pub(crate) const fn of_outcome(source: Source, pushed: bool) -> Tallied {
    match source {
        Source::Push => Tallied::OutcomeByPush,
        Source::Poll if pushed => Tallied::OutcomeByPushAndPoll,
        Source::Poll => Tallied::OutcomeByPoll,
        Source::LookUp => Tallied::OutcomeByLookUp,
        Source::Operator => Tallied::OutcomeByOperator,
        Source::Ourselves => Tallied::OutcomeUntold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_started_once_and_resumed_afterwards() {
        assert_eq!(of_task(TaskStatus::Running, false), Some(EventType::TaskStarted));
        assert_eq!(of_task(TaskStatus::Running, true), Some(EventType::TaskResumed));
    }

    #[test]
    fn every_contact_status_has_an_event_of_its_own() {
        let mut told: Vec<_> = ContactStatus::ALL.iter().map(|status| of_contact(*status).as_str()).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), ContactStatus::ALL.len());
    }
}
