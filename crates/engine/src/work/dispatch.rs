//! Sending people to a vendor: the row first, durably, then the request, then its outcome.
//!
//! The order is the promise. [`Store::plan_dispatch`](outdial_store::Store::plan_dispatch) commits
//! who is about to be sent; only then is a socket used; whatever the answer leaves open is `unknown`
//! and belongs to [`resolve`](super::resolve).

use super::fail_over::is_about_the_account;
use super::gate::Turn;
use super::told::{Told, with_hours};
use super::{After, Interrupted, Job, decide, gate, reference};
use crate::budgets;
use crate::caps;
use crate::health::Trial;
use crate::rulebook::Rulebook;
use outdial_model::{
    Contact, ContactStatus, DispatchId, DispatchKind, DispatchOutcome, Hours, Segment, SegmentId,
    SegmentStatus, TaskStatus, Timestamp, Whereabouts,
};
use outdial_provider::fence::Fence;
use outdial_provider::{
    AddContacts, Added, DialContact, ErrorKind, OpenSegment, ProviderError, RetryAdvice, Staging,
};
use outdial_store::{
    Candidate, Changes, ContactChange, DispatchChange, DispatchPlan, Planned, SegmentChange, SegmentTarget,
    Shortage, TaskChange, Unplanned,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a task says while its people wait for other calls to their numbers to end.
pub(crate) const NUMBERS_BUSY: &str =
    "everybody who waits has a number that is being dialed already, here or in another task";
/// How soon a line is asked for again; a wish for one holds for longer than that.
const LINES_ASKED_FOR_AFTER: Duration = Duration::from_secs(1);
/// How soon a budget is looked at again that was used up: another day begins, or another one is set.
const BUDGETS_ASKED_FOR_AFTER: Duration = Duration::from_secs(15);
/// How soon a vendor that did not answer is tried again, when another task tries at present.
pub(super) const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Why nobody was chosen.
pub(super) enum Nobody {
    /// Those who were looked at may not be dialed now; others may.
    Now,
    /// Nobody could be looked at.
    ForAWhile,
    /// There is no line for anybody.
    WithoutALine(Shortage),
}

/// So many people refused one by one, and nobody taken: it is not the people.
const SINGLE_REFUSALS: u64 = 2;

impl Job<'_> {
    /// Opens a segment, with people in it when the vendor wants them there from the start.
    pub(super) async fn open(
        &self,
        contacts: usize,
        not_before: Option<Timestamp>,
        hours: Option<Hours>,
    ) -> Result<After, Interrupted> {
        let Some(trial) = self.account.health.try_sending(self.now) else {
            return Ok(After::Later(TRIED_AGAIN_AFTER));
        };
        let spec = with_hours(&self.work.task.spec, hours.as_ref());
        let segment = Segment { hours: hours.clone(), ..self.new_segment(not_before) };
        let key = segment.id.clone();
        let target = SegmentTarget::New(Box::new(segment));
        let turn = hours.as_ref().map_or(Turn::Everybody, Turn::With);
        let planned = match self.plan(DispatchKind::OpenSegment, target, contacts, &turn).await? {
            Ok(planned) => planned,
            Err(nobody) => return self.nobody_to_send(nobody).await,
        };
        let people = dial_contacts(&planned.contacts);
        let request = OpenSegment { key: &key, spec: &spec, contacts: &people, not_before };
        let answer = self.account.provider.open_segment(&request).await;
        self.sent(trial, &answer);
        match answer {
            Ok(opened) => {
                let status = match self.account.provider.capabilities().staging {
                    Staging::EmptyLive => SegmentStatus::Running,
                    Staging::EmptyThenStart | Staging::WholeWithFuse => SegmentStatus::Ready,
                };
                let mut changes = self.taken(&planned, &opened.added);
                changes.segments.push(known(&key, status, opened.vendor_ref));
                self.settle(planned.dispatch.kind, changes).await
            }
            Err(error) => self.not_opened(&key, &planned, &error).await,
        }
    }

    /// A segment was not made, as far as is known.
    pub(super) async fn not_opened(
        &self,
        key: &SegmentId,
        planned: &Planned,
        error: &ProviderError,
    ) -> Result<After, Interrupted> {
        let status = match error.outcome() {
            DispatchOutcome::Unknown => SegmentStatus::Unknown,
            _ => SegmentStatus::Failed,
        };
        let mut changes = self.failed(planned, error);
        changes.segments.push(known(key, status, None));
        self.settle(planned.dispatch.kind, changes).await?;
        self.sending_failed(planned, error).await
    }

    /// Adds people to a segment the vendor has.
    pub(super) async fn add(&self, segment: &SegmentId, contacts: usize) -> Result<After, Interrupted> {
        let Some(trial) = self.account.health.try_sending(self.now) else {
            return Ok(After::Later(TRIED_AGAIN_AFTER));
        };
        let known = self.segment(segment)?;
        let reference = reference(known);
        let target = SegmentTarget::Existing(segment.clone());
        let turn = known.hours.as_ref().map_or(Turn::Everybody, Turn::With);
        let planned = match self.plan(DispatchKind::AddContacts, target, contacts, &turn).await? {
            Ok(planned) => planned,
            Err(nobody) => return self.nobody_to_send(nobody).await,
        };
        let people = dial_contacts(&planned.contacts);
        let answer =
            self.account.provider.add_contacts(&AddContacts { segment: &reference, contacts: &people }).await;
        self.sent(trial, &answer);
        match answer {
            Ok(added) => self.settle(planned.dispatch.kind, self.taken(&planned, &added)).await,
            Err(error) => {
                self.settle(planned.dispatch.kind, self.failed(&planned, &error)).await?;
                if matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound) {
                    self.poll(segment).await?;
                }
                self.sending_failed(&planned, &error).await
            }
        }
    }

    /// Holds or ends people who may not be dialed now; nothing is sent.
    pub(super) async fn sift(&self, contacts: usize) -> Result<After, Interrupted> {
        let target = SegmentTarget::New(Box::new(self.new_segment(None)));
        match self.plan(DispatchKind::OpenSegment, target, contacts.max(1), &Turn::Nobody).await? {
            // Nobody is chosen, so nothing is planned.
            Ok(_) => Ok(After::Again),
            Err(nobody) => self.nobody_to_send(nobody).await,
        }
    }

    /// Notes how a request fared that hands people over. One that the fence kept back says nothing.
    pub(super) fn sent<T>(&self, trial: Trial<'_>, answer: &Result<T, ProviderError>) {
        if self.claim.stands() {
            trial.ended(answer.as_ref().map(drop), self.engine.now());
        }
    }

    /// Marks a dispatch that was left open by a worker that died: it may or may not have left.
    pub(super) async fn disown(&self, dispatch: &DispatchId) -> Result<After, Interrupted> {
        let Some(left) = self.work.dispatches.iter().find(|known| known.id == *dispatch) else {
            return Ok(After::Again);
        };
        tracing::warn!(task = %self.lease().task, dispatch = %left.id, "a dispatch was left open; it will be looked up");
        let mut changes = self.changes();
        changes.dispatches.push(DispatchChange { id: left.id.clone(), outcome: DispatchOutcome::Unknown });
        let reason = "the process ended while the request was under way";
        changes.contacts.extend(left.contacts.iter().map(|id| ContactChange {
            id: id.clone(),
            from: ContactStatus::Submitting,
            to: ContactStatus::Unknown,
            disposition: None,
            reason: Some(reason.to_owned()),
            hold: None,
            may_have_rung: false,
        }));
        if left.kind != DispatchKind::AddContacts {
            changes.segments.push(known(&left.segment, SegmentStatus::Unknown, None));
        }
        self.account.health.outcome_unknown();
        self.apply(changes).await
    }

    pub(super) async fn plan(
        &self,
        kind: DispatchKind,
        segment: SegmentTarget,
        max_contacts: usize,
        turn: &Turn<'_>,
    ) -> Result<Result<Planned, Nobody>, Interrupted> {
        let (policy, now) = (self.engine.policy(), self.engine.now());
        let (tenant, spec) = (&self.work.task.tenant, &self.work.task.spec);
        let plan = DispatchPlan {
            lease: self.lease().clone(),
            id: DispatchId::generate(now),
            kind,
            segment,
            spec_revision: self.work.task.spec_revision,
            max_contacts,
            window: decide::window(&self.work, &self.account)
                .saturating_add(decide::out_elsewhere(&self.work)),
            attempts: spec.retry.max_attempts,
            past: caps::wanted(Rulebook::of(tenant, spec, &policy).all_caps(), now),
            budgets: Rulebook::of(tenant, spec, &policy).budgets(&self.account, now),
            concurrent_calls: Rulebook::of(tenant, spec, &policy).concurrent_calls(),
            lines: self.account.policy.lines.map(|lines| lines.wanted_by(&self.account.id, spec.priority)),
        };
        // Who is in a request could be guessed from a hash of it that anybody can make.
        let digest = Sha256::new_with_prefix(self.engine.derived_secret("digest"));
        let are_kept = AtomicBool::new(false);
        let choose = |candidates: &[Candidate]| {
            let rules = Rulebook::of(tenant, spec, &policy);
            let told = Told::at(&rules, &self.account, now);
            let told = |whereabouts: &Whereabouts| told.of(whereabouts);
            let chosen = gate::choose(&rules, turn, told, kind, candidates, digest.clone(), now);
            // The last time counts: a transaction may have to begin again.
            are_kept.store(!chosen.others.is_empty(), Ordering::Relaxed);
            chosen
        };
        let plan = match turn {
            // Nobody is sent, so nothing limits how many are looked at.
            Turn::Nobody => DispatchPlan { budgets: None, concurrent_calls: None, lines: None, ..plan },
            Turn::Everybody | Turn::With(_) => plan,
        };
        let planned = self.engine.store().plan_dispatch(plan, &choose, now).await?;
        Ok(planned.map_err(|why| match why {
            Unplanned::NoLine(shortage) => Nobody::WithoutALine(shortage),
            Unplanned::Nobody if are_kept.into_inner() => Nobody::Now,
            Unplanned::Nobody => Nobody::ForAWhile,
        }))
    }

    /// Whoever was looked at is held or done, and others may wait behind them; or everybody who waits has a number that is
    /// being dialed, or the task is no longer what it was when the step was decided.
    pub(super) async fn nobody_to_send(&self, nobody: Nobody) -> Result<After, Interrupted> {
        match nobody {
            Nobody::Now => Ok(After::Again),
            Nobody::ForAWhile => {
                self.tell(NUMBERS_BUSY.to_owned()).await?;
                Ok(After::Later(Duration::from_secs(2)))
            }
            Nobody::WithoutALine(shortage) => {
                self.account.shortages.count(shortage);
                self.tell(budgets::told(shortage).1.to_owned()).await?;
                Ok(After::Later(match shortage {
                    Shortage::OfAccount | Shortage::OfTenant => LINES_ASKED_FOR_AFTER,
                    _ => BUDGETS_ASKED_FOR_AFTER,
                }))
            }
        }
    }

    pub(super) fn new_segment(&self, not_before: Option<Timestamp>) -> Segment {
        let now = self.engine.now();
        Segment {
            id: SegmentId::generate(now),
            tenant: self.lease().tenant.clone(),
            task: self.lease().task.clone(),
            account: self.account.id.clone(),
            sequence: self.work.segments_opened + 1,
            vendor_ref: None,
            status: SegmentStatus::Opening,
            raw_status: None,
            spec_revision: self.work.task.spec_revision,
            adopted: false,
            hours: None,
            contacts: 0,
            open_contacts: 0,
            opened_at: now,
            not_before,
            polled_at: None,
            verified_at: None,
            ended_at: None,
        }
    }

    /// The vendor answered: some taken, some refused by name, or (when its counts and its list of
    /// errors disagree) nobody knows, and everybody not refused by name is looked up.
    pub(super) fn taken(&self, planned: &Planned, added: &Added) -> Changes {
        let refused: BTreeMap<_, _> =
            added.refused.iter().map(|refusal| (&refusal.key, &refusal.reason)).collect();
        let mut changes = self.changes();
        for contact in &planned.contacts {
            let (to, reason) = match refused.get(&contact.id) {
                Some(reason) => (ContactStatus::Rejected, Some((*reason).clone())),
                None if added.ambiguous => (
                    ContactStatus::Unknown,
                    Some("the vendor's answer does not tell whom it took".to_owned()),
                ),
                None => (ContactStatus::Submitted, None),
            };
            changes.contacts.push(moved(contact, to, reason));
        }
        let outcome = match (added.ambiguous, refused.is_empty()) {
            (true, _) => DispatchOutcome::Unknown,
            (false, true) => DispatchOutcome::Accepted,
            (false, false) => DispatchOutcome::Partial,
        };
        changes.dispatches.push(DispatchChange { id: planned.dispatch.id.clone(), outcome });
        self.untrouble(&mut changes);
        self.engine.0.batches.taken(&self.lease().task);
        changes
    }

    /// A refusal of many may be the fault of one, or of their number: fewer go next time, at once.
    async fn sending_failed(&self, planned: &Planned, error: &ProviderError) -> Result<After, Interrupted> {
        if self.left_for(error).await? {
            return Ok(After::Again);
        }
        if was_refused_whole(error) {
            self.engine.0.batches.refused(&self.lease().task, planned.contacts.len());
            if planned.contacts.len() > 1 {
                return Ok(After::Again);
            }
        }
        self.trouble(error).await
    }

    /// So far every single person was refused: the task is the reason, not the people.
    fn nobody_was_ever_taken(&self) -> bool {
        let counts = &self.work.task.counts;
        let rejected = counts.of(ContactStatus::Rejected);
        rejected >= SINGLE_REFUSALS && counts.sum(|status| !status.is_ours()) == rejected
    }

    /// Where people are after a creating request that failed: back in the queue when it certainly
    /// did not happen and may be repeated, refused when it never will, unknown when it may have.
    fn failed(&self, planned: &Planned, error: &ProviderError) -> Changes {
        let outcome = error.outcome();
        // A single call that is certainly refused is told so, rather than asked for again until it is too late.
        let may_go_elsewhere =
            is_about_the_account(error) && self.engine.way_out(&self.work.task, &self.account, &[]).is_some();
        let is_call = planned.dispatch.kind == DispatchKind::PlaceCall && !may_go_elsewhere;
        let is_refused_call =
            is_call && outcome == DispatchOutcome::Refused && error.retry() == RetryAdvice::Never;
        let about_the_person = is_refused_call || (was_refused_whole(error) && planned.contacts.len() == 1);
        let to = match outcome {
            DispatchOutcome::Unknown => ContactStatus::Unknown,
            _ if about_the_person => ContactStatus::Rejected,
            _ => ContactStatus::Queued,
        };
        if outcome == DispatchOutcome::Unknown {
            self.account.health.outcome_unknown();
        }
        let mut changes = self.changes();
        let reason = Some(error.detail.clone()).filter(|_| to != ContactStatus::Queued);
        changes.contacts =
            planned.contacts.iter().map(|contact| moved(contact, to, reason.clone())).collect();
        changes.dispatches.push(DispatchChange { id: planned.dispatch.id.clone(), outcome });
        let nobody_else = planned.contacts.len() == 1 && self.nobody_was_ever_taken();
        let makes_no_sense = error.kind == ErrorKind::InvalidRequest && outcome == DispatchOutcome::Refused;
        if makes_no_sense && (planned.contacts.is_empty() || nobody_else) {
            let (from, trouble) = (self.work.task.status, Some(error.detail.clone()));
            changes.task = Some(TaskChange { from, to: TaskStatus::Failed, trouble });
        }
        changes
    }
}

/// Whether the vendor (or the adapter, for its size) refused a request as it stands, and certainly
/// did nothing of it.
fn was_refused_whole(error: &ProviderError) -> bool {
    match error.kind {
        ErrorKind::InvalidRequest => error.outcome() == DispatchOutcome::Refused,
        ErrorKind::TooLarge => error.outcome() != DispatchOutcome::Unknown,
        _ => false,
    }
}

pub(crate) fn dial_contacts(contacts: &[Contact]) -> Vec<DialContact> {
    contacts
        .iter()
        .filter_map(|contact| {
            // Whoever was erased is not dialed any more.
            let phone = contact.phone.clone()?;
            let (name, variables) = (contact.name.clone(), contact.variables.clone());
            Some(DialContact { key: contact.id.clone(), phone, name, variables })
        })
        .collect()
}

fn moved(contact: &Contact, to: ContactStatus, reason: Option<String>) -> ContactChange {
    ContactChange {
        id: contact.id.clone(),
        from: ContactStatus::Submitting,
        to,
        disposition: None,
        reason,
        hold: None,
        may_have_rung: false,
    }
}

pub(super) fn known(id: &SegmentId, status: SegmentStatus, vendor_ref: Option<String>) -> SegmentChange {
    SegmentChange { status: Some(status), vendor_ref, ..SegmentChange::of(id) }
}
