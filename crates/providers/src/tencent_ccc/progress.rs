//! What became of people: the described task, completed by the records of its calls.
//!
//! A person is recognised by number (numbers are unique within a segment); once the task is no longer
//! to be seen, by our key in the `UUI` of call records.

use super::segments::{Search, no_such_task, undecided};
use super::verdict::{Setting, judge};
use super::wire::{Callee, Cdr, CdrPage, CdrQuery, Task};
use super::{TencentCcc, map, number};
use outdial_model::{Phone, RawOutcome, Timestamp};
use outdial_provider::{
    CallReport, ContactProgress, ContactReport, DialContact, Found, Progress, ProviderError, ReadProgress,
    SegmentRef,
};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Records per request: a page holds as many, and a filter names no more (dossier section 10.1).
const RECORDS: usize = 100;
/// Pages of records read for one group of numbers.
const PAGES: u32 = 20;
/// How far before its opening a segment's calls are looked for: clocks differ.
const SLACK: Duration = Duration::from_secs(3600);
/// How far ahead, for the same reason.
const AHEAD: Duration = Duration::from_secs(300);
/// The vendor searches less than 90 days at a time.
const REACH: Duration = Duration::from_secs(89 * 24 * 3600);

impl TencentCcc {
    /// The people asked about, and the segment.
    pub(super) async fn read_progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        let described = match self.locate(request.segment).await? {
            Search::There(described) => described,
            Search::Absent => return Err(no_such_task()),
            Search::Undecided => return Err(undecided()),
        };
        let contacts = self
            .people(&described.task, request.segment, request.contacts)
            .await?;
        Ok(Progress {
            segment: Some(described.report()),
            contacts,
        })
    }

    /// Which of these people the vendor has.
    pub(super) async fn find_contacts(
        &self,
        segment: &SegmentRef,
        contacts: &[DialContact],
    ) -> Result<Found, ProviderError> {
        Ok(match self.locate(segment).await? {
            Search::There(described) => {
                let mut found = self.people(&described.task, segment, contacts).await?;
                found.retain(|report| report.progress != ContactProgress::Absent);
                Found::Contacts(found)
            }
            Search::Absent => Found::Contacts(self.called(segment, contacts).await?),
            Search::Undecided => Found::CannotTell,
        })
    }

    async fn people(
        &self,
        task: &Task,
        segment: &SegmentRef,
        contacts: &[DialContact],
    ) -> Result<Vec<ContactReport>, ProviderError> {
        let book = Book::of(&task.callees);
        let asked: Vec<_> = contacts
            .iter()
            .map(|contact| (contact, book.find(&contact.phone)))
            .collect();
        let wanted = sessions(task, asked.iter().filter_map(|(_, callee)| *callee));
        let records = self.records(&wanted, segment.opened_at).await?;
        let (now, grace) = (self.clock.now(), self.config.cdr_grace);
        let setting = Setting::of(task, segment.opened_at, records.values(), now, grace);
        let report = |(contact, callee): (&DialContact, Option<&Callee>)| {
            let calls = callee.map_or_else(Vec::new, |callee| attempts(callee, &records));
            let progress = callee.map_or(ContactProgress::Absent, |callee| judge(callee, &calls, setting));
            ContactReport {
                key: contact.key.clone(),
                progress,
                calls,
            }
        };
        Ok(asked.into_iter().map(report).collect())
    }

    /// The records of the given sessions, those that exist.
    async fn records(
        &self,
        sessions: &[&str],
        since: Timestamp,
    ) -> Result<HashMap<String, Cdr>, ProviderError> {
        let mut records = HashMap::new();
        for group in sessions.chunks(RECORDS) {
            let page = self.cdr_page(since, group, &[], 0).await?;
            let named = page
                .tel_cdr_list
                .into_iter()
                .filter_map(|cdr| Some((cdr.session_id.clone()?, cdr)));
            records.extend(named);
        }
        Ok(records)
    }

    /// People whose key is in a call record although their task is not to be seen: they were dialed,
    /// and may be again.
    async fn called(
        &self,
        segment: &SegmentRef,
        contacts: &[DialContact],
    ) -> Result<Vec<ContactReport>, ProviderError> {
        let mut calls: HashMap<String, Vec<CallReport>> = HashMap::new();
        for group in contacts.chunks(RECORDS) {
            let phones: Vec<_> = group
                .iter()
                .map(|contact| number::dialable(&contact.phone))
                .collect();
            for number in 0..PAGES {
                let page = self.cdr_page(segment.opened_at, &[], &phones, number).await?;
                let full = page.tel_cdr_list.len() >= RECORDS;
                for cdr in page.tel_cdr_list {
                    if let (Some(key), Some(call)) = (cdr.uui.clone(), map::call_report(&cdr)) {
                        calls.entry(key).or_default().push(call);
                    }
                }
                if !full {
                    break;
                }
            }
        }
        let report = |contact: &DialContact| {
            let mut calls = calls.get(contact.key.as_str())?.clone();
            calls.sort_by_key(|call| call.started_at);
            Some(ContactReport {
                key: contact.key.clone(),
                progress: ContactProgress::Dialing,
                calls,
            })
        };
        Ok(contacts.iter().filter_map(report).collect())
    }

    async fn cdr_page(
        &self,
        since: Timestamp,
        session_ids: &[&str],
        phones: &[String],
        page_number: u32,
    ) -> Result<CdrPage, ProviderError> {
        let now = self.clock.now();
        let earliest = now.saturating_sub(REACH).unwrap_or(since);
        let start = since.saturating_sub(SLACK).unwrap_or(since).max(earliest);
        let query = CdrQuery {
            sdk_app_id: self.config.sdk_app_id,
            start_time_stamp: start.as_second(),
            end_time_stamp: now.saturating_add(AHEAD).unwrap_or(now).as_second(),
            page_size: RECORDS as u32,
            page_number,
            session_ids,
            phones,
        };
        self.client.read("DescribeTelCdr", &query).await
    }
}

/// A task's people by number, however the vendor writes it.
struct Book<'a>(HashMap<String, &'a Callee>);

impl<'a> Book<'a> {
    fn of(callees: &'a [Callee]) -> Self {
        let mut book = HashMap::with_capacity(callees.len());
        for callee in callees {
            let Some(text) = callee.callee.as_deref() else {
                continue;
            };
            let key = number::read(text).map_or_else(|| text.to_owned(), |phone| phone.e164().to_owned());
            book.insert(key, callee);
        }
        Self(book)
    }

    fn find(&self, phone: &Phone) -> Option<&'a Callee> {
        self.0
            .get(phone.e164())
            .or_else(|| self.0.get(&number::dialable(phone)))
            .copied()
    }
}

/// The sessions of the people asked about. Of a task that is over also some of the others' last ones:
/// they tell when it last did anything (see `verdict`).
fn sessions<'a>(task: &'a Task, asked: impl Iterator<Item = &'a Callee>) -> Vec<&'a str> {
    let of_asked = asked.flat_map(|callee| &callee.sessions);
    let over = map::is_over(map::segment_state(task.state));
    let witnesses = task
        .callees
        .iter()
        .rev()
        .filter_map(|callee| callee.sessions.last());
    let mut known = HashSet::new();
    of_asked
        .chain(witnesses.take(if over { RECORDS } else { 0 }))
        .map(String::as_str)
        .filter(|id| !id.is_empty() && known.insert(*id))
        .collect()
}

/// A person's calls, oldest first. The vendor promises no order: records are sorted by their time,
/// calls without one are the latest.
fn attempts(callee: &Callee, records: &HashMap<String, Cdr>) -> Vec<CallReport> {
    let call = |id: &String| {
        records
            .get(id)
            .and_then(map::call_report)
            .unwrap_or_else(|| unrecorded(id))
    };
    let mut calls: Vec<_> = callee
        .sessions
        .iter()
        .filter(|id| !id.is_empty())
        .map(call)
        .collect();
    calls.sort_by_key(|call| (call.started_at.is_none(), call.started_at));
    calls
}

fn unrecorded(session_id: &str) -> CallReport {
    CallReport {
        vendor_call_id: session_id.to_owned(),
        started_at: None,
        answered_at: None,
        ended_at: None,
        talk_seconds: 0,
        disposition: None,
        raw: RawOutcome::default(),
        recording: None,
    }
}
