//! Looking at a segment as a whole before it may ring: is it there once, and are all in it.
//!
//! A request that was carried out twice leaves a twin (another vendor's task with our key), which is
//! stopped, or people twice in one task, which is stopped before it begins: nobody in it was dialed, so they
//! go into a fresh one. Somebody the vendor was given and does not have waits with us again.
//!
//! Not for: single requests in doubt; those are [`resolve`](super::resolve)'s.

use super::dispatch::dial_contacts;
use super::resolve::returned;
use super::{After, Interrupted, Job, later, reference};
use outdial_model::{Contact, ContactStatus, Segment, SegmentId, SegmentStatus, Timestamp};
use outdial_provider::{
    ContactProgress, Control, Find, Found, Operation, SegmentRef, SegmentReport, SegmentState, Staging, Verb,
};
use outdial_store::SegmentChange;
use std::collections::BTreeSet;
use std::time::Duration;

/// How soon it is looked again when the vendor does not show yet what it has.
const LOOKED_AGAIN_AFTER: Duration = Duration::from_secs(1);
const AT_ONCE: u32 = 1_000;

impl Job<'_> {
    /// Looks at a segment as a whole.
    pub(super) async fn verify(&self, id: &SegmentId) -> Result<After, Interrupted> {
        let segment = self.segment(id)?;
        let report = match self.look(&Find::Segment(&reference(segment))).await {
            Ok(Found::Segment(report)) => report,
            Ok(Found::NoSegment) => return Ok(After::Failed(LOOKED_AGAIN_AFTER)),
            Ok(Found::CannotTell | Found::Contacts(_)) => return self.verified(segment, None).await,
            Err(error) => {
                self.trouble(&error).await?;
                return Ok(After::Failed(LOOKED_AGAIN_AFTER));
            }
        };
        if !report.twins.is_empty() {
            return self.stop_twins(segment, &report.twins).await;
        }
        let state = match report.state {
            SegmentState::Known(state) => state,
            SegmentState::Unrecognized => segment.status,
        };
        let dials_at_once = self.account.provider.capabilities().staging == Staging::EmptyLive;
        match report.contacts {
            Some(has) if state == SegmentStatus::Ready && !dials_at_once => {
                self.compare(segment, &report, has).await
            }
            _ => self.verified(segment, Some(&report)).await,
        }
    }

    /// The same request was carried out more than once: all but one of what it made is stopped.
    async fn stop_twins(&self, segment: &Segment, twins: &[String]) -> Result<After, Interrupted> {
        for twin in twins {
            tracing::warn!(task = %self.lease().task, segment = %segment.id, twin, "a segment was made twice");
            let twin = SegmentRef { vendor_ref: Some(twin.clone()), ..reference(segment) };
            let answer = self.account.provider.control(&Control { segment: &twin, verb: Verb::Stop }).await;
            self.observe(&answer);
            if let Err(error) = answer {
                self.trouble(&error).await?;
                return Ok(After::Failed(LOOKED_AGAIN_AFTER));
            }
        }
        Ok(After::Later(LOOKED_AGAIN_AFTER))
    }

    /// Has a segment that does not dial yet as many people as it was given?
    async fn compare(
        &self,
        segment: &Segment,
        report: &SegmentReport,
        has: u64,
    ) -> Result<After, Interrupted> {
        let people = self.people_of(segment).await?;
        let count = |is: fn(ContactStatus) -> bool| people.iter().filter(|person| is(person.status)).count();
        if has > u64::try_from(count(may_be_there)).unwrap_or(u64::MAX) {
            tracing::warn!(task = %self.lease().task, segment = %segment.id, "a segment holds people twice");
            self.withdraw(segment, &people, "the vendor had its task twice over and never began it").await
        } else if has < u64::try_from(count(is_there)).unwrap_or(u64::MAX) {
            self.look_for_each(segment, report, &people).await
        } else {
            self.verified(segment, Some(report)).await
        }
    }

    /// Nobody in it was dialed, for it never began: it is ended, and everybody comes home.
    pub(super) async fn withdraw(
        &self,
        segment: &Segment,
        people: &[Contact],
        why: &str,
    ) -> Result<After, Interrupted> {
        if self.account.provider.capabilities().is_native(Operation::Stop) {
            let stop = Control { segment: &reference(segment), verb: Verb::Stop };
            let answer = self.account.provider.control(&stop).await;
            self.observe(&answer);
            match answer {
                Ok(SegmentReport { state: SegmentState::Known(state), .. }) if state.is_final() => {}
                Ok(_) => return Ok(After::Later(LOOKED_AGAIN_AFTER)),
                Err(error) => return self.trouble(&error).await,
            }
        }
        let home = self.undialed(false, self.may_send_again().await?);
        let mut changes = self.changes();
        let out = people.iter().filter(|person| {
            matches!(person.status, ContactStatus::Submitted | ContactStatus::Unknown)
                && person.status.may_become(home.status)
        });
        changes.contacts.extend(out.map(|person| {
            let reason = Some(why.to_owned());
            outdial_store::ContactChange { reason, ..returned(person, home.status) }
        }));
        changes
            .segments
            .push(SegmentChange { status: Some(SegmentStatus::Stopped), ..SegmentChange::of(&segment.id) });
        self.apply(changes).await
    }

    /// Some are missing. A vendor's lists may be late, so absence counts only when the settle delay since
    /// the last of them was taken is over, and then for each person.
    async fn look_for_each(
        &self,
        segment: &Segment,
        report: &SegmentReport,
        people: &[Contact],
    ) -> Result<After, Interrupted> {
        let taken: Vec<_> =
            people.iter().filter(|person| person.status == ContactStatus::Submitted).cloned().collect();
        let last = taken.iter().map(|person| person.updated_at).max().unwrap_or(Timestamp::MIN);
        if later(last, self.account.settle()) > self.now {
            return Ok(After::Later(LOOKED_AGAIN_AFTER));
        }
        let capabilities = self.account.provider.capabilities();
        if !capabilities.is_native(Operation::FindContacts) {
            return self.verified(segment, Some(report)).await;
        }
        let mut changes = self.changes();
        for part in taken.chunks(capabilities.limits.contacts_per_read.max(1)) {
            let contacts = dial_contacts(part);
            let found =
                self.look(&Find::Contacts { segment: &reference(segment), contacts: &contacts }).await;
            let there: BTreeSet<_> = match found {
                Ok(Found::Contacts(reports)) => {
                    let there =
                        reports.into_iter().filter(|report| report.progress != ContactProgress::Absent);
                    there.map(|report| report.key).collect()
                }
                Ok(_) => continue,
                Err(error) => {
                    self.trouble(&error).await?;
                    return Ok(After::Failed(LOOKED_AGAIN_AFTER));
                }
            };
            let absent = part.iter().filter(|person| !there.contains(&person.id));
            changes.contacts.extend(absent.map(|person| outdial_store::ContactChange {
                reason: Some("the vendor took it and does not have it".to_owned()),
                ..returned(person, ContactStatus::Queued)
            }));
        }
        if changes.contacts.is_empty() {
            return self.verified(segment, Some(report)).await;
        }
        self.apply(changes).await
    }

    async fn verified(
        &self,
        segment: &Segment,
        report: Option<&SegmentReport>,
    ) -> Result<After, Interrupted> {
        let mut changes = self.changes();
        let change = self.segment_change(segment, report, segment.open_contacts);
        changes.segments.push(SegmentChange { verified: true, polled: false, ..change });
        self.all_well(&mut changes);
        self.apply(changes).await
    }

    /// Everybody who was last sent with the segment.
    pub(super) async fn people_of(&self, segment: &Segment) -> Result<Vec<Contact>, Interrupted> {
        let mut all: Vec<Contact> = Vec::new();
        loop {
            let after = all.last().map(|person| &person.id);
            let (store, statuses) = (self.engine.store(), ContactStatus::ALL);
            let page = store.segment_contacts(&segment.id, statuses, after, AT_ONCE).await?;
            let is_last = page.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }
}

/// The vendor said that it took them.
fn is_there(status: ContactStatus) -> bool {
    matches!(status, ContactStatus::Submitted | ContactStatus::Dialing | ContactStatus::Completed)
}

/// The vendor may have them still, whatever became of them since.
fn may_be_there(status: ContactStatus) -> bool {
    !status.is_ours() && status != ContactStatus::Rejected
}
