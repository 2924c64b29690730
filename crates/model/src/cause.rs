//! Causes: why something happened to somebody, as a word for programs; the sentence beside it is for people.
//!
//! Where a hold, an obstacle and a cause are about the same thing, they have the same word.

use crate::status::words;
use crate::{ContactStatus, HoldReason, Source};

/// Why something happened to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A client asked for it.
    Requested,
    /// It was taken over from another task, whose people are called again.
    Redial,
    /// It was its turn to be dialed.
    Turn,
    /// The vendor said so, in an answer or when it was read.
    Vendor,
    /// The vendor pushed it.
    Push,
    /// It was found when something in doubt was looked up.
    LookUp,
    /// The vendor's answer, or that none came, leaves it open.
    InDoubt,
    /// An operator decided it.
    Operator,
    /// It was not its fault, and is tried again.
    Retry,
    /// It is not the hour.
    OutsideWindow,
    /// Rung as often as a cap allows.
    Capped,
    /// The task's schedule is over.
    ScheduleOver,
    /// Its `expires_at` has passed.
    Expired,
    /// Hours are told by the person's own clock, and nobody knows where they are.
    UnknownTimeZone,
    /// The number is not to be called.
    Suppressed,
    /// The person is to be forgotten.
    Erased,
    /// The task was stopped.
    Stopping,
    /// Everything of the tenant was stopped.
    EmergencyStop,
    /// The vendor refused the task as a whole.
    TaskFailed,
    /// The vendor had it and never told how it ended.
    Untold,
}

words!(Cause, "cause", {
    Requested => "requested", Redial => "redial", Turn => "turn", Vendor => "vendor", Push => "push",
    LookUp => "look_up", InDoubt => "in_doubt", Operator => "operator", Retry => "retry",
    OutsideWindow => "outside_window", Capped => "capped", ScheduleOver => "schedule_over", Expired => "expired", UnknownTimeZone => "unknown_time_zone", Suppressed => "suppressed",
    Erased => "erased", Stopping => "stopping", EmergencyStop => "emergency_stop", TaskFailed => "task_failed",
    Untold => "untold",
});

impl Cause {
    /// What follows from where something was learned, when nothing more is said: why somebody got `status`.
    pub const fn of(source: Source, status: ContactStatus) -> Self {
        match source {
            Source::Push => Self::Push,
            Source::Poll => Self::Vendor,
            Source::LookUp => Self::LookUp,
            Source::Operator => Self::Operator,
            Source::Ourselves => match status {
                ContactStatus::Submitting => Self::Turn,
                ContactStatus::Submitted | ContactStatus::Dialing | ContactStatus::Rejected => Self::Vendor,
                ContactStatus::Unknown => Self::InDoubt,
                ContactStatus::Queued | ContactStatus::Held => Self::Retry,
                ContactStatus::Completed => Self::Untold,
                ContactStatus::Cancelled => Self::Requested,
                ContactStatus::Expired => Self::ScheduleOver,
            },
        }
    }
}

impl From<HoldReason> for Cause {
    fn from(reason: HoldReason) -> Self {
        match reason {
            HoldReason::OutsideWindow => Self::OutsideWindow,
            HoldReason::Retry => Self::Retry,
            HoldReason::Capped => Self::Capped,
        }
    }
}

/// A cause, and the same in a sentence without personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why {
    /// The word.
    pub cause: Cause,
    /// The sentence.
    pub reason: &'static str,
}

impl Why {
    /// Both of it.
    pub const fn new(cause: Cause, reason: &'static str) -> Self {
        Self { cause, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Obstacle;

    #[test]
    fn one_thing_has_one_word_whoever_speaks_of_it() {
        for reason in HoldReason::ALL {
            assert_eq!(Cause::from(*reason).as_str(), reason.as_str());
            assert_eq!(Obstacle::from(*reason).as_str(), reason.as_str());
        }
        for (cause, obstacle) in [
            (Cause::InDoubt, Obstacle::InDoubt),
            (Cause::OutsideWindow, Obstacle::OutsideWindow),
            (Cause::ScheduleOver, Obstacle::ScheduleOver),
            (Cause::Stopping, Obstacle::Stopping),
            (Cause::EmergencyStop, Obstacle::EmergencyStop),
        ] {
            assert_eq!(cause.as_str(), obstacle.as_str());
        }
        for (cause, source) in [
            (Cause::Push, Source::Push),
            (Cause::LookUp, Source::LookUp),
            (Cause::Operator, Source::Operator),
        ] {
            assert_eq!(cause.as_str(), source.as_str());
        }
    }
}
