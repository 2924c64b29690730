//! What it takes to move contacts: their new columns, the events that tell it and the counters
//! that go with it, worked out without a database.
//!
//! An engine of the store loads where the contacts stand, asks here, and writes the answer whole.

use crate::meaning;
use outdial_model::{
    CallId, Cause, Confidence, ContactId, ContactStatus, DispatchId, Disposition, EXPIRED, EventId,
    EventType, HoldReason, SUPPRESSED, SegmentId, Source, Tallied, Timestamp, Why,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Why somebody ended whom a client asked to cancel.
pub(crate) const ON_REQUEST: Why = Why::new(Cause::Requested, "cancelled on request");
/// Why somebody ended whom nobody is to know any more.
pub(crate) const ERASED: Why = Why::new(Cause::Erased, "the person was erased");

/// Where a contact stands.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) id: ContactId,
    pub(crate) status: ContactStatus,
    pub(crate) segment: Option<SegmentId>,
    pub(crate) cancel_requested: bool,
    /// Why that was asked for, if it was.
    pub(crate) cancel_cause: Option<Cause>,
    /// Calls that are known of it.
    pub(crate) calls: u32,
    /// Whether a push has come about it.
    pub(crate) pushed: bool,
    /// Sequence of its last event.
    pub(crate) last_event: u32,
}

/// Where a contact goes.
#[derive(Debug, Clone)]
pub(crate) struct Next {
    pub(crate) status: ContactStatus,
    pub(crate) disposition: Option<Disposition>,
    /// How sure that is at most, where it is less sure than what else was learned.
    pub(crate) at_most: Option<Confidence>,
    pub(crate) reason: Option<String>,
    /// Why, where that does not follow from where it was learned.
    pub(crate) cause: Option<Cause>,
    pub(crate) hold: Option<(HoldReason, Timestamp)>,
    /// The dispatch that takes it along, and into which segment.
    pub(crate) sent: Option<(DispatchId, SegmentId)>,
    /// How often it may ring where it goes.
    pub(crate) times: u32,
    /// Nobody has proven that it has not rung.
    pub(crate) may_have_rung: bool,
}

impl Next {
    pub(crate) fn to(status: ContactStatus) -> Self {
        Self {
            status,
            disposition: None,
            at_most: None,
            reason: None,
            cause: None,
            hold: None,
            sent: None,
            times: 1,
            may_have_rung: false,
        }
    }

    pub(crate) fn because(status: ContactStatus, why: Why) -> Self {
        Self { reason: Some(why.reason.to_owned()), cause: Some(why.cause), ..Self::to(status) }
    }

    pub(crate) fn held(reason: HoldReason, until: Timestamp) -> Self {
        Self { hold: Some((reason, until)), ..Self::to(ContactStatus::Held) }
    }

    pub(crate) fn sent(dispatch: &DispatchId, segment: &SegmentId, times: u32) -> Self {
        Self { sent: Some((dispatch.clone(), segment.clone())), times, ..Self::to(ContactStatus::Submitting) }
    }
}

/// A contact's columns after its move, by the names the statements read.
#[derive(Debug, serde::Serialize)]
pub(crate) struct MovedRow {
    id: ContactId,
    status: ContactStatus,
    hold_reason: Option<HoldReason>,
    hold_until: Option<i64>,
    disposition: Option<Disposition>,
    confidence: Option<Confidence>,
    learned_from: Option<Source>,
    reason: Option<String>,
    segment: Option<SegmentId>,
    cancel_requested: bool,
    last_event: u32,
}

/// An event to be written, by the names the statements read; tenant, task and time are the
/// transaction's.
#[derive(Debug, serde::Serialize)]
pub(crate) struct NewEvent {
    pub(crate) id: EventId,
    pub(crate) contact: Option<ContactId>,
    pub(crate) call: Option<CallId>,
    pub(crate) kind: EventType,
    pub(crate) sequence: u32,
    pub(crate) data: Value,
}

/// An attempt that begins, by the names the statements read.
#[derive(Debug, serde::Serialize)]
pub(crate) struct BegunAttempt {
    pub(crate) contact: ContactId,
    pub(crate) sequence: u32,
    pub(crate) times: u32,
}

/// One that is over, and how often it rang where that is known.
#[derive(Debug, serde::Serialize)]
pub(crate) struct EndedAttempt {
    pub(crate) contact: ContactId,
    pub(crate) times: Option<u32>,
}

/// What the moves mean for those who count how often somebody was rung. It is written in this order.
#[derive(Debug, Default)]
pub(crate) struct AttemptMoves {
    /// Whose attempt is proven to have been none.
    pub(crate) undone: Vec<ContactId>,
    pub(crate) begun: Vec<BegunAttempt>,
    pub(crate) ended: Vec<EndedAttempt>,
}

/// How a segment's counters move.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct SegmentDelta {
    pub(crate) contacts: i64,
    pub(crate) open_contacts: i64,
}

/// All that one transaction moves of one task's contacts.
#[derive(Debug)]
pub(crate) struct Moves {
    at: Timestamp,
    source: Source,
    confidence: Option<Confidence>,
    /// The last move of each contact; all of them have their events.
    pub(crate) rows: BTreeMap<ContactId, MovedRow>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) statuses: BTreeMap<ContactStatus, i64>,
    pub(crate) dispositions: BTreeMap<Disposition, i64>,
    pub(crate) segments: BTreeMap<SegmentId, SegmentDelta>,
    pub(crate) cancels_pending: i64,
    pub(crate) attempts: AttemptMoves,
    /// How it was learned that contacts are done.
    pub(crate) outcomes: BTreeMap<Tallied, i64>,
}

impl Moves {
    pub(crate) fn at(at: Timestamp) -> Self {
        Self {
            at,
            source: Source::Ourselves,
            confidence: None,
            rows: BTreeMap::new(),
            events: Vec::new(),
            statuses: BTreeMap::new(),
            dispositions: BTreeMap::new(),
            segments: BTreeMap::new(),
            cancels_pending: 0,
            attempts: AttemptMoves::default(),
            outcomes: BTreeMap::new(),
        }
    }

    /// The same, learned there and that sure.
    pub(crate) fn by(self, source: Source, confidence: Option<Confidence>) -> Self {
        Self { source, confidence, ..self }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Moves a contact from where it stands, unless its life has no such edge; tells whether it did.
    ///
    /// A contact that comes home although somebody asked to cancel it is cancelled there: it must
    /// not be sent again.
    pub(crate) fn add(&mut self, standing: &mut Standing, next: Next) -> bool {
        let held_on = (standing.status, next.status) == (ContactStatus::Held, ContactStatus::Held);
        // A hold has an end, and nobody is sent but by a row of the ledger.
        let complete = (next.status == ContactStatus::Held) == next.hold.is_some()
            && (next.status == ContactStatus::Submitting) == next.sent.is_some();
        if !complete || !(held_on || standing.status.may_become(next.status)) {
            return false;
        }
        let unwanted = standing.cancel_requested && next.status.is_ours();
        let mut row = self.step(standing, next);
        if unwanted {
            let next = Next::because(ContactStatus::Cancelled, taken_back(standing.cancel_cause));
            row = self.step(standing, next);
        }
        self.rows.insert(standing.id.clone(), row);
        true
    }

    fn step(&mut self, standing: &mut Standing, mut next: Next) -> MovedRow {
        let from = standing.status;
        let to = next.status;
        if standing.cancel_requested && to == ContactStatus::Cancelled {
            next.cause = next.cause.or(standing.cancel_cause);
        }
        let disposition =
            (to == ContactStatus::Completed).then(|| next.disposition.unwrap_or(Disposition::Unknown));
        *self.statuses.entry(from).or_default() -= 1;
        *self.statuses.entry(to).or_default() += 1;
        if let Some(disposition) = disposition {
            *self.dispositions.entry(disposition).or_default() += 1;
            *self.outcomes.entry(meaning::of_outcome(self.source, standing.pushed)).or_default() += 1;
        }
        let confidence = self.confidence.map(|sure| next.at_most.map_or(sure, |most| sure.min(most)));
        let confidence = confidence.filter(|_| disposition.is_some());
        if let Some((_, segment)) = &next.sent {
            standing.segment = Some(segment.clone());
            self.segments.entry(segment.clone()).or_default().contacts += 1;
        }
        if let Some(segment) = &standing.segment {
            let opened = i64::from(to.is_out()) - i64::from(from.is_out());
            self.segments.entry(segment.clone()).or_default().open_contacts += opened;
        }
        if standing.cancel_requested && !to.is_out() {
            standing.cancel_requested = false;
            self.cancels_pending -= 1;
        }
        standing.status = to;
        standing.last_event += 1;
        self.count_attempts(from, standing, &next);
        self.events.push(NewEvent {
            id: EventId::generate(self.at),
            contact: Some(standing.id.clone()),
            call: None,
            kind: meaning::of_contact(to),
            sequence: standing.last_event,
            data: particulars(from, standing, (disposition, confidence), &next, self.source),
        });
        MovedRow {
            id: standing.id.clone(),
            status: to,
            hold_reason: next.hold.map(|(reason, _)| reason),
            hold_until: next.hold.map(|(_, until)| until.as_millisecond()),
            disposition,
            confidence,
            learned_from: disposition.map(|_| self.source),
            reason: next.reason,
            segment: standing.segment.clone(),
            cancel_requested: standing.cancel_requested,
            last_event: standing.last_event,
        }
    }

    /// An attempt begins when somebody is handed over, or proves to have been rung after coming home. It is over when it
    /// can ring no more, and was none where it is proven that it did not.
    fn count_attempts(&mut self, from: ContactStatus, now: &Standing, next: &Next) {
        use ContactStatus::{Completed, Dialing, Submitting};
        if from.is_ours() && matches!(now.status, Submitting | Dialing | Completed) {
            let begun =
                BegunAttempt { contact: now.id.clone(), sequence: now.last_event, times: next.times.max(1) };
            self.attempts.begun.push(begun);
        }
        if now.status.is_out() || (from.is_ours() && now.status != Completed) {
            return;
        }
        if from == Dialing || now.status == Completed || next.may_have_rung || now.calls > 0 {
            let times = Some(now.calls).filter(|calls| *calls > 0);
            self.attempts.ended.push(EndedAttempt { contact: now.id.clone(), times });
        } else {
            self.attempts.undone.push(now.id.clone());
        }
    }
}

/// Why somebody ended who came home and was to be taken back.
fn taken_back(cause: Option<Cause>) -> Why {
    match cause {
        Some(Cause::Suppressed) => SUPPRESSED,
        Some(Cause::Expired) => EXPIRED,
        Some(Cause::Erased) => ERASED,
        _ => ON_REQUEST,
    }
}

/// What a contact's event says beyond its kind.
fn particulars(
    from: ContactStatus,
    now: &Standing,
    (disposition, confidence): (Option<Disposition>, Option<Confidence>),
    next: &Next,
    source: Source,
) -> Value {
    let held_for = next.hold.map(|(reason, _)| reason);
    let cause = next.cause.or(held_for.map(Cause::from)).unwrap_or(Cause::of(source, next.status));
    let mut data = Map::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            data.insert(name.to_owned(), value.into());
        }
    };
    say("status", Some(now.status.to_string()));
    say("previous_status", Some(from.to_string()));
    say("disposition", disposition.map(|word| word.to_string()));
    say("confidence", confidence.map(|word| word.to_string()));
    say("cause", Some(cause.to_string()));
    say("reason", next.reason.clone());
    say("hold_reason", held_for.map(|reason| reason.to_string()));
    say("hold_until", next.hold.map(|(_, until)| until.to_string()));
    say("segment_id", now.segment.as_ref().map(SegmentId::to_string));
    let dispatch = next.sent.as_ref().map(|(dispatch, _)| dispatch.to_string());
    say("dispatch_id", dispatch);
    Value::Object(data)
}
