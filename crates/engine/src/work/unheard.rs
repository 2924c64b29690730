//! People nothing more will be told of, where the vendor cannot be asked about people.
//!
//! What became of them is pushed, and a push can be lost. They end as `completed` with nothing known: they
//! were handed over, so they are never dialed again.
//!
//! Not for: vendors that can be asked; there the last word is read.

use super::{After, Interrupted, Job, later};
use outdial_model::{Contact, ContactStatus, Disposition, Segment};
use outdial_provider::Operation;
use outdial_store::ContactChange;
use std::time::Duration;

/// How long a push may be late after the vendor's task is over.
const LATEST_PUSH: Duration = Duration::from_secs(300);
/// How often a segment is searched for them.
const SEARCHED_EVERY: Duration = Duration::from_secs(60);
const OUT: &[ContactStatus] = &[ContactStatus::Submitted, ContactStatus::Dialing];
const AT_ONCE: u32 = 500;

impl Job<'_> {
    /// Ends those of a segment that nothing was told of for too long.
    pub(super) async fn end_unheard(&self, segment: &Segment) -> Result<After, Interrupted> {
        let is_asked = self.account.provider.capabilities().is_native(Operation::Progress);
        let pauses = &self.engine.0.pauses;
        let (task, name) = (&self.lease().task, format!("search {}", segment.id));
        let is_paused = pauses.of(task, self.now).contains_key(&name);
        if is_asked || is_paused || segment.open_contacts == 0 {
            return Ok(After::Again);
        }
        pauses.done(task, &name);
        pauses.failed(task, name, SEARCHED_EVERY, self.now);
        let mut after = None;
        loop {
            let store = self.engine.store();
            let people = store.segment_contacts(&segment.id, OUT, after.as_ref(), AT_ONCE).await?;
            after = people.last().map(|person| person.id.clone());
            let mut changes = self.changes();
            changes.contacts =
                people.iter().filter(|person| self.is_unheard_of(segment, person)).map(ended).collect();
            if !changes.contacts.is_empty() {
                self.apply(changes).await?;
            }
            if people.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                return Ok(After::Again);
            }
        }
    }

    /// A segment that is over has said all it had to say after a while. One that goes on, or says nothing,
    /// may still dial: there it takes as long as the task waits for anybody unknown, during its hours.
    fn is_unheard_of(&self, segment: &Segment, person: &Contact) -> bool {
        let untold = self.account.provider.capabilities().untold_call;
        let over = self.account.settle().max(untold).max(LATEST_PUSH);
        if segment.ended_at.is_some_and(|ended| later(ended, over) <= self.now) {
            return true;
        }
        let spec = &self.work.task.spec;
        let horizon = Duration::from_secs(spec.safety.unknown_horizon_seconds.into()).max(untold);
        let since = self.now.checked_sub(horizon).unwrap_or(self.now);
        let was_open = self.was_open(since) && self.was_open(self.now);
        segment.ended_at.is_none() && was_open && person.updated_at <= since
    }
}

fn ended(person: &Contact) -> ContactChange {
    ContactChange {
        id: person.id.clone(),
        from: person.status,
        to: ContactStatus::Completed,
        disposition: Some(Disposition::Unknown),
        reason: Some("the vendor had it and never told how it ended".to_owned()),
        hold: None,
        may_have_rung: false,
    }
}
