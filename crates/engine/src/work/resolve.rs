//! Looking up what is in doubt, by our own keys.
//!
//! Present means it happened and goes on from there. Absent counts only after the settle delay
//! (the decision to look waits for it), and then it never happened: people return to the queue.
//! Nobody is sent again on a guess: a vendor that cannot tell is asked again, less and less often, and at
//! the horizon the task's policy decides about those who are still `unknown`.

use super::decide::Occasion;
use super::dispatch::{dial_contacts, known};
use super::observe::{Undialed, call_changes, contact_change};
use super::{After, Interrupted, Job, later, reference};
use outdial_model::{
    Contact, ContactStatus, Dispatch, DispatchId, DispatchKind, DispatchOutcome, Disposition, OnUnknown,
    Segment, SegmentStatus, Source,
};
use outdial_provider::{
    ContactProgress, ContactReport, ErrorKind, Find, Found, ProviderError, SegmentReport, SegmentState,
};
use outdial_store::{Changes, ContactChange, DispatchChange, SegmentChange};
use std::collections::BTreeMap;
use std::time::Duration;

/// How soon a vendor that cannot tell is asked again at first.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How often it is asked beyond the horizon, where people are held until somebody can tell.
const ASKED_RARELY: Duration = Duration::from_secs(600);

/// What a look-up said.
enum Look {
    /// All there is to know; the dispatch is settled.
    Told(Changes),
    /// The vendor cannot tell.
    Untold,
    /// It could not be asked.
    Failed(ProviderError),
}

impl Job<'_> {
    /// Looks for an unknown dispatch and settles what can be settled.
    pub(super) async fn resolve(&self, id: &DispatchId, occasion: Occasion) -> Result<After, Interrupted> {
        let Some(dispatch) = self.work.dispatches.iter().find(|known| known.id == *id) else {
            return Ok(After::Again);
        };
        let people = self.people_of_dispatch(dispatch).await?;
        let in_doubt: Vec<_> =
            people.iter().filter(|person| person.status == ContactStatus::Unknown).cloned().collect();
        let everybody_decided = in_doubt.is_empty() && !dispatch.contacts.is_empty();
        let look = match dispatch.kind {
            DispatchKind::AddContacts if everybody_decided => {
                let outcome =
                    if was_told_of(&people) { DispatchOutcome::Accepted } else { DispatchOutcome::Decided };
                Look::Told(self.settled_as(dispatch, outcome))
            }
            DispatchKind::OpenSegment | DispatchKind::PlaceCall => {
                self.look_for_segment(dispatch, &people, &in_doubt).await
            }
            DispatchKind::AddContacts => self.look_for_people(dispatch, &in_doubt).await?,
        };
        let policy = self.work.task.spec.safety.on_unknown;
        match look {
            Look::Told(mut changes) => {
                self.all_well(&mut changes);
                self.apply(changes).await
            }
            Look::Untold | Look::Failed(_) if occasion == Occasion::Overdue => {
                self.decide_by_policy(dispatch, &people, policy).await
            }
            Look::Untold | Look::Failed(_) if self.is_held(dispatch) => {
                if let Some(trouble) = self.undecided() {
                    self.tell(trouble).await?;
                }
                Ok(After::Later(ASKED_RARELY))
            }
            Look::Untold => Ok(After::Untold(ASKED_AGAIN_AFTER)),
            Look::Failed(error) => self.trouble(&error).await,
        }
    }

    /// The people of a dispatch, those excepted who were sent again since: they are another one's.
    async fn people_of_dispatch(&self, dispatch: &Dispatch) -> Result<Vec<Contact>, Interrupted> {
        let mut people = self.engine.store().contacts_by_id(&dispatch.contacts).await?;
        let later = self.work.dispatches.iter().filter(|other| other.created_at >= dispatch.created_at);
        let later: Vec<_> = later.filter(|other| other.id > dispatch.id).collect();
        people.retain(|person| {
            person.segment.as_ref() == Some(&dispatch.segment)
                && !later.iter().any(|other| other.contacts.contains(&person.id))
        });
        Ok(people)
    }

    /// Was the vendor's task made? It was made whole or not at all.
    async fn look_for_segment(&self, dispatch: &Dispatch, people: &[Contact], in_doubt: &[Contact]) -> Look {
        let Some(segment) = self.work.segments.iter().find(|segment| segment.id == dispatch.segment) else {
            let is_over = in_doubt.is_empty();
            return if is_over {
                Look::Told(self.settled_as(dispatch, DispatchOutcome::Decided))
            } else {
                Look::Untold
            };
        };
        let found = match dispatch.kind {
            DispatchKind::PlaceCall => self.look_for_call(segment, people).await,
            _ => self.look(&Find::Segment(&reference(segment))).await,
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => return Look::Failed(error),
        };
        match found {
            Found::Segment(report) => {
                Look::Told(self.made(dispatch, in_doubt, found_segment(dispatch, &report)))
            }
            // Somebody in it was told of, so it is there, whatever the list shows.
            _ if was_told_of(people) => Look::Told(self.made(
                dispatch,
                in_doubt,
                known(&dispatch.segment, once_told_of(dispatch.kind), None),
            )),
            Found::NoSegment => Look::Told(self.not_made(dispatch, in_doubt, DispatchOutcome::Absent)),
            // Nobody who waits for an answer is in it: it is left behind, not asked about for ever.
            Found::CannotTell | Found::Contacts(_) if in_doubt.is_empty() => {
                let nobody = dispatch.contacts.is_empty();
                let outcome = if nobody { DispatchOutcome::Absent } else { DispatchOutcome::Decided };
                Look::Told(self.not_made(dispatch, &[], outcome))
            }
            Found::CannotTell | Found::Contacts(_) => Look::Untold,
        }
    }

    /// Was the call placed?
    async fn look_for_call(&self, segment: &Segment, people: &[Contact]) -> Result<Found, ProviderError> {
        let contacts = dial_contacts(people);
        // Of somebody who was erased meanwhile nobody can tell any more.
        let Some(contact) = contacts.first() else { return Ok(Found::CannotTell) };
        let (segment, spec) = (&reference(segment), &self.work.task.spec);
        self.look(&Find::Call { segment, spec, contact }).await
    }

    /// Whom does the vendor have? What is learned of some is written, whatever becomes of the rest.
    async fn look_for_people(&self, dispatch: &Dispatch, in_doubt: &[Contact]) -> Result<Look, Interrupted> {
        let Some(segment) = self.segment_of(dispatch).await? else {
            return Ok(Look::Untold);
        };
        let reference = reference(&segment);
        let at_once = self.account.provider.capabilities().limits.contacts_per_read.max(1);
        for part in in_doubt.chunks(at_once) {
            let contacts = dial_contacts(part);
            let reports = match self.look(&Find::Contacts { segment: &reference, contacts: &contacts }).await
            {
                Ok(Found::Contacts(reports)) => reports,
                Ok(_) => return Ok(Look::Untold),
                Err(error) => return Ok(Look::Failed(error)),
            };
            let reports: BTreeMap<_, _> = reports.iter().map(|report| (&report.key, report)).collect();
            let mut changes = self.changes().by(Source::LookUp);
            for person in part {
                self.settle_person(&mut changes, dispatch, person, reports.get(&person.id).copied());
            }
            self.apply(changes).await?;
        }
        let people = self.people_of_dispatch(dispatch).await?;
        if people.iter().any(|person| person.status == ContactStatus::Unknown) {
            return Ok(Look::Untold);
        }
        let is_there = people.iter().any(|person| !person.status.is_ours());
        let outcome = if is_there { DispatchOutcome::Accepted } else { DispatchOutcome::Absent };
        Ok(Look::Told(self.settled_as(dispatch, outcome)))
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

    /// Nobody could tell until the horizon: the task's owner said what to do then.
    async fn decide_by_policy(
        &self,
        dispatch: &Dispatch,
        people: &[Contact],
        policy: OnUnknown,
    ) -> Result<After, Interrupted> {
        let (to, disposition, reason) = match policy {
            OnUnknown::Hold => return Ok(After::Later(ASKED_RARELY)),
            OnUnknown::AssumeDialed => (
                ContactStatus::Completed,
                Some(Disposition::Unknown),
                "nobody could tell whether it was dialed; the task assumes that it was",
            ),
            OnUnknown::RedialAfter => (
                ContactStatus::Queued,
                None,
                "nobody could tell whether it was dialed; the task dials it (again)",
            ),
        };
        let mut changes = self.settled_as(dispatch, DispatchOutcome::Decided);
        let in_doubt = people.iter().filter(|person| person.status == ContactStatus::Unknown);
        changes.contacts.extend(in_doubt.map(|person| ContactChange {
            disposition,
            reason: Some(reason.to_owned()),
            may_have_rung: true,
            ..returned(person, to)
        }));
        if dispatch.kind != DispatchKind::AddContacts {
            let is_there = was_told_of(people);
            let status = if is_there { once_told_of(dispatch.kind) } else { SegmentStatus::Stopped };
            changes.segments.push(known(&dispatch.segment, status, None));
        }
        self.all_well(&mut changes);
        self.apply(changes).await
    }

    /// Whether people stay unknown now until an operator decides. A segment without people waits for
    /// nobody's decision: it is asked about as often as ever.
    fn is_held(&self, dispatch: &Dispatch) -> bool {
        if dispatch.contacts.is_empty() {
            return false;
        }
        let safety = &self.work.task.spec.safety;
        let horizon = Duration::from_secs(safety.unknown_horizon_seconds.into());
        safety.on_unknown == OnUnknown::Hold && later(dispatch.created_at, horizon) <= self.now
    }

    pub(super) async fn look(&self, find: &Find<'_>) -> Result<Found, ProviderError> {
        let result = self.account.provider.find(find).await;
        self.observe(&result);
        match result {
            Err(error) if error.kind == ErrorKind::Unsupported => Ok(Found::CannotTell),
            result => result,
        }
    }

    async fn segment_of(&self, dispatch: &Dispatch) -> Result<Option<Segment>, Interrupted> {
        let is_it = |segment: &&Segment| segment.id == dispatch.segment;
        if let Some(live) = self.work.segments.iter().find(is_it) {
            return Ok(Some(live.clone()));
        }
        let all = self.engine.store().segments(&self.lease().tenant, &self.lease().task).await?;
        Ok(all.iter().find(is_it).cloned())
    }

    fn made(&self, dispatch: &Dispatch, in_doubt: &[Contact], segment: SegmentChange) -> Changes {
        let mut changes = self.settled_as(dispatch, DispatchOutcome::Accepted);
        changes.segments.push(segment);
        changes.contacts.extend(in_doubt.iter().map(|person| returned(person, ContactStatus::Submitted)));
        changes
    }

    fn not_made(&self, dispatch: &Dispatch, in_doubt: &[Contact], outcome: DispatchOutcome) -> Changes {
        let mut changes = self.settled_as(dispatch, outcome);
        changes.segments.push(known(&dispatch.segment, SegmentStatus::Failed, None));
        changes.contacts.extend(in_doubt.iter().map(|person| returned(person, ContactStatus::Queued)));
        changes
    }

    fn settled_as(&self, dispatch: &Dispatch, outcome: DispatchOutcome) -> Changes {
        let dispatches = vec![DispatchChange { id: dispatch.id.clone(), outcome }];
        Changes { dispatches, ..self.changes() }
    }
}

/// Whether the vendor told of anybody among these: they were with it, whoever decided about the others.
fn was_told_of(people: &[Contact]) -> bool {
    people.iter().any(|person| match person.status {
        ContactStatus::Submitted | ContactStatus::Dialing => true,
        ContactStatus::Completed => person.calls > 0 || person.disposition != Some(Disposition::Unknown),
        _ => false,
    })
}

/// Where a segment stands of which no more is known than that somebody in it was told of.
const fn once_told_of(kind: DispatchKind) -> SegmentStatus {
    match kind {
        DispatchKind::OpenSegment | DispatchKind::AddContacts => SegmentStatus::Running,
        DispatchKind::PlaceCall => SegmentStatus::Ending,
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

/// A person who got `to`, and nothing else to say about it.
pub(super) fn returned(person: &Contact, to: ContactStatus) -> ContactChange {
    ContactChange {
        id: person.id.clone(),
        from: person.status,
        to,
        disposition: None,
        reason: None,
        hold: None,
        may_have_rung: false,
    }
}
