//! What is counted of an account day by day, so that pushes and polling can be held against each other.

use crate::Timestamp;
use crate::status::words;

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tallied {
    /// A push was kept.
    PushKept,
    /// A push told news that was there already.
    PushRepeated,
    /// A push proved nothing.
    PushRefused,
    /// A push cannot be read, or was about nobody here.
    PushUnusable,
    /// What a push tells is where it belongs.
    PushUsed,
    /// How a contact ended was learned by a push.
    OutcomeByPush,
    /// A push came about a contact, and how it ended was read.
    OutcomeByPushAndPoll,
    /// How a contact ended was read, and no push had come about it.
    OutcomeByPoll,
    /// A push came about a contact whose end had been read without one.
    OutcomePushedLater,
    /// How a contact ended was found by looking up something in doubt.
    OutcomeByLookUp,
    /// An operator decided how a contact ended.
    OutcomeByOperator,
    /// Nobody ever told how a contact ended.
    OutcomeUntold,
}

words!(Tallied, "tally", {
    PushKept => "push_kept", PushRepeated => "push_repeated", PushRefused => "push_refused",
    PushUnusable => "push_unusable", PushUsed => "push_used", OutcomeByPush => "outcome_by_push",
    OutcomeByPushAndPoll => "outcome_by_push_and_poll", OutcomeByPoll => "outcome_by_poll",
    OutcomePushedLater => "outcome_pushed_later", OutcomeByLookUp => "outcome_by_look_up",
    OutcomeByOperator => "outcome_by_operator", OutcomeUntold => "outcome_untold",
});

/// How often something happened at an account on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The day: its first instant in UTC.
    pub day: Timestamp,
    /// What is counted.
    pub what: Tallied,
    /// Which kind of push; empty for outcomes.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// The last time.
    pub last_at: Timestamp,
}
