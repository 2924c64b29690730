//! A redial: a task that calls people of another task again, by how their calls ended there.

use crate::{Disposition, TaskId};
use std::collections::BTreeSet;

/// Whom a task calls again, and how far it has taken them over. They come a portion at a time: a task may have millions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redial {
    /// The task they were called by before.
    pub of: TaskId,
    /// How their calls had ended there.
    pub dispositions: BTreeSet<Disposition>,
    /// How many they were when the redial was asked for.
    pub people: u64,
    /// How many of them are in the task by now. In the end they may be fewer than there were: whoever was erased meanwhile, or whose
    /// outcome turned out to be another, is left out.
    pub taken: u64,
    /// Whether somebody may still be to come; the task does not complete before.
    pub is_filling: bool,
}

impl Redial {
    /// Of so many people, none of whom is in the task yet.
    pub const fn of(task: TaskId, dispositions: BTreeSet<Disposition>, people: u64) -> Self {
        Self { of: task, dispositions, people, taken: 0, is_filling: true }
    }
}
