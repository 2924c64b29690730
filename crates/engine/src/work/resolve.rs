//! Looking up what is in doubt, by our own keys.
//!
//! Present means it happened and goes on from there. Absent counts only after the settle delay
//! (the decision to look waits for it), and then it never happened: people return to the queue.
//! A vendor that cannot tell leaves them `unknown`; nobody is sent again on a guess.

use super::dispatch::{dial_contacts, known};
use super::observe::{Undialed, call_changes, contact_change};
use super::{After, Interrupted, Job, reference};
use outdial_model::{
    Contact, ContactStatus, Dispatch, DispatchId, DispatchKind, DispatchOutcome, SegmentStatus,
};
use outdial_provider::{
    ContactProgress, ContactReport, Find, Found, ProviderError, SegmentReport, SegmentState,
};
use outdial_store::{Changes, ContactChange, DispatchChange, SegmentChange};
use std::collections::BTreeMap;

impl Job<'_> {
    /// Looks for an unknown dispatch and settles what can be settled.
    pub(super) async fn resolve(&self, id: &DispatchId) -> Result<After, Interrupted> {
        let Some(dispatch) = self.work.dispatches.iter().find(|known| known.id == *id) else {
            return Ok(After::Again);
        };
        let people = self.engine.store().contacts_by_id(&dispatch.contacts).await?;
        let in_doubt: Vec<_> =
            people.into_iter().filter(|contact| contact.status == ContactStatus::Unknown).collect();
        let result = match dispatch.kind {
            DispatchKind::OpenSegment => self.resolve_opening(dispatch, &in_doubt).await,
            DispatchKind::AddContacts => self.resolve_people(dispatch, &in_doubt).await,
        };
        match result {
            Ok(changes) => self.apply(changes).await,
            Err(error) => {
                let again =
                    Changes { dispatches: vec![still_unknown(dispatch)], ..Changes::under(self.lease) };
                self.engine.store().apply(again, self.engine.now()).await?;
                self.trouble(&error).await
            }
        }
    }

    /// Was the vendor's task made? It was made whole or not at all.
    async fn resolve_opening(
        &self,
        dispatch: &Dispatch,
        people: &[Contact],
    ) -> Result<Changes, ProviderError> {
        let Some(segment) = self.work.segments.iter().find(|segment| segment.id == dispatch.segment) else {
            return Ok(self.absent(dispatch, people));
        };
        let reference = reference(segment);
        let found = self.look(&Find::Segment(&reference)).await?;
        let mut changes = Changes::under(self.lease);
        match found {
            Found::Segment(report) => {
                changes.segments.push(found_segment(dispatch, &report));
                changes.dispatches.push(settled(dispatch, DispatchOutcome::Accepted));
                changes
                    .contacts
                    .extend(people.iter().map(|person| returned(person, ContactStatus::Submitted)));
            }
            Found::NoSegment => {
                changes = self.absent(dispatch, people);
                changes.segments.push(known(&dispatch.segment, SegmentStatus::Failed, None));
            }
            // Nobody can be rung by a task that holds nobody: it is left behind, not asked about for ever.
            Found::CannotTell | Found::Contacts(_) if dispatch.contacts.is_empty() => {
                changes.dispatches.push(settled(dispatch, DispatchOutcome::Absent));
                changes.segments.push(known(&dispatch.segment, SegmentStatus::Failed, None));
            }
            Found::CannotTell | Found::Contacts(_) => changes.dispatches.push(still_unknown(dispatch)),
        }
        Ok(changes)
    }

    /// Whom does the vendor have?
    async fn resolve_people(
        &self,
        dispatch: &Dispatch,
        people: &[Contact],
    ) -> Result<Changes, ProviderError> {
        let Some(segment) = self.work.segments.iter().find(|segment| segment.id == dispatch.segment) else {
            return Ok(Changes { dispatches: vec![still_unknown(dispatch)], ..Changes::under(self.lease) });
        };
        let reference = reference(segment);
        let mut changes = Changes::under(self.lease);
        let at_once = self.account.provider.capabilities().limits.contacts_per_read.max(1);
        for part in people.chunks(at_once) {
            let contacts = dial_contacts(part);
            let Found::Contacts(reports) =
                self.look(&Find::Contacts { segment: &reference, contacts: &contacts }).await?
            else {
                changes.dispatches = vec![still_unknown(dispatch)];
                return Ok(changes);
            };
            let reports: BTreeMap<_, _> = reports.iter().map(|report| (&report.key, report)).collect();
            for person in part {
                self.settle_person(&mut changes, dispatch, person, reports.get(&person.id).copied());
            }
        }
        changes.dispatches.push(settled(dispatch, DispatchOutcome::Accepted));
        if changes.contacts.iter().all(|change| change.to == ContactStatus::Queued) {
            changes.dispatches = vec![settled(dispatch, DispatchOutcome::Absent)];
        }
        Ok(changes)
    }

    fn settle_person(
        &self,
        changes: &mut Changes,
        dispatch: &Dispatch,
        person: &Contact,
        report: Option<&ContactReport>,
    ) {
        let undialed = Undialed { status: ContactStatus::Queued, reason: "the vendor does not have it" };
        match report {
            None => changes.contacts.push(returned(person, ContactStatus::Queued)),
            Some(report) if report.progress == ContactProgress::Absent => {
                changes.contacts.push(returned(person, ContactStatus::Queued));
            }
            Some(report) => {
                let there = if report.progress == ContactProgress::Unrecognized {
                    ContactProgress::Waiting
                } else {
                    report.progress
                };
                changes.contacts.extend(contact_change(person, there, undialed));
                changes.calls.extend(call_changes(report, &dispatch.segment, self.now));
            }
        }
    }

    async fn look(&self, find: &Find<'_>) -> Result<Found, ProviderError> {
        let result = self.account.provider.find(find).await;
        self.engine.observe(&self.account, &result);
        result
    }

    fn absent(&self, dispatch: &Dispatch, people: &[Contact]) -> Changes {
        let mut changes = Changes::under(self.lease);
        changes.dispatches.push(settled(dispatch, DispatchOutcome::Absent));
        changes.contacts.extend(people.iter().map(|person| returned(person, ContactStatus::Queued)));
        changes
    }
}

fn found_segment(dispatch: &Dispatch, report: &SegmentReport) -> SegmentChange {
    let status = match report.state {
        SegmentState::Known(status) if !status.is_final() => status,
        // It may be over already; the next poll reads its people before it is closed.
        SegmentState::Known(_) => SegmentStatus::Ending,
        SegmentState::Unrecognized => SegmentStatus::Running,
    };
    SegmentChange {
        status: Some(status),
        vendor_ref: report.vendor_ref.clone(),
        raw_status: report.raw.clone(),
        ..SegmentChange::of(&dispatch.segment)
    }
}

fn returned(person: &Contact, to: ContactStatus) -> ContactChange {
    ContactChange {
        id: person.id.clone(),
        from: person.status,
        to,
        disposition: None,
        reason: None,
        hold: None,
    }
}

fn settled(dispatch: &Dispatch, outcome: DispatchOutcome) -> DispatchChange {
    DispatchChange { id: dispatch.id.clone(), outcome }
}

fn still_unknown(dispatch: &Dispatch) -> DispatchChange {
    settled(dispatch, DispatchOutcome::Unknown)
}
