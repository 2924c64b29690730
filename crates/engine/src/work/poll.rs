//! Reading what became of a segment and its people.

use super::dispatch::dial_contacts;
use super::observe::{Undialed, call_changes, contact_change};
use super::{After, Interrupted, Job, later, reference};
use outdial_model::{
    Contact, ContactId, ContactStatus, Segment, SegmentId, SegmentStatus, Source, TaskStatus,
};
use outdial_provider::{
    ContactProgress, ContactReport, ErrorKind, Operation, Progress, ReadProgress, SegmentReport, SegmentState,
};
use outdial_store::{Changes, ContactChange, SegmentChange};
use std::collections::BTreeMap;

/// Vendor-side tasks that may end without dialing somebody before sending again is given up.
const MOST_ENDED_SEGMENTS: u64 = 1_000;

const OUT: &[ContactStatus] = &[ContactStatus::Submitted, ContactStatus::Dialing];

impl Job<'_> {
    /// Reads a segment and everybody open in it, a portion at a time.
    pub(super) async fn poll(&self, id: &SegmentId) -> Result<After, Interrupted> {
        let segment = self.segment(id)?;
        let capabilities = self.account.provider.capabilities();
        let tells_of_people = segment.open_contacts > 0 && capabilities.is_native(Operation::Progress);
        if !tells_of_people {
            return self.poll_segment(segment).await;
        }
        let at_once = capabilities.limits.contacts_per_read.max(1);
        let mut after: Option<ContactId> = None;
        loop {
            let limit = u32::try_from(at_once).unwrap_or(u32::MAX);
            let people = self.engine.store().segment_contacts(id, OUT, after.as_ref(), limit).await?;
            let contacts = dial_contacts(&people);
            let request = ReadProgress { segment: &reference(segment), contacts: &contacts };
            let answer = self.account.provider.progress(&request).await;
            self.observe(&answer);
            let progress = match answer {
                Ok(progress) => progress,
                // Nothing more will be told of a task the vendor no longer knows.
                Err(error)
                    if error.kind == ErrorKind::NotFound && segment.status == SegmentStatus::Ending =>
                {
                    Progress { segment: None, contacts: Vec::new() }
                }
                Err(error) => return self.poll_failed(segment, &error).await,
            };
            let again = self.may_send_again().await?;
            let mut changes = self.learned(segment, &people, &progress, again);
            self.all_well(&mut changes);
            self.engine.store().apply(changes, self.engine.now()).await?;
            self.want_transcripts(segment, &progress);
            after = people.last().map(|contact| contact.id.clone());
            if people.len() < at_once {
                return Ok(After::Again);
            }
        }
    }

    async fn poll_segment(&self, segment: &Segment) -> Result<After, Interrupted> {
        let answer = self.account.provider.segment_status(&reference(segment)).await;
        self.observe(&answer);
        match answer {
            Ok(report) => {
                let mut changes = self.changes();
                changes.segments.push(self.segment_change(segment, Some(&report), segment.open_contacts));
                self.all_well(&mut changes);
                self.apply(changes).await?;
                self.end_unheard(segment).await
            }
            Err(error) if error.kind == ErrorKind::Unsupported && is_left_empty(segment) => {
                self.close(&segment.id, SegmentStatus::Stopped).await
            }
            Err(error) => self.poll_failed(segment, &error).await,
        }
    }

    /// A read that failed changes nothing but the time of the next one. A vendor without such a
    /// read is no failure: its pushes tell.
    async fn poll_failed(
        &self,
        segment: &Segment,
        error: &outdial_provider::ProviderError,
    ) -> Result<After, Interrupted> {
        let mut change = self.segment_change(segment, None, segment.open_contacts);
        // A task that was there and is gone: its people get the patience of one that ended.
        let gone =
            error.kind == ErrorKind::NotFound && later(segment.opened_at, self.account.settle()) <= self.now;
        if gone {
            let empty = segment.open_contacts == 0;
            change.status = Some(if empty { SegmentStatus::Stopped } else { SegmentStatus::Ending });
        }
        let changes = Changes { segments: vec![change], ..self.changes() };
        self.apply(changes).await?;
        if error.kind == ErrorKind::Unsupported {
            self.end_unheard(segment).await
        } else {
            self.trouble(error).await
        }
    }

    fn learned(&self, segment: &Segment, people: &[Contact], progress: &Progress, again: bool) -> Changes {
        let report = progress.segment.as_ref();
        let over = match report.map(|report| report.state) {
            Some(SegmentState::Known(state)) => state.is_final(),
            Some(SegmentState::Unrecognized) | None => segment.status == SegmentStatus::Ending,
        };
        let reports: BTreeMap<_, _> = progress.contacts.iter().map(|report| (&report.key, report)).collect();
        let mut changes = self.changes().by(Source::Poll);
        for person in people {
            let report = reports.get(&person.id);
            let told = report.map_or(ContactProgress::Absent, |report| report.progress);
            // Somebody still waiting in a task that is over was not dialed; but only the vendor's own
            // word for it is certain enough to send somebody again.
            let inferred = over && self.is_left_behind(segment, told);
            let progress = if inferred { ContactProgress::NotDialed } else { told };
            let change = contact_change(person, progress, self.undialed(inferred, again));
            changes.contacts.extend(change.map(|change| ContactChange { may_have_rung: inferred, ..change }));
            let calls = report.into_iter().flat_map(|report| call_changes(report, &segment.id, self.now));
            changes.calls.extend(calls);
        }
        let gone = |status: ContactStatus| status.is_final() || status == ContactStatus::Queued;
        let done = changes.contacts.iter().filter(|change| gone(change.to)).count();
        let left = segment.open_contacts.saturating_sub(u32::try_from(done).unwrap_or(u32::MAX));
        changes.segments.push(self.segment_change(segment, report, left));
        changes
    }

    /// What was said in the calls of those who are done is read when it is there.
    fn want_transcripts(&self, segment: &Segment, progress: &Progress) {
        let (line, now) = (&self.engine.0.transcripts, self.engine.now());
        let is_done = |report: &&ContactReport| matches!(report.progress, ContactProgress::Done(_));
        let done = progress.contacts.iter().filter(is_done);
        done.for_each(|report| line.join(&self.account.id, &segment.id, report, now));
    }

    /// A segment with people who are not done is not over, whatever the vendor calls it: they are
    /// still to be read.
    pub(super) fn segment_change(
        &self,
        segment: &Segment,
        report: Option<&SegmentReport>,
        left: u32,
    ) -> SegmentChange {
        let state = report.map(|report| report.state);
        let status = match state {
            Some(SegmentState::Known(status)) if status.is_final() && left > 0 => Some(SegmentStatus::Ending),
            Some(SegmentState::Known(status)) => Some(status),
            Some(SegmentState::Unrecognized) | None => None,
        };
        SegmentChange {
            status: status.filter(|status| *status != segment.status),
            vendor_ref: report.and_then(|report| report.vendor_ref.clone()),
            raw_status: report.and_then(|report| report.raw.clone()),
            polled: true,
            ..SegmentChange::of(&segment.id)
        }
    }

    /// Whether nothing more can be expected of somebody whose segment is over since a while. A call in
    /// progress may be told of only when it has ended, so nobody is written off at once.
    fn is_left_behind(&self, segment: &Segment, progress: ContactProgress) -> bool {
        let patience = match progress {
            ContactProgress::Absent => self.account.settle(),
            ContactProgress::Waiting | ContactProgress::Unrecognized => {
                self.account.settle().max(self.account.provider.capabilities().untold_call)
            }
            _ => return false,
        };
        segment.ended_at.is_some_and(|ended| later(ended, patience) <= self.now)
    }

    /// Whether people whose segment ended without dialing them may go into another one. Segments that
    /// were never made count for nothing.
    pub(super) async fn may_send_again(&self) -> Result<bool, Interrupted> {
        let most = MOST_ENDED_SEGMENTS + self.work.task.counts.total();
        if u64::from(self.work.segments_opened) < most {
            return Ok(true);
        }
        let (tenant, task) = (&self.lease().tenant, &self.lease().task);
        let segments = self.engine.store().segments(tenant, task).await?;
        let made = segments.iter().filter(|segment| segment.status != SegmentStatus::Failed).count();
        Ok(u64::try_from(made).unwrap_or(u64::MAX) < most)
    }

    /// What becomes of people whose segment ended without dialing them, by the vendor's own word or as it was `inferred`: then
    /// nobody is sent again, wherever their task is by now.
    pub(super) fn undialed(&self, inferred: bool, again: bool) -> Undialed {
        let is_left = self.account.id != self.sides.home.id;
        let (status, reason) = if self.work.task.status == TaskStatus::Failed {
            (ContactStatus::Rejected, "the vendor refused the task")
        } else if self.is_ending() {
            (ContactStatus::Cancelled, "the task was stopped")
        } else if self.work.task.spec.schedule.is_over(self.now) {
            (ContactStatus::Expired, "the task's schedule is over")
        } else if inferred {
            (ContactStatus::Rejected, "the vendor's task ended, and nothing more was told of it")
        } else if is_left {
            (ContactStatus::Queued, "its task has moved to another account, and it was not dialed before")
        } else if again {
            (ContactStatus::Queued, "the vendor's task ended without dialing it")
        } else {
            (ContactStatus::Rejected, "the vendor's task ended without dialing it")
        };
        Undialed { status, reason }
    }
}

/// It was asked to end, holds nobody any more, and the vendor has no way to say that it did.
fn is_left_empty(segment: &Segment) -> bool {
    segment.status == SegmentStatus::Ending && segment.open_contacts == 0
}
