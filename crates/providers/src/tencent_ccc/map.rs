//! The vendor's states and call records in Outdial's words. Pure; the tables are data.
//!
//! How calls end is in `end_status.rs`, what errors mean in `error_codes.rs`, what a person's state
//! amounts to in `verdict.rs`.

use super::end_status;
use super::wire::{Cdr, KeyPressed, Task};
use crate::redact;
use outdial_model::{Disposition, Insight, InsightKind, RawOutcome, SegmentStatus, Timestamp};
use outdial_provider::{CallReport, SegmentReport, SegmentState};

/// Task `State` (dossier section 7.4). 4 is terminated in one text and expired in the other: over
/// before it was done either way.
const TASK_STATES: &[(i64, SegmentStatus)] = &[
    (0, SegmentStatus::Ready),
    (1, SegmentStatus::Running),
    (2, SegmentStatus::Completed),
    (3, SegmentStatus::Ending),
    (4, SegmentStatus::Stopped),
    (5, SegmentStatus::Paused),
];

/// A task's state; one we do not know is counted and changes nothing.
pub fn segment_state(state: Option<i64>) -> SegmentState {
    known(state).map_or_else(
        || {
            tracing::warn!(state, "tencent_ccc: unknown task state");
            SegmentState::Unrecognized
        },
        SegmentState::Known,
    )
}

/// Nothing will be dialed by a task in this state any more.
pub fn is_over(state: Option<i64>) -> bool {
    known(state).is_some_and(SegmentStatus::is_final)
}

fn known(state: Option<i64>) -> Option<SegmentStatus> {
    TASK_STATES.iter().find(|row| state == Some(row.0)).map(|row| row.1)
}

/// A task as a segment: the list counts its people, a description names them. A described task does not
/// repeat its id, so whoever asked gives it.
pub fn segment_report(task: &Task, vendor_ref: String) -> SegmentReport {
    SegmentReport {
        raw: task.state.map(|state| state.to_string()),
        vendor_ref: Some(vendor_ref),
        contacts: people(task),
        ..SegmentReport::of(segment_state(task.state))
    }
}

fn people(task: &Task) -> Option<u64> {
    let named = u64::try_from(task.callees.len()).ok().filter(|named| *named > 0);
    named.or(task.callee_count.and_then(|count| u64::try_from(count).ok()))
}

/// A call record as one attempt; `None` when it names no session.
pub fn call_report(cdr: &Cdr) -> Option<CallReport> {
    let answered_at = instant(cdr.accept_timestamp);
    let ended_at = instant(cdr.ended_timestamp);
    Some(CallReport {
        vendor_call_id: cdr.session_id.clone().filter(|id| !id.is_empty())?,
        started_at: instant(cdr.time).or(instant(cdr.start_timestamp)),
        answered_at,
        ended_at,
        talk_seconds: talk_seconds(cdr, answered_at, ended_at),
        disposition: disposition(cdr),
        raw: RawOutcome {
            code: cdr.end_status.map(|code| code.to_string()),
            text: cdr.end_status_string.as_deref().filter(|text| !text.is_empty()).map(redact::word),
        },
        insights: insights(cdr),
        recording: recording(cdr.record_url.as_deref(), cdr.custom_record_url.as_deref()),
        has_transcript: has_transcript(cdr.asr_status.as_deref()),
    })
}

/// `AsrStatus` (dossier section 10.2); with any other there is nothing to be read.
fn has_transcript(asr_status: Option<&str>) -> bool {
    matches!(asr_status, Some("Complete" | "Processing"))
}

/// Keys the person pressed, under what they were asked for; what they thought of the call; what an agent wrote.
fn insights(cdr: &Cdr) -> Vec<Insight> {
    let pressed = |key: &KeyPressed, otherwise| {
        let name = key.label.as_deref().or(key.node_label.as_deref()).filter(|name| !name.is_empty());
        Insight::new(InsightKind::Collected, name.or(otherwise), key.key.as_deref().unwrap_or_default())
    };
    let keys = cdr.keys.iter().map(|key| pressed(key, None));
    let verdict = cdr.verdict_keys.iter().chain(&cdr.pushed_verdict_keys);
    let verdict = verdict.map(|key| pressed(key, Some("satisfaction")));
    let remark = cdr.user_remark.as_deref().or(cdr.remark.as_deref());
    let remark = Insight::new(InsightKind::Note, None, remark.unwrap_or_default());
    keys.chain(verdict).chain([remark]).flatten().collect()
}

/// The vendor's copy of a recording before the one in the customer's own bucket.
pub fn recording(vendors: Option<&str>, customers: Option<&str>) -> Option<String> {
    let given = |url: &&str| !url.is_empty();
    vendors.filter(given).or(customers.filter(given)).map(str::to_owned)
}

fn disposition(cdr: &Cdr) -> Option<Disposition> {
    let picked_up = instant(cdr.accept_timestamp).is_some();
    end_status::disposition(cdr.end_status, cdr.end_status_string.as_deref(), picked_up)
}

/// `Duration` where the vendor counts it; a call inside an IVR has only its two ends.
fn talk_seconds(cdr: &Cdr, answered: Option<Timestamp>, ended: Option<Timestamp>) -> u32 {
    let (Some(answered), Some(ended)) = (answered, ended) else {
        return 0;
    };
    let between = ended.as_second() - answered.as_second();
    let counted = cdr.duration.filter(|seconds| *seconds > 0).unwrap_or(between);
    u32::try_from(counted).unwrap_or(0)
}

/// Unix seconds; 0 stands for never.
pub fn instant(seconds: Option<i64>) -> Option<Timestamp> {
    let seconds = seconds.filter(|seconds| *seconds > 0)?;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_state_changes_nothing() {
        assert_eq!(segment_state(Some(6)), SegmentState::Unrecognized);
        assert_eq!(segment_state(None), SegmentState::Unrecognized);
        assert!(!is_over(Some(6)));
    }

    #[test]
    fn a_call_record_tells_the_whole_attempt() {
        let cdr: Cdr = serde_json::from_str(include_str!("fixtures/cdr_answered.json")).unwrap();
        let call = call_report(&cdr).unwrap();
        assert_eq!(call.vendor_call_id, "6bb56a09-2787-40bc-80c5-dc6dab783eff");
        assert_eq!(call.answered_at.map(Timestamp::as_second), Some(1_608_130_645));
        assert_eq!(call.talk_seconds, 6);
        assert_eq!(call.disposition, Some(Disposition::Answered));
        assert_eq!(call.raw, RawOutcome { code: Some("1".into()), text: Some("ok".into()) });
        assert!(call.recording.is_some());
    }

    #[test]
    fn keys_that_were_pressed_are_insights() {
        let cdr: Cdr = serde_json::from_value(json!({
            "SessionId": "s", "IVRKeyPressed": null, "IVRKeyPressedEx": [{"Key": "1", "Label": "pays today"}, {"key": "2"}],
            "PostIVRKeyPressed": [{"key": "5", "label": ""}], "UserRemark": "will call back",
        }))
        .unwrap();
        let insights = call_report(&cdr).unwrap().insights;
        let told: Vec<_> =
            insights.iter().map(|one| (one.kind.as_str(), one.name.as_deref(), &*one.value)).collect();
        let expected = [
            ("collected", Some("pays today"), "1"),
            ("collected", None, "2"),
            ("collected", Some("satisfaction"), "5"),
            ("note", None, "will call back"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_transcript_is_there_or_on_its_way() {
        for (status, expected) in [
            (json!("Complete"), true),
            (json!("Processing"), true),
            (json!("NotExists"), false),
            (json!(""), false),
            (json!(null), false),
            (json!(7), false),
        ] {
            let cdr: Cdr = serde_json::from_value(json!({"SessionId": "s", "AsrStatus": status})).unwrap();
            assert_eq!(call_report(&cdr).unwrap().has_transcript, expected, "{status}");
        }
    }

    #[test]
    fn stages_that_were_not_reached_are_zeros_nulls_or_missing() {
        let cdr: Cdr = serde_json::from_value(json!({
            "SessionId": "s", "AcceptTimestamp": 0, "EndedTimestamp": 1_608_130_651, "Duration": 0,
            "EndStatus": "206", "RecordURL": "", "UUI": null, "ServeParticipants": null,
        }))
        .unwrap();
        let call = call_report(&cdr).unwrap();
        assert_eq!((call.answered_at, call.talk_seconds, call.recording), (None, 0, None));
        assert_eq!(call.disposition, Some(Disposition::Busy));
    }
}
