//! The vendor itself: segments, the people in them, and the phones that ring.

use super::script::{Except, NextAnswer};
use super::vendor::Ring;
use crate::{
    Added, CallReport, ContactProgress, ContactReport, DialContact, Effect, ErrorKind, Limits, OpenSegment,
    Operation, PlaceCall, ProviderError, Refusal, SegmentRef, SegmentReport, SegmentState, Staging, Verb,
};
use outdial_model::{
    ContactId, Disposition, Phone, RawOutcome, SegmentId, SegmentStatus, TaskSpec, Timestamp,
};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

#[derive(Debug)]
pub(super) struct World {
    pub(super) staging: Staging,
    pub(super) limits: Limits,
    pub(super) segments: Vec<Segment>,
    pub(super) rings: Vec<Ring>,
    pub(super) requests: BTreeMap<Operation, usize>,
    pub(super) script: BTreeMap<Operation, VecDeque<NextAnswer>>,
    /// What is younger than this is missing from look-ups, although it is there.
    pub(super) hidden: Duration,
}

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) key: SegmentId,
    pub(super) vendor_ref: String,
    pub(super) spec: TaskSpec,
    pub(super) status: SegmentStatus,
    /// It shows a status nobody knows.
    pub(super) is_strange: bool,
    /// A single call: it is over when its person is done.
    is_call: bool,
    pub(super) not_before: Option<Timestamp>,
    pub(super) opened_at: Timestamp,
    pub(super) people: Vec<Person>,
}

#[derive(Debug)]
pub(super) struct Person {
    pub(super) key: ContactId,
    phone: Phone,
    pub(super) progress: ContactProgress,
    call: Option<CallReport>,
    taken_at: Timestamp,
}

impl World {
    pub(super) fn new(staging: Staging, limits: Limits) -> Self {
        Self {
            staging,
            limits,
            segments: Vec::new(),
            rings: Vec::new(),
            requests: BTreeMap::new(),
            script: BTreeMap::new(),
            hidden: Duration::ZERO,
        }
    }

    /// Lets happen what happens by itself until `now`: fuses burn down, those waiting are rung.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        for segment in &mut self.segments {
            let fuse_is_burnt = segment.not_before.is_none_or(|start| start <= now);
            if self.staging == Staging::WholeWithFuse
                && segment.status == SegmentStatus::Ready
                && fuse_is_burnt
            {
                segment.status = SegmentStatus::Running;
            }
            if segment.status == SegmentStatus::Running && fuse_is_burnt {
                segment.ring_those_waiting(now, &mut self.rings);
            }
            if segment.is_call
                && segment.people.iter().all(|person| person.progress != ContactProgress::Dialing)
            {
                segment.status = SegmentStatus::Completed;
            }
        }
    }

    pub(super) fn open(
        &mut self,
        request: &OpenSegment<'_>,
        except: &Except,
        now: Timestamp,
    ) -> (String, Added) {
        let vendor_ref = format!("mem-{}", self.segments.len() + 1);
        let mut segment = Segment {
            key: request.key.clone(),
            vendor_ref: vendor_ref.clone(),
            spec: request.spec.clone(),
            status: match self.staging {
                Staging::EmptyLive => SegmentStatus::Running,
                Staging::EmptyThenStart | Staging::WholeWithFuse => SegmentStatus::Ready,
            },
            is_strange: false,
            is_call: false,
            not_before: request.not_before,
            opened_at: now,
            people: Vec::new(),
        };
        let added = segment.take(request.contacts, except, self.limits, now);
        self.segments.push(segment);
        (vendor_ref, added)
    }

    /// Rings one person at once; the call is a segment that is past its end.
    pub(super) fn call(&mut self, request: &PlaceCall<'_>, now: Timestamp) -> String {
        let vendor_ref = format!("mem-{}", self.segments.len() + 1);
        let mut segment = Segment {
            key: request.key.clone(),
            vendor_ref: vendor_ref.clone(),
            spec: request.spec.clone(),
            status: SegmentStatus::Ending,
            is_strange: false,
            is_call: true,
            not_before: None,
            opened_at: now,
            people: vec![Person::new(request.contact, now)],
        };
        segment.ring_those_waiting(now, &mut self.rings);
        self.segments.push(segment);
        vendor_ref
    }

    pub(super) fn add(
        &mut self,
        segment: &SegmentRef,
        contacts: &[DialContact],
        except: &Except,
        now: Timestamp,
    ) -> Result<Added, ProviderError> {
        let limits = self.limits;
        let segment = self.known(segment)?;
        if segment.status.is_final() {
            return Err(conflict("the segment has ended; open another one"));
        }
        Ok(segment.take(contacts, except, limits, now))
    }

    /// The segment by the vendor's id, else by our key.
    pub(super) fn find(&mut self, wanted: &SegmentRef) -> Option<&mut Segment> {
        self.segments.iter_mut().find(|segment| match &wanted.vendor_ref {
            Some(vendor_ref) => segment.vendor_ref == *vendor_ref,
            None => segment.key == wanted.key,
        })
    }

    pub(super) fn known(&mut self, wanted: &SegmentRef) -> Result<&mut Segment, ProviderError> {
        self.find(wanted).ok_or_else(|| {
            ProviderError::new(ErrorKind::NotFound, Effect::None, "the vendor does not know this segment")
        })
    }

    /// The segment as a look-up shows it: with every other one, not over, that carries the same key.
    pub(super) fn look_up(&mut self, wanted: &SegmentRef, horizon: Timestamp) -> Option<SegmentReport> {
        let found = self.find(wanted).filter(|segment| segment.opened_at <= horizon)?;
        let (key, itself, report) = (found.key.clone(), found.vendor_ref.clone(), found.report());
        let is_twin = |other: &&Segment| {
            other.key == key
                && other.vendor_ref != itself
                && other.opened_at <= horizon
                && !other.status.is_final()
        };
        let twins = self.segments.iter().filter(is_twin).map(|twin| twin.vendor_ref.clone()).collect();
        Some(SegmentReport { twins, ..report })
    }

    /// Look-ups show what has been there since this instant or longer.
    pub(super) fn horizon(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.hidden).unwrap_or(Timestamp::MIN)
    }
}

impl Segment {
    fn take(&mut self, contacts: &[DialContact], except: &Except, limits: Limits, now: Timestamp) -> Added {
        let mut added = Added { refused: Vec::new(), ambiguous: except.is_told };
        for contact in contacts {
            let is_full = limits.contacts_per_segment.is_some_and(|most| self.people.len() >= most);
            let is_repeated = limits.unique_numbers_per_segment
                && self.people.iter().any(|person| person.phone == contact.phone);
            let refusal = if except.refused.contains(&contact.key) {
                Some("refused by the vendor")
            } else if is_full {
                Some("the segment is full")
            } else if is_repeated {
                Some("the number is already in the segment")
            } else {
                None
            };
            match refusal {
                Some(reason) => {
                    added.refused.push(Refusal { key: contact.key.clone(), reason: reason.to_owned() });
                }
                None if except.lost.contains(&contact.key) => {}
                None => self.people.push(Person::new(contact, now)),
            }
        }
        added
    }

    fn ring_those_waiting(&mut self, now: Timestamp, rings: &mut Vec<Ring>) {
        for person in &mut self.people {
            if person.progress == ContactProgress::Waiting {
                person.progress = ContactProgress::Dialing;
                let call = format!("{}-call-{}", self.vendor_ref, rings.len() + 1);
                rings.push(Ring {
                    segment: self.key.clone(),
                    contact: person.key.clone(),
                    phone: person.phone.clone(),
                    at: now,
                });
                person.call = Some(begun(call, now));
            }
        }
    }

    /// Brings the segment into the state `verb` asks for; "already so" is success.
    pub(super) fn obey(&mut self, verb: Verb) -> Result<(), ProviderError> {
        let is_final = self.status.is_final();
        match verb {
            Verb::Stop | Verb::Complete if is_final => {}
            Verb::Stop => self.end(SegmentStatus::Stopped),
            Verb::Complete => self.end(SegmentStatus::Completed),
            Verb::Start | Verb::Pause | Verb::Resume if is_final => {
                return Err(conflict("the segment has ended"));
            }
            Verb::Start | Verb::Resume => self.status = SegmentStatus::Running,
            Verb::Pause => self.status = SegmentStatus::Paused,
        }
        Ok(())
    }

    fn end(&mut self, status: SegmentStatus) {
        self.status = status;
        for person in &mut self.people {
            if person.progress == ContactProgress::Waiting {
                person.progress = ContactProgress::NotDialed;
            }
        }
    }

    /// Takes a person back, or says why it cannot.
    pub(super) fn cancel(&mut self, key: &ContactId) -> Result<(), &'static str> {
        let person = self.people.iter_mut().find(|person| person.key == *key);
        match person {
            None => Err("the segment does not have this person"),
            Some(person) if person.progress == ContactProgress::Dialing => Err("already being dialed"),
            Some(person) => {
                if person.progress == ContactProgress::Waiting {
                    person.progress = ContactProgress::Done(Disposition::Cancelled);
                }
                Ok(())
            }
        }
    }

    pub(super) fn report(&self) -> SegmentReport {
        let (state, raw) = if self.is_strange {
            (SegmentState::Unrecognized, "a status nobody knows")
        } else {
            (SegmentState::Known(self.status), self.status.as_str())
        };
        SegmentReport {
            raw: Some(raw.to_owned()),
            vendor_ref: Some(self.vendor_ref.clone()),
            contacts: u64::try_from(self.people.len()).ok(),
            ..SegmentReport::of(state)
        }
    }

    /// What it knows of the people among `wanted` who have been there since `horizon` or longer.
    pub(super) fn reports(&self, wanted: &[DialContact], horizon: Timestamp) -> Vec<ContactReport> {
        wanted
            .iter()
            .filter_map(|contact| self.people.iter().find(|person| person.key == contact.key))
            .filter(|person| person.taken_at <= horizon)
            .map(Person::report)
            .collect()
    }
}

impl Person {
    fn new(contact: &DialContact, now: Timestamp) -> Self {
        Self {
            key: contact.key.clone(),
            phone: contact.phone.clone(),
            progress: ContactProgress::Waiting,
            call: None,
            taken_at: now,
        }
    }

    pub(super) fn report(&self) -> ContactReport {
        ContactReport {
            key: self.key.clone(),
            progress: self.progress,
            calls: self.call.iter().cloned().collect(),
        }
    }

    /// Keeps a recording of the call at `url`, if there is a call.
    pub(super) fn record(&mut self, url: &str) -> bool {
        self.call.as_mut().map(|call| call.recording = Some(url.to_owned())).is_some()
    }

    /// Ends the call in progress.
    pub(super) fn finish(&mut self, disposition: Disposition, now: Timestamp) {
        self.progress = ContactProgress::Done(disposition);
        if let Some(call) = &mut self.call {
            call.ended_at = Some(now);
            call.disposition = Some(disposition);
            call.raw.code = Some(disposition.as_str().to_owned());
        }
    }
}

fn begun(vendor_call_id: String, now: Timestamp) -> CallReport {
    CallReport {
        vendor_call_id,
        started_at: Some(now),
        answered_at: None,
        ended_at: None,
        talk_seconds: 0,
        disposition: None,
        raw: RawOutcome::default(),
        insights: Vec::new(),
        recording: None,
        has_transcript: false,
    }
}

pub(super) fn conflict(detail: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Conflict, Effect::None, detail)
}
