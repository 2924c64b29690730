//! Priority: how large a part of an account's lines a task has while others want some as well.

use crate::status::words;

/// A task's claim to its account's lines, where there are not enough for everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A third of a normal one's.
    Low,
    /// As much as any other normal one's.
    #[default]
    Normal,
    /// Three times a normal one's.
    High,
    /// Before everybody, from the account's reserve too: somebody waits for this very call.
    Immediate,
}

words!(Priority, "priority", {
    Low => "low", Normal => "normal", High => "high", Immediate => "immediate",
});

impl Priority {
    /// What a client may ask for, of a task.
    pub const OF_TASKS: &'static [Self] = &[Self::Low, Self::Normal, Self::High];

    /// So many people of this one go while one of the lowest goes.
    pub const fn weight(self) -> u64 {
        match self {
            Self::Low => 1,
            Self::Normal => 3,
            Self::High | Self::Immediate => 9,
        }
    }
}
