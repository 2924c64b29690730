//! States and hang-up reasons of calls, as the predictive dialer tells them.

use crate::airudder::config::HangupReasons;
use crate::airudder::wire::Call;
use crate::redact;
use outdial_model::{Disposition, Insight, InsightKind, RawOutcome, Timestamp};
use outdial_provider::{CallReport, ContactProgress};
use serde_json::Value;

/// Hang-up reasons of the predictive dialer: number, the vendor's name, what it means (dossier 5.2).
///
/// A call that was answered and that no agent took is `other`: the phone rang and nobody was spoken
/// to. The person hanging up before an agent came is as good as declining.
const HANGUP_REASONS: &[(i64, &str, Disposition)] = &[
    (0, "Unknown", Disposition::Unknown),
    (1, "NoAgent", Disposition::Other),
    (2, "Normal", Disposition::NoAnswer),
    (3, "Busy", Disposition::Busy),
    (4, "NotInUse", Disposition::Unreachable),
    (5, "Hold", Disposition::Busy),
    (6, "SwitchedOff", Disposition::Unreachable),
    (7, "OutOfArea", Disposition::Unreachable),
    (8, "Invalid", Disposition::InvalidNumber),
    (9, "WrongNumber", Disposition::InvalidNumber),
    (12, "Talked", Disposition::AnsweredHuman),
    (13, "AgentRejected", Disposition::Other),
    (14, "CustomerHungUp", Disposition::Declined),
    (15, "Fusing", Disposition::Other),
    (16, "AMD", Disposition::AnsweredMachine),
    (17, "AgentNetworkFailed", Disposition::CarrierFailure),
    (18, "CallAttemptLimit", Disposition::Blocked),
    (19, "ShortAbandoned", Disposition::Other),
    (20, "DoNotCall", Disposition::Blocked),
];

/// The reason that also stands for calls that were answered.
const NORMAL: i64 = 2;

/// How a call ended, told by a record that is written when it is over. What the account says of a
/// reason counts more than the table.
pub(in crate::airudder) fn ending(call: &Call, configured: &HangupReasons) -> Disposition {
    let Some(reason) = call.hangup_reason else {
        return Disposition::Unknown;
    };
    if let Some(disposition) = configured.get(reason) {
        return disposition;
    }
    match HANGUP_REASONS.iter().find(|(number, ..)| *number == reason) {
        Some((NORMAL, ..)) if moment(call.answered_timestamp).is_some() => Disposition::Answered,
        Some((.., disposition)) => *disposition,
        None => Disposition::Other,
    }
}

/// Number and name of the hang-up reason once there is one, the state until then.
fn raw_outcome(call: &Call) -> RawOutcome {
    let reason = call.hangup_reason.filter(|_| !is_under_way(call));
    let name = HANGUP_REASONS.iter().find(|(number, ..)| Some(*number) == reason).map(|row| row.1);
    RawOutcome {
        code: reason.map(|reason| reason.to_string()),
        text: name.map(str::to_owned).or_else(|| call.word().map(redact::word)),
    }
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Calling,
    Ringing,
    Answered,
    Ended,
    /// Ended earlier; the agent has noted the result.
    Noted,
}

/// States of a contact's call and of the agent's part in it (dossier 5.1).
const STATES: &[(&str, Stage)] = &[
    ("CALLING", Stage::Calling),
    ("RINGING", Stage::Ringing),
    ("ANSWERED", Stage::Answered),
    ("HANGUP", Stage::Ended),
    ("TALKRESULT", Stage::Noted),
];

fn stage(call: &Call) -> Option<Stage> {
    let word = call.word()?;
    STATES.iter().find(|(state, _)| *state == word).map(|(_, stage)| *stage)
}

/// How far the person of a call has come.
///
/// A hang-up is final: tasks with more than one attempt are refused, so a template used with Outdial
/// must not redial by itself.
pub(in crate::airudder) fn progress(call: &Call, configured: &HangupReasons) -> ContactProgress {
    match stage(call) {
        Some(Stage::Calling | Stage::Ringing | Stage::Answered) => ContactProgress::Dialing,
        Some(Stage::Ended | Stage::Noted) => ContactProgress::Done(ending(call, configured)),
        None => {
            let state = redact::word(call.word().unwrap_or_default());
            tracing::warn!(%state, "AI Rudder tells of a call state that is not known");
            ContactProgress::Unrecognized
        }
    }
}

/// Whether somebody talked and the record does not say where the recording is.
pub(in crate::airudder) fn lacks_recording(call: &Call, configured: &HangupReasons) -> bool {
    let is_talked = matches!(ending(call, configured), Disposition::Answered | Disposition::AnsweredHuman);
    is_talked && call.rec_link.as_deref().is_none_or(str::is_empty)
}

/// The attempt a record tells of, when the record names it.
pub(in crate::airudder) fn call_report(call: &Call, configured: &HangupReasons) -> Option<CallReport> {
    let vendor_call_id = call.callid.clone().filter(|id| !id.is_empty())?;
    let stage = stage(call);
    let at = |wanted: Stage| moment(call.timestamp).filter(|_| stage == Some(wanted));
    let answered_at = moment(call.answered_timestamp).or_else(|| at(Stage::Answered));
    let ended_at = moment(call.ended_timestamp).or_else(|| at(Stage::Ended));
    let talk = answered_at.zip(ended_at).map(|(from, to)| to.duration_since(from).as_secs());
    Some(CallReport {
        vendor_call_id,
        started_at: moment(call.start_timestamp).or_else(|| at(Stage::Calling)),
        answered_at,
        ended_at,
        talk_seconds: talk.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(0),
        disposition: matches!(stage, Some(Stage::Ended | Stage::Noted)).then(|| ending(call, configured)),
        raw: raw_outcome(call),
        insights: insights(call),
        recording: call.rec_link.clone().filter(|link| !link.is_empty()),
        has_transcript: false,
    })
}

/// The robot's verdict, the number's label, the agent's form and the agent's note.
fn insights(call: &Call) -> Vec<Insight> {
    let one =
        |kind, name, text: &Option<String>| Insight::new(kind, name, text.as_deref().unwrap_or_default());
    let intention = one(InsightKind::Intent, None, &call.intention);
    let label = one(InsightKind::Tag, None, &call.phone_tag);
    let note = one(InsightKind::Note, None, &call.talkremarks);
    let form: Vec<(&str, &Value)> = match &call.customize_results {
        Value::Object(answers) => answers.iter().map(|(title, answer)| (title.as_str(), answer)).collect(),
        Value::Array(answers) => {
            let titles = answers.iter().map(|answer| answer.get("title").and_then(Value::as_str));
            let values = answers.iter().map(|answer| answer.get("value"));
            titles.zip(values).filter_map(|(title, value)| title.zip(value)).collect()
        }
        _ => Vec::new(),
    };
    let answers = form.into_iter().map(|(title, answer)| {
        let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let is_there = !answer.is_null();
        is_there.then(|| Insight::new(InsightKind::Collected, Some(title), &text)).flatten()
    });
    [intention, label].into_iter().chain(answers).chain([note]).flatten().collect()
}

fn is_under_way(call: &Call) -> bool {
    matches!(stage(call), Some(Stage::Calling | Stage::Ringing | Stage::Answered))
}

/// Unix milliseconds as the vendor writes them; nothing for nonsense.
pub(in crate::airudder) fn moment(millis: Option<i64>) -> Option<Timestamp> {
    millis.filter(|millis| *millis > 0).and_then(|millis| Timestamp::from_millisecond(millis).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    fn call(value: Value) -> Call {
        Call::deserialize(value).unwrap()
    }

    fn call_report(call: &Call) -> Option<CallReport> {
        super::call_report(call, &HangupReasons::default())
    }

    fn progress(call: &Call) -> ContactProgress {
        super::progress(call, &HangupReasons::default())
    }

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_finished_call_tells_its_whole_story() {
        let report = call_report(&call(json!({
            "callid": "c1", "state": "HANGUP", "hangupReason": "12", "nthCall": 1,
            "timestamp": "1772326830000", "startTimestamp": "1772326800000",
            "answeredTimestamp": "1772326810000", "endedTimestamp": 1772326830000i64,
            "recLink": "https://records.example/c1.wav",
        })))
        .unwrap();
        assert_eq!(report.started_at, at("2026-03-01T01:00:00Z"));
        assert_eq!(report.answered_at, at("2026-03-01T01:00:10Z"));
        assert_eq!(report.ended_at, at("2026-03-01T01:00:30Z"));
        assert_eq!(report.talk_seconds, 20);
        assert_eq!(report.disposition, Some(Disposition::AnsweredHuman));
        assert_eq!(report.raw.text.as_deref(), Some("Talked"));
        assert!(report.recording.is_some());
    }

    #[test]
    fn the_time_of_a_change_belongs_to_its_stage() {
        let stage = |word| {
            let report = call_report(&call(json!({
                "callid": "c1", "state": word, "timestamp": "1772326800000", "hangupReason": 0,
            })));
            let report = report.unwrap();
            assert!(report.raw.code.is_none() || word == "HANGUP");
            (report.started_at, report.answered_at, report.ended_at)
        };
        let then = at("2026-03-01T01:00:00Z");
        assert_eq!(stage("CALLING"), (then, None, None));
        assert_eq!(stage("RINGING"), (None, None, None));
        assert_eq!(stage("ANSWERED"), (None, then, None));
        assert_eq!(stage("HANGUP"), (None, None, then));
    }

    #[test]
    fn normal_means_no_answer_unless_an_answer_was_seen() {
        let hangup = json!({"state": "HANGUP", "hangupReason": 2});
        assert_eq!(progress(&call(hangup.clone())), ContactProgress::Done(Disposition::NoAnswer));
        let mut answered = hangup;
        answered["answeredTimestamp"] = json!("1772326810000");
        assert_eq!(progress(&call(answered)), ContactProgress::Done(Disposition::Answered));
    }

    #[test]
    fn unknown_words_and_reasons_are_kept_and_move_nothing() {
        let odd = call(json!({"callid": "c1", "state": "TRANSFERRED"}));
        assert_eq!(progress(&odd), ContactProgress::Unrecognized);
        assert_eq!(call_report(&odd).unwrap().raw.text.as_deref(), Some("TRANSFERRED"));

        let odd = call(json!({"callid": "c1", "state": "HANGUP", "hangupReason": 99}));
        assert_eq!(progress(&odd), ContactProgress::Done(Disposition::Other));
        assert_eq!(call_report(&odd).unwrap().raw.code.as_deref(), Some("99"));

        let silent = call(json!({"callid": "c1", "state": "HANGUP"}));
        assert_eq!(progress(&silent), ContactProgress::Done(Disposition::Unknown));
    }

    #[test]
    fn what_the_account_says_of_a_reason_counts_more() {
        let configured: HangupReasons =
            serde_json::from_value(json!({"2": "declined", "77": "blocked"})).unwrap();
        for (reason, disposition) in
            [(2, Disposition::Declined), (77, Disposition::Blocked), (3, Disposition::Busy)]
        {
            let ended = call(json!({"callid": "c1", "state": "HANGUP", "hangupReason": reason}));
            assert_eq!(super::progress(&ended, &configured), ContactProgress::Done(disposition));
            let report = super::call_report(&ended, &configured).unwrap();
            assert_eq!(report.disposition, Some(disposition));
        }
    }

    #[test]
    fn what_robot_and_agent_understood_are_insights() {
        let told = |value: Value| {
            let insights = call_report(&call(value)).unwrap().insights;
            insights
                .into_iter()
                .map(|one| (one.kind.as_str(), one.name.unwrap_or_default(), one.value))
                .collect::<Vec<_>>()
        };
        let form = json!({"reason": "no money", "amount": 12, "empty": null});
        let by_name = told(
            json!({"callid": "c1", "intention": "B", "talkremarks": "ask again", "customizeResults": form}),
        );
        let expected = [
            ("intent", "", "B"),
            ("collected", "reason", "no money"),
            ("collected", "amount", "12"),
            ("note", "", "ask again"),
        ];
        let expected = expected.map(|(kind, name, value)| (kind, name.to_owned(), value.to_owned()));
        assert_eq!(by_name, expected);
        let listed =
            told(json!({"callid": "c1", "customizeResults": [{"title": "reason", "value": "no money"}, 7]}));
        assert_eq!(listed, expected[1..2]);
        assert_eq!(told(json!({"callid": "c1", "talkremarks": "", "customizeResults": {}})), []);
    }

    #[test]
    fn a_number_in_a_word_is_masked() {
        let odd = call(json!({"callid": "c1", "state": "TO 639170000000"}));
        assert_eq!(call_report(&odd).unwrap().raw.text.as_deref(), Some("TO ****"));
    }
}
