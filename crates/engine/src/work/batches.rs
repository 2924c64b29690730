//! How many people go into one request: fewer after the vendor refused a request with many, more
//! again after it took one.
//!
//! A refusal of a whole request may be one person's fault. Halving finds that person and costs the
//! others a few requests, not their call.

use outdial_model::TaskId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The present limit of every task that had a request refused. In memory: a restart begins anew.
#[derive(Debug, Default)]
pub(crate) struct Batches(Mutex<HashMap<TaskId, usize>>);

impl Batches {
    /// Most people for the task's next request.
    pub(super) fn limit(&self, task: &TaskId) -> usize {
        self.lock().get(task).copied().unwrap_or(usize::MAX)
    }

    /// A request with so many people was refused.
    pub(super) fn refused(&self, task: &TaskId, people: usize) {
        self.lock().insert(task.clone(), (people / 2).max(1));
    }

    /// A request was taken.
    pub(super) fn taken(&self, task: &TaskId) {
        let mut limits = self.lock();
        match limits.get_mut(task) {
            Some(limit) if *limit < 1_000 => *limit *= 2,
            Some(_) => drop(limits.remove(task)),
            None => {}
        }
    }

    /// Forgets a task.
    pub(super) fn forget(&self, task: &TaskId) {
        self.lock().remove(task);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
