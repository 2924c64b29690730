//! Call records: one per ended session (section 10), with the end status of section 11.

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::asr;
use super::task::{Callee, Task};
use super::tasks::Page;
use super::{Platform, Refusal, own_application};
use crate::call::Call;
use crate::campaign::Contact;
use crate::exchange::Exchange;
use crate::number::e164;
use crate::outcome::Outcome;
use crate::vendors::Provider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Query {
    start_time_stamp: i64,
    end_time_stamp: i64,
    #[serde(flatten)]
    page: Page,
    phones: Option<Vec<String>>,
    session_ids: Option<Vec<String>>,
}

const DAY: i64 = 86_400;

impl Query {
    fn check(&self, now: i64) -> Result<(), Refusal> {
        own_application(self.page.sdk_app_id, "InvalidParameterValue.InstanceNotExist")?;
        self.page.check(100)?;
        let span = self.end_time_stamp.saturating_sub(self.start_time_stamp);
        if !(0..90 * DAY).contains(&span) || self.start_time_stamp < now - 181 * DAY {
            return Err(Refusal::value(
                "StartTimeStamp, EndTimeStamp: less than 90 days, at most 180 days back",
            ));
        }
        Ok(())
    }

    /// Whether a call is asked for. An empty list names nobody and filters nothing.
    fn filter(&self) -> impl Fn(&Contact<Callee>, &Call) -> bool {
        let sessions: HashSet<&String> = self.session_ids.iter().flatten().collect();
        let asked = self.phones.iter().flatten();
        let (any_phone, phones) = (asked.clone().next().is_none(), asked.filter_map(|phone| e164(phone)));
        let (phones, span): (HashSet<String>, _) =
            (phones.collect(), self.start_time_stamp..=self.end_time_stamp);
        move |contact, call| {
            span.contains(&call.started_at().seconds())
                && (sessions.is_empty() || sessions.contains(&call.id))
                && (any_phone || phones.contains(&contact.number))
        }
    }
}

impl Platform {
    pub(super) fn call_records(
        &mut self,
        query: &Query,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        query.check(exchange.wall().seconds())?;
        let lag = exchange.lag(Provider::TencentCcc, "DescribeTelCdr");
        let delay = Duration::from_secs(exchange.settings.tencent.cdr_delay_seconds);
        let written = |task: &Task, call: &Call| {
            let ended = call.began + call.plan.end;
            call.ended
                && ended + delay <= exchange.now
                && exchange.clock.wall_at(ended) + task.listed.behind(lag) <= exchange.wall()
        };
        let wanted = query.filter();
        let calls = self.all().flat_map(|task| task.campaign.calls().map(move |found| (task, found)));
        let found: Vec<_> =
            calls.filter(|(task, (contact, call))| written(task, call) && wanted(contact, call)).collect();
        let records = found.iter().map(|(task, (contact, call))| record(task, contact, call, exchange));
        Ok(json!({"TotalCount": found.len(), "TelCdrList": query.page.of(records)}))
    }
}

fn record(task: &Task, contact: &Contact<Callee>, call: &Call, exchange: &Exchange<'_>) -> Value {
    let times = Times::of(call);
    let (status, text) = hangup_code(call.plan.outcome);
    let talked = call.plan.outcome == Outcome::Answered;
    let is_recorded = talked && exchange.settings.tencent.cdr_names_recording;
    json!({
        "SessionId": call.id,
        "Caller": task.asked.callers.first(),
        "Callee": contact.card.written,
        "ProtectedCaller": "",
        "ProtectedCallee": "",
        "Time": times.start,
        "StartTimestamp": times.start,
        "QueuedTimestamp": 0,
        "RingTimestamp": times.ring,
        "AcceptTimestamp": times.accept,
        "EndedTimestamp": times.end,
        "Direction": 1,
        "CallType": 1,
        "Duration": times.talk(),
        "IVRDuration": 0,
        "EndStatus": status,
        "EndStatusString": text,
        "HungUpSide": hung_up_side(call.plan.outcome),
        "RecordId": if is_recorded { call.id.as_str() } else { "" },
        "RecordURL": if is_recorded { exchange.recording_url(Provider::TencentCcc, &call.id) } else { String::new() },
        "CustomRecordURL": "",
        "AsrUrl": "",
        "AsrStatus": asr::status(call, exchange),
        "ServeParticipants": [],
        "SkillGroup": "",
        "SkillGroupId": 0,
        "CallerLocation": "",
        "Remark": "",
        "IVRKeyPressed": null,
        "IVRKeyPressedEx": [],
        "UUI": contact.card.uui,
        "VoicemailRecordURL": [],
        "VoicemailAsrURL": [],
        "AIAgentId": task.asked.ai_agent_id,
        "AIAgentName": null,
        "SysHangupReason": null,
        "SysHangupReasonString": null,
        "EndStatusV2": null,
    })
}

/// The stages of a call in Unix seconds, 0 for one that was not reached. A voice mailbox is not an
/// accepting customer.
pub(super) struct Times {
    pub(super) start: i64,
    pub(super) ring: i64,
    pub(super) accept: i64,
    pub(super) end: i64,
}

impl Times {
    pub(super) fn of(call: &Call) -> Times {
        let accepted = call.answered_at().filter(|_| call.plan.outcome == Outcome::Answered);
        Times {
            start: call.started_at().seconds(),
            ring: call.rang_at().map_or(0, |at| at.seconds()),
            accept: accepted.map_or(0, |at| at.seconds()),
            end: call.ended_at().seconds(),
        }
    }

    pub(super) fn talk(&self) -> i64 {
        if self.accept == 0 { 0 } else { self.end - self.accept }
    }
}

/// `EndStatus` and `EndStatusString`.
pub(super) fn hangup_code(outcome: Outcome) -> (i64, &'static str) {
    match outcome {
        Outcome::Answered => (1, "ok"),
        Outcome::NoAnswer => (202, "notAnswer"),
        Outcome::Declined => (203, "userReject"),
        Outcome::InvalidNumber => (205, "numberNotExist"),
        Outcome::Busy => (206, "busy"),
        Outcome::Voicemail => (222, "voiceMailReached"),
    }
}

pub(super) fn hung_up_side(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered | Outcome::Declined => "user",
        _ => "system",
    }
}
