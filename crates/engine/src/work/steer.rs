//! Bringing segments into the state that was asked for.

use super::dispatch::known;
use super::told::{Told, with_hours};
use super::{After, Interrupted, Job, reference};
use crate::rulebook::Rulebook;
use outdial_model::{Hours, Segment, SegmentId, SegmentStatus};
use outdial_provider::{Control, ErrorKind, SegmentState, UpdateSegment, Verb};
use outdial_store::SegmentChange;
use std::time::Duration;

impl Job<'_> {
    /// Asks the vendor for an absolute state; asking twice does no harm.
    pub(super) async fn steer(&self, id: &SegmentId, verb: Verb) -> Result<After, Interrupted> {
        let segment = self.segment(id)?;
        let answer = self.account.provider.control(&Control { segment: &reference(segment), verb }).await;
        self.observe(&answer);
        match answer {
            Ok(report) => {
                let status = match report.state {
                    SegmentState::Known(status) if status.is_final() && segment.open_contacts > 0 => {
                        SegmentStatus::Ending
                    }
                    SegmentState::Known(status) => status,
                    SegmentState::Unrecognized => asked_for(verb),
                };
                let unmoved = status == segment.status;
                let mut changes = self.changes();
                changes.segments.push(SegmentChange {
                    status: Some(status),
                    vendor_ref: report.vendor_ref,
                    raw_status: report.raw,
                    ..SegmentChange::of(id)
                });
                self.all_well(&mut changes);
                self.apply(changes).await?;
                // Taken, not done yet: ask again in a moment rather than in a circle.
                Ok(if unmoved { After::Later(Duration::from_secs(1)) } else { After::Again })
            }
            Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound) => {
                self.poll(id).await?;
                Ok(After::Failed(Duration::from_secs(1)))
            }
            Err(error) => self.trouble(&error).await,
        }
    }

    /// Gives the vendor the task's spec as it is now, for a segment that is not dialing.
    pub(super) async fn update(&self, id: &SegmentId) -> Result<After, Interrupted> {
        let segment = self.segment(id)?;
        let hours = match &segment.hours {
            None => None,
            // Whoever it holds keeps to what it was told and to what the task says now.
            Some(told) => match self.rest_of(told) {
                Some(rest) => Some(rest),
                None => return self.end_outdated(segment).await,
            },
        };
        let spec = with_hours(&self.work.task.spec, hours.as_ref());
        let request = UpdateSegment { segment: &reference(segment), spec: &spec };
        let answer = self.account.provider.update_segment(&request).await;
        self.observe(&answer);
        match answer {
            Ok(()) => {
                let spec_revision = Some(self.work.task.spec_revision);
                let mut changes = self.changes();
                changes.segments.push(SegmentChange { spec_revision, ..SegmentChange::of(id) });
                self.all_well(&mut changes);
                self.apply(changes).await
            }
            Err(error) => self.trouble(&error).await,
        }
    }

    /// What is left of hours a vendor was told, as the task has others now.
    fn rest_of(&self, told: &Hours) -> Option<Hours> {
        let (task, policy) = (&self.work.task, self.engine.policy());
        let rules = Rulebook::of(&task.tenant, &task.spec, &policy);
        Told::at(&rules, &self.account, self.now).rest_of(told)
    }

    /// Nothing is left of the hours its people were told: one that never began gives them back, and of any other the vendor tells.
    async fn end_outdated(&self, segment: &Segment) -> Result<After, Interrupted> {
        if segment.status == SegmentStatus::Ready {
            let people = self.people_of(segment).await?;
            return self
                .withdraw(segment, &people, "the task's hours were changed before the vendor began it")
                .await;
        }
        self.steer(&segment.id, Verb::Stop).await
    }

    /// Closes a segment for us that the vendor offers no way to end and that holds nobody any more.
    pub(super) async fn close(&self, id: &SegmentId, status: SegmentStatus) -> Result<After, Interrupted> {
        let mut changes = self.changes();
        changes.segments.push(known(id, status, None));
        self.apply(changes).await
    }
}

/// What a verb brings about, for a vendor whose answer says so in a word we do not know.
const fn asked_for(verb: Verb) -> SegmentStatus {
    match verb {
        Verb::Start | Verb::Resume => SegmentStatus::Running,
        Verb::Pause => SegmentStatus::Paused,
        Verb::Stop | Verb::Complete => SegmentStatus::Ending,
    }
}
