//! Obstacles: why somebody who waits is not dialed at this moment.

use crate::HoldReason;
use crate::status::words;

/// What stands between a task's people who wait and their calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// Nobody has started the task.
    NotStarted,
    /// The task is paused, or being paused.
    Paused,
    /// The task is being stopped.
    Stopping,
    /// An emergency stop is for it.
    EmergencyStop,
    /// Its account is not configured any more.
    AccountMissing,
    /// Its account is not there for its tenant any more.
    AccountWithdrawn,
    /// It is not the hour.
    OutsideWindow,
    /// Its schedule is over.
    ScheduleOver,
    /// The vendor does not answer as it should.
    VendorUnavailable,
    /// The vendor holds as many of its people as it may at a time.
    VendorFull,
    /// All lines are taken, or the free ones are for others.
    NoLine,
    /// The day's dials are used up.
    BudgetExhausted,
    /// It is not known yet whether the vendor has some of its people.
    InDoubt,
    /// Some of its people are still at an account it has moved away from.
    Moving,
    /// What was made at the vendor is looked at before it may ring.
    Verifying,
    /// They were rung as often as a cap allows.
    Capped,
    /// They are tried again later.
    Retry,
    /// Their numbers are being dialed already, or may be.
    NumberBusy,
    /// Whatever the task says itself.
    Trouble,
}

words!(Obstacle, "obstacle", {
    NotStarted => "not_started", Paused => "paused", Stopping => "stopping", EmergencyStop => "emergency_stop",
    AccountMissing => "account_missing", AccountWithdrawn => "account_withdrawn",
    OutsideWindow => "outside_window", ScheduleOver => "schedule_over",
    VendorUnavailable => "vendor_unavailable", VendorFull => "vendor_full", NoLine => "no_line", BudgetExhausted => "budget_exhausted",
    InDoubt => "in_doubt",
    Moving => "moving", Verifying => "verifying", Capped => "capped", Retry => "retry", NumberBusy => "number_busy",
    Trouble => "trouble",
});

impl From<HoldReason> for Obstacle {
    fn from(reason: HoldReason) -> Self {
        match reason {
            HoldReason::OutsideWindow => Self::OutsideWindow,
            HoldReason::Retry => Self::Retry,
            HoldReason::Capped => Self::Capped,
        }
    }
}
