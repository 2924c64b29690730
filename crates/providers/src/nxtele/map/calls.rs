//! How a call ended. NXTele's `callStatus` numbers are unpublished, so an account may name them;
//! otherwise the answer time decides, then the hang-up cause, then the SIP code (dossier 8.7, 10 #1).

use super::instant;
use crate::nxtele::wire::CallDetail;
use crate::redact;
use outdial_model::{Disposition, Insight, InsightKind, RawOutcome};
use outdial_provider::CallReport;
use std::collections::BTreeMap;

/// Hang-up causes, by FreeSWITCH's names. Causes of a normal end are left out: of a call that
/// nobody answered they tell nothing.
const CAUSES: &[(&str, Disposition)] = &[
    ("USER_BUSY", Disposition::Busy),
    ("NO_USER_RESPONSE", Disposition::NoAnswer),
    ("NO_ANSWER", Disposition::NoAnswer),
    ("ALLOTTED_TIMEOUT", Disposition::NoAnswer),
    ("PROGRESS_TIMEOUT", Disposition::NoAnswer),
    ("RECOVERY_ON_TIMER_EXPIRE", Disposition::NoAnswer),
    ("CALL_REJECTED", Disposition::Declined),
    ("SUBSCRIBER_ABSENT", Disposition::Unreachable),
    ("DESTINATION_OUT_OF_ORDER", Disposition::Unreachable),
    ("USER_NOT_REGISTERED", Disposition::Unreachable),
    ("UNALLOCATED_NUMBER", Disposition::InvalidNumber),
    ("NO_ROUTE_TRANSIT_NET", Disposition::InvalidNumber),
    ("NO_ROUTE_DESTINATION", Disposition::InvalidNumber),
    ("NUMBER_CHANGED", Disposition::InvalidNumber),
    ("REDIRECTION_TO_NEW_DESTINATION", Disposition::InvalidNumber),
    ("INVALID_NUMBER_FORMAT", Disposition::InvalidNumber),
    ("OUTGOING_CALL_BARRED", Disposition::Blocked),
    ("INCOMING_CALL_BARRED", Disposition::Blocked),
    ("BEARERCAPABILITY_NOTAUTH", Disposition::Blocked),
    ("EXCHANGE_ROUTING_ERROR", Disposition::CarrierFailure),
    ("FACILITY_REJECTED", Disposition::CarrierFailure),
    ("NORMAL_CIRCUIT_CONGESTION", Disposition::CarrierFailure),
    ("NETWORK_OUT_OF_ORDER", Disposition::CarrierFailure),
    ("NORMAL_TEMPORARY_FAILURE", Disposition::CarrierFailure),
    ("SWITCH_CONGESTION", Disposition::CarrierFailure),
    ("REQUESTED_CHAN_UNAVAIL", Disposition::CarrierFailure),
    ("BEARERCAPABILITY_NOTAVAIL", Disposition::CarrierFailure),
    ("SERVICE_UNAVAILABLE", Disposition::CarrierFailure),
    ("GATEWAY_DOWN", Disposition::CarrierFailure),
    ("INTERWORKING", Disposition::CarrierFailure),
    ("ORIGINATOR_CANCEL", Disposition::Cancelled),
    ("MANAGER_REQUEST", Disposition::Cancelled),
    ("LOSE_RACE", Disposition::Cancelled),
    ("MEDIA_TIMEOUT", Disposition::Cancelled),
];

/// SIP codes, for calls whose cause tells nothing.
const SIP_CODES: &[(&str, Disposition)] = &[
    ("403", Disposition::Blocked),
    ("404", Disposition::InvalidNumber),
    ("408", Disposition::NoAnswer),
    ("410", Disposition::InvalidNumber),
    ("480", Disposition::NoAnswer),
    ("483", Disposition::CarrierFailure),
    ("484", Disposition::InvalidNumber),
    ("486", Disposition::Busy),
    ("487", Disposition::Cancelled),
    ("500", Disposition::CarrierFailure),
    ("501", Disposition::CarrierFailure),
    ("502", Disposition::Unreachable),
    ("503", Disposition::CarrierFailure),
    ("504", Disposition::NoAnswer),
    ("600", Disposition::Busy),
    ("603", Disposition::Declined),
    ("604", Disposition::InvalidNumber),
];

/// The account's own reading of `callStatus`; empty unless configured.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub(in crate::nxtele) struct CallStatusWords(BTreeMap<i64, Disposition>);

impl CallStatusWords {
    /// What the account says this number means.
    pub(in crate::nxtele) fn disposition(&self, call_status: i64) -> Option<Disposition> {
        self.0.get(&call_status).copied()
    }
}

/// One attempt. `None` when NXTele gives it no id: nothing could be said about it twice.
/// `is_over` is what the surroundings tell; an end time or a cause says so, too.
pub(in crate::nxtele) fn call_report(
    call: &CallDetail,
    is_over: bool,
    words: &CallStatusWords,
) -> Option<CallReport> {
    let (answered_at, ended_at) = (instant(call.call_answer_ts), instant(call.call_end_ts));
    let is_over = is_over || ended_at.is_some() || filled(&call.hangup_cause).is_some();
    Some(CallReport {
        vendor_call_id: filled(&call.call_id)?.to_owned(),
        started_at: instant(call.call_start_ts),
        answered_at,
        ended_at,
        talk_seconds: talk_seconds(call),
        disposition: is_over.then(|| disposition(call, words)),
        raw: RawOutcome {
            code: call.call_status.map(|number| number.to_string()),
            text: filled(&call.hangup_cause).map(redact::word),
        },
        insights: insights(call),
        recording: filled(&call.call_audio_url).map(str::to_owned),
        has_transcript: false,
    })
}

/// Intents by their names (by their ids where they have none), with the client's own tag for them beside; the label
/// an agent gave.
fn insights(call: &CallDetail) -> Vec<Insight> {
    let intents = call.intents.iter().flat_map(|intent| {
        let id = filled(&intent.intent_id);
        let name = filled(&intent.intent_name).or(id).unwrap_or_default();
        let class = Insight::new(InsightKind::Intent, id, name);
        let class = class.map(|class| Insight { level: intent.intent_level, ..class });
        let tag = Insight::new(InsightKind::Tag, id, filled(&intent.intent_tag).unwrap_or_default());
        [class, tag]
    });
    let label = call.agent.as_ref().and_then(|agent| filled(&agent.agent_label));
    let label = Insight::new(InsightKind::Tag, Some("agent"), label.unwrap_or_default());
    intents.chain([label]).flatten().collect()
}

fn disposition(call: &CallDetail, words: &CallStatusWords) -> Disposition {
    if let Some(configured) = call.call_status.and_then(|number| words.disposition(number)) {
        return configured;
    }
    if instant(call.call_answer_ts).is_some() {
        return Disposition::Answered;
    }
    listed(CAUSES, filled(&call.hangup_cause))
        .or_else(|| listed(SIP_CODES, filled(&call.term_sip_code)))
        .unwrap_or(Disposition::Unknown)
}

fn listed(table: &[(&str, Disposition)], word: Option<&str>) -> Option<Disposition> {
    let word = word?.to_ascii_uppercase();
    table.iter().find(|(name, _)| *name == word).map(|(_, disposition)| *disposition)
}

/// From answer to end where both are known: whether `callDuration` counts the ringing is unpublished.
fn talk_seconds(call: &CallDetail) -> u32 {
    let Some(answered) = instant(call.call_answer_ts) else {
        return 0;
    };
    let seconds = match instant(call.call_end_ts) {
        Some(ended) => ended.as_second() - answered.as_second(),
        None => call.call_duration.unwrap_or(0),
    };
    u32::try_from(seconds).unwrap_or(0)
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn report(detail: Value) -> CallReport {
        let words: CallStatusWords = serde_json::from_value(json!({"6": "answered_machine"})).unwrap();
        call_report(&serde_json::from_value(detail).unwrap(), false, &words).unwrap()
    }

    fn ended(mut detail: Value) -> Option<Disposition> {
        detail["callID"] = json!("c-1");
        detail["callEndTs"] = json!(1_700_000_030);
        report(detail).disposition
    }

    #[test]
    fn an_answer_time_means_answered_whatever_the_cause() {
        let call = report(json!({
            "callID": "c-1", "callStatus": 1, "callStartTs": 1_700_000_000, "callAnswerTs": 1_700_000_005,
            "callEndTs": 1_700_000_025_000i64, "callDuration": 25, "hangupCause": "NORMAL_CLEARING", "callAudioUrl": "https://r/1",
        }));
        assert_eq!(call.disposition, Some(Disposition::Answered));
        assert_eq!(call.talk_seconds, 20, "seconds and milliseconds may be mixed");
        assert_eq!(call.raw.code.as_deref(), Some("1"));
        assert_eq!(call.raw.text.as_deref(), Some("NORMAL_CLEARING"));
        assert!(call.recording.is_some());
        assert!(!format!("{call:?}").contains("https://r/1"));
    }

    #[test]
    fn without_an_answer_cause_then_sip_code_decide() {
        assert_eq!(ended(json!({"hangupCause": "user_busy"})), Some(Disposition::Busy));
        let declined = json!({"callAnswerTs": null, "hangupCause": "CALL_REJECTED", "termSipCode": "486"});
        assert_eq!(ended(declined), Some(Disposition::Declined));
        let by_code = json!({"callAnswerTs": 0, "hangupCause": "NORMAL_CLEARING", "termSipCode": 404});
        assert_eq!(ended(by_code), Some(Disposition::InvalidNumber));
        let nothing = json!({"hangupCause": "", "termSipCode": "200"});
        assert_eq!(ended(nothing), Some(Disposition::Unknown));
    }

    #[test]
    fn what_the_account_says_of_a_number_comes_first() {
        let call = json!({"callStatus": "6", "callAnswerTs": 1_700_000_005});
        assert_eq!(ended(call), Some(Disposition::AnsweredMachine));
    }

    #[test]
    fn intents_are_insights_and_odd_ones_do_no_harm() {
        let call = report(json!({"callID": "c-1", "intents": [
            {"intentID": "i-7", "intentName": "Promise to pay", "intentTag": "P1", "intentLevel": 2},
            {"intentID": 8, "intentName": ""}, "odd", {}
        ], "agent": {"agentLabel": "call back"}}));
        let told: Vec<_> = call
            .insights
            .iter()
            .map(|one| (one.kind.as_str(), one.name.as_deref(), &*one.value, one.level))
            .collect();
        let expected = [
            ("intent", Some("i-7"), "Promise to pay", Some(2)),
            ("tag", Some("i-7"), "P1", None),
            ("intent", Some("8"), "8", None),
            ("tag", Some("agent"), "call back", None),
        ];
        assert_eq!(told, expected);
        let odd = report(json!({"callID": "c-1", "intents": {}, "agent": null}));
        assert_eq!(odd.insights, []);
    }

    #[test]
    fn a_call_without_an_end_goes_on() {
        let call = report(
            json!({"callID": "c-1", "callAnswerTs": 1_700_000_005, "callEndTs": null, "callDuration": 7}),
        );
        assert_eq!(call.disposition, None);
        assert_eq!(call.talk_seconds, 7);
    }

    #[test]
    fn every_cause_and_code_stands_in_its_table_once() {
        for table in [CAUSES, SIP_CODES] {
            for (index, (word, _)) in table.iter().enumerate() {
                assert_eq!(table.iter().position(|(other, _)| other == word), Some(index), "{word}");
            }
        }
    }
}
