//! What failed a moment ago and is not tried again yet, so that it does not keep everything else
//! of its task from being done.
//!
//! Kept in memory: a restart may try at once. A step that fails again and again is tried less and
//! less often.

use super::decide::SENDING;
use super::later;
use outdial_model::{TaskId, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The longest pause before a failed step is tried again: its vendor may be well any moment, and nobody new is
/// sent before what was sent is read.
const LONGEST: Duration = Duration::from_secs(20);
/// The same for handing people over: a vendor that does not answer is spared by the account's breaker, and
/// one that is well again is not kept waiting.
const LONGEST_FOR_SENDING: Duration = Duration::from_secs(10);
/// The same for a question the vendor answered without telling: nothing says that it soon will.
const LONGEST_UNTOLD: Duration = Duration::from_secs(60);
/// A failure this long ago says nothing any more.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(300);

/// The failed steps of every task.
#[derive(Debug, Default)]
pub(crate) struct Pauses(Mutex<HashMap<TaskId, HashMap<String, Failure>>>);

#[derive(Debug, Clone, Copy)]
struct Failure {
    in_a_row: u32,
    until: Timestamp,
}

impl Pauses {
    /// Notes that `step` failed; it waits `pause`, twice as long with every failure in a row.
    pub(super) fn failed(&self, task: &TaskId, step: String, pause: Duration, now: Timestamp) {
        let longest = if step == SENDING { LONGEST_FOR_SENDING } else { LONGEST };
        self.wait(task, step, pause, longest, now);
    }

    /// Notes that `step` was done and told nothing; it waits as after a failure, and in the end longer.
    pub(super) fn untold(&self, task: &TaskId, step: String, pause: Duration, now: Timestamp) {
        self.wait(task, step, pause, LONGEST_UNTOLD, now);
    }

    fn wait(&self, task: &TaskId, step: String, pause: Duration, longest: Duration, now: Timestamp) {
        let mut all = self.lock();
        let failure =
            all.entry(task.clone()).or_default().entry(step).or_insert(Failure { in_a_row: 0, until: now });
        let longer = pause.saturating_mul(1 << failure.in_a_row.min(6));
        failure.in_a_row += 1;
        failure.until = later(now, longer.min(longest.max(pause)));
    }

    /// Notes that `step` was done.
    pub(super) fn done(&self, task: &TaskId, step: &str) {
        let mut all = self.lock();
        if let Some(steps) = all.get_mut(task) {
            steps.remove(step);
            if steps.is_empty() {
                all.remove(task);
            }
        }
    }

    /// Forgets a task.
    pub(super) fn forget(&self, task: &TaskId) {
        self.lock().remove(task);
    }

    /// The steps of a task that wait, each until when.
    pub(super) fn of(&self, task: &TaskId, now: Timestamp) -> HashMap<String, Timestamp> {
        let mut all = self.lock();
        let Some(steps) = all.get_mut(task) else { return HashMap::new() };
        steps.retain(|_, failure| later(failure.until, FORGOTTEN_AFTER) > now);
        let waiting = steps.iter().filter(|(_, failure)| failure.until > now);
        waiting.map(|(step, failure)| (step.clone(), failure.until)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, HashMap<String, Failure>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_keeps_failing_is_tried_less_often_and_one_that_works_at_once() {
        let (pauses, now) = (Pauses::default(), Timestamp::UNIX_EPOCH);
        let task = TaskId::generate(now);
        let mut waits = Vec::new();
        for _ in 0..8 {
            pauses.failed(&task, "poll".into(), Duration::from_secs(1), now);
            waits.push(pauses.of(&task, now)["poll"].as_second());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 20, 20, 20]);
        pauses.done(&task, "poll");
        assert!(pauses.of(&task, now).is_empty());
    }
}
