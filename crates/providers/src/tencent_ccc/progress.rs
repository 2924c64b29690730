//! What became of people: the described task, completed by the records of its calls.
//!
//! A person is recognised by number (numbers are unique within a segment); once the task is no longer
//! to be seen, by our key in the `UUI` of call records.

use super::segments::{Search, no_such_task, undecided};
use super::verdict::{Setting, judge};
use super::wire::{Callee, Cdr, CdrPage, CdrQuery, Task};
use super::{TencentCcc, map, number, single_call};
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
        if let Some(session) = single_call::session(request.segment) {
            return self.call_progress(session, request).await;
        }
        let described = match self.locate(request.segment).await? {
            Search::There(described) => described,
            Search::Absent => return Err(no_such_task()),
            Search::Undecided => return Err(undecided()),
        };
        let contacts = self.people(&described.task, request.segment, request.contacts).await?;
        Ok(Progress { segment: Some(described.report()), contacts })
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
        let callees = recognised(contacts, &task.callees);
        let wanted = sessions(task, callees.iter().copied().flatten());
        let records = self.records(&wanted, segment.opened_at).await?;
        let (now, grace) = (self.clock.now(), self.config.cdr_grace);
        let setting = Setting::of(task, segment.opened_at, records.values(), now, grace);
        let report = |(contact, callee): (&DialContact, Option<&Callee>)| {
            let calls = callee.map_or_else(Vec::new, |callee| attempts(callee, &records));
            let progress = callee.map_or(ContactProgress::Absent, |callee| judge(callee, &calls, setting));
            ContactReport { key: contact.key.clone(), progress, calls }
        };
        Ok(contacts.iter().zip(callees).map(report).collect())
    }

    /// The records of the given sessions, those that exist.
    pub(super) async fn records(
        &self,
        sessions: &[&str],
        since: Timestamp,
    ) -> Result<HashMap<String, Cdr>, ProviderError> {
        let mut records = HashMap::new();
        for group in sessions.chunks(RECORDS) {
            let page = self.cdr_page(since, group, &[], 0).await?;
            let named = page.tel_cdr_list.into_iter().filter_map(|cdr| Some((cdr.session_id.clone()?, cdr)));
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
            let phones: Vec<_> = group.iter().map(|contact| number::dialable(&contact.phone)).collect();
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
            Some(ContactReport { key: contact.key.clone(), progress: ContactProgress::Dialing, calls })
        };
        Ok(contacts.iter().filter_map(report).collect())
    }

    /// Every record of calls to a number since then; `None` when there are too many to be read.
    pub(super) async fn records_of_number(
        &self,
        since: Timestamp,
        phone: &Phone,
    ) -> Result<Option<Vec<Cdr>>, ProviderError> {
        // Whether the vendor keeps one form of a number is not published: single calls may be written in another.
        let (phones, mut records) = ([number::dialable(phone), phone.e164().to_owned()], Vec::new());
        for number in 0..PAGES {
            let page = self.cdr_page(since, &[], &phones, number).await?.tel_cdr_list;
            let is_last = page.len() < RECORDS;
            records.extend(page);
            if is_last {
                return Ok(Some(records));
            }
        }
        Ok(None)
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

/// Each person's entry in the task. Numbers come back as they were sent; only for those that do not
/// (a task made elsewhere) the whole list is read as numbers and compared.
fn recognised<'a>(contacts: &[DialContact], callees: &'a [Callee]) -> Vec<Option<&'a Callee>> {
    let entries = || callees.iter().filter_map(|callee| Some((callee.callee.as_deref()?, callee)));
    let as_written: HashMap<&str, &Callee> = entries().collect();
    let found = |contact: &DialContact| as_written.get(number::dialable(&contact.phone).as_str()).copied();
    let mut recognised: Vec<_> = contacts.iter().map(found).collect();
    if recognised.iter().any(Option::is_none) {
        let read = |(text, callee)| Some((number::read(text)?, callee));
        let as_numbers: HashMap<Phone, &Callee> = entries().filter_map(read).collect();
        for (callee, contact) in recognised.iter_mut().zip(contacts) {
            *callee = callee.or_else(|| as_numbers.get(&contact.phone).copied());
        }
    }
    recognised
}

/// The sessions of the people asked about. Of a task that is over also some of the others' last ones:
/// they tell when it last did anything (see `verdict`).
fn sessions<'a>(task: &'a Task, asked: impl Iterator<Item = &'a Callee>) -> Vec<&'a str> {
    let of_asked = asked.flat_map(|callee| &callee.sessions);
    let over = map::is_over(task.state);
    let witnesses = task.callees.iter().rev().filter_map(|callee| callee.sessions.last());
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
    let call = |id: &String| records.get(id).and_then(map::call_report).unwrap_or_else(|| unrecorded(id));
    let mut calls: Vec<_> = callee.sessions.iter().filter(|id| !id.is_empty()).map(call).collect();
    calls.sort_by_key(|call| (call.started_at.is_none(), call.started_at));
    calls
}

/// A call of which there is no record yet.
pub(super) fn unrecorded(session_id: &str) -> CallReport {
    CallReport {
        vendor_call_id: session_id.to_owned(),
        started_at: None,
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

#[cfg(test)]
mod tests {
    use super::super::testing::contact;
    use super::*;
    use serde_json::json;

    fn task(state: i64) -> Task {
        let callees = json!([
            {"Callee": "008613900000001", "State": 1, "Sessions": ["a", "b"]},
            {"Callee": "+8613900000002", "State": 0, "Sessions": []},
            {"Callee": null, "State": 2, "Sessions": null},
            {"Callee": "someone", "State": 3, "Sessions": ["c"]},
        ]);
        serde_json::from_value(json!({"State": state, "Callees": callees})).unwrap()
    }

    #[test]
    fn people_are_recognised_however_their_number_is_written() {
        let people = ["+8613900000001", "+8613900000002", "+8613900000003"].map(contact);
        let task = task(1);
        let states: Vec<_> = recognised(&people, &task.callees)
            .into_iter()
            .map(|callee| callee.and_then(|callee| callee.state))
            .collect();
        assert_eq!(states, [Some(1), Some(0), None]);
    }

    #[test]
    fn of_a_task_that_is_over_others_calls_bear_witness_too() {
        let (running, over) = (task(1), task(2));
        assert_eq!(sessions(&running, running.callees[..1].iter()), ["a", "b"]);
        assert_eq!(sessions(&over, over.callees[..1].iter()), ["a", "b", "c"]);
    }

    #[test]
    fn calls_are_told_oldest_first_and_those_without_a_record_last() {
        let callee = Callee {
            callee: None,
            state: Some(1),
            sessions: ["new", "lost", "old"].map(str::to_owned).into(),
        };
        let record = |id: &str, time| {
            let cdr = Cdr { session_id: Some(id.to_owned()), time: Some(time), ..Cdr::default() };
            (id.to_owned(), cdr)
        };
        let records = HashMap::from([record("new", 2000), record("old", 1000)]);
        let ids: Vec<_> = attempts(&callee, &records).into_iter().map(|call| call.vendor_call_id).collect();
        assert_eq!(ids, ["old", "new", "lost"]);
    }
}
