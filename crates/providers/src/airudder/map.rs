//! Outdial's words and AI Rudder's: answers, hang-up reasons, calls, rows. Pure; the tables are data.

use super::config::Statuses;
use super::wire::{Call, Envelope, Instance, Row};
use outdial_model::{Disposition, RawOutcome, SegmentId, TaskSpec, Timestamp};
use outdial_provider::{
    Answer, CallReport, ContactProgress, DialContact, Effect, ErrorKind, ProviderError, SegmentReport,
    SegmentState,
};
use serde_json::Value;
use std::ops::RangeInclusive;

const SUCCESS: i64 = 200;

/// Digits a number may have (dossier 7.2).
pub(super) const MOST_DIGITS: usize = 14;

/// Longest instance name sent; the vendor's own limit is not published.
const NAME_LENGTH: usize = 64;

/// What is known of the numbers that arrive as HTTP status, as `code`, or as both (dossier 1.6).
struct Verdict {
    numbers: RangeInclusive<i64>,
    kind: ErrorKind,
    effect: Effect,
    detail: &'static str,
}

/// In order of precedence: what may have happened weighs more than what was refused.
const VERDICTS: &[Verdict] = &[
    Verdict {
        numbers: 500..=599,
        kind: ErrorKind::Unavailable,
        effect: Effect::Possible,
        detail: "failed inside AI Rudder and may have been done; look before sending it again",
    },
    Verdict {
        numbers: 408..=408,
        kind: ErrorKind::Unavailable,
        effect: Effect::Possible,
        detail: "took AI Rudder too long and may have been done; look before sending it again",
    },
    Verdict {
        numbers: 401..=401,
        kind: ErrorKind::Unauthenticated,
        effect: Effect::None,
        detail: "was refused: AI Rudder does not accept the credentials; check app_key and app_secret",
    },
    Verdict {
        numbers: 403..=403,
        kind: ErrorKind::PermissionDenied,
        effect: Effect::None,
        detail: "was refused: the account may not do this; ask AI Rudder to allow it",
    },
    Verdict {
        numbers: 429..=429,
        kind: ErrorKind::RateLimited,
        effect: Effect::None,
        detail: "was refused: too many requests; send it again later",
    },
];

/// What an answer means: its `data`, or the error it stands for.
///
/// HTTP status and `code` are both looked at, because the vendor does not say where errors show. A
/// refusal is only what says so itself; everything else may have happened.
pub(super) fn judge(operation: &str, answer: &Answer) -> Result<Value, ProviderError> {
    let status = i64::from(answer.status.as_u16());
    let envelope = Envelope::read(&answer.body);
    let code = envelope.as_ref().and_then(|envelope| envelope.code);
    if answer.status.is_success() && code == Some(SUCCESS) {
        return Ok(envelope.map(|envelope| envelope.data).unwrap_or_default());
    }
    let known = VERDICTS.iter().find(|verdict| {
        verdict.numbers.contains(&status) || code.is_some_and(|code| verdict.numbers.contains(&code))
    });
    let throttled = || envelope.as_ref().is_some_and(speaks_of_a_limit);
    let refused = answer.status.is_client_error() || (answer.status.is_success() && code.is_some());
    let (kind, effect, detail) = match known {
        Some(verdict) => (verdict.kind, verdict.effect, verdict.detail),
        None if refused && code != Some(SUCCESS) && throttled() => {
            (ErrorKind::RateLimited, Effect::None, "was refused: a limit is reached; send it again later")
        }
        None if refused && code != Some(SUCCESS) => {
            (ErrorKind::InvalidRequest, Effect::None, "was refused by AI Rudder; its code says why")
        }
        None => (
            ErrorKind::UnexpectedResponse,
            Effect::Possible,
            "got an answer that cannot be understood; look before sending it again",
        ),
    };
    let mut error = ProviderError::new(kind, effect, format!("{operation} {detail}"))
        .with_vendor(code.filter(|code| *code != SUCCESS).unwrap_or(status).to_string(), None);
    error.retry_after = answer.retry_after();
    Err(error)
}

/// Throttling has no documented code, only perhaps a text.
fn speaks_of_a_limit(envelope: &Envelope) -> bool {
    let message = envelope.message.as_deref().unwrap_or_default();
    message.to_ascii_lowercase().contains("limit")
}

/// Hang-up reasons of the predictive dialer: number, the vendor's name, what it means (dossier 5.2).
///
/// An answered call that no agent took is `other`: the phone rang and nobody was spoken to.
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
    (14, "CustomerHungUp", Disposition::Other),
    (15, "Fusing", Disposition::Other),
    (16, "AMD", Disposition::AnsweredMachine),
    (17, "AgentNetworkFailed", Disposition::CarrierFailure),
    (18, "CallAttemptLimit", Disposition::Blocked),
    (19, "ShortAbandoned", Disposition::Other),
    (20, "DoNotCall", Disposition::Blocked),
];

/// The reason that also stands for calls that were answered.
const NORMAL: i64 = 2;

/// How an ended call ended; `answered` when the same record tells of an answer.
fn disposition(reason: Option<i64>, answered: bool) -> Disposition {
    let Some(reason) = reason else {
        return Disposition::Unknown;
    };
    match HANGUP_REASONS.iter().find(|(number, ..)| *number == reason) {
        Some((NORMAL, ..)) if answered => Disposition::Answered,
        Some((.., disposition)) => *disposition,
        None => Disposition::Other,
    }
}

/// Number and name of the hang-up reason once there is one, the state until then.
fn raw_outcome(call: &Call) -> RawOutcome {
    let over = matches!(stage(call), Some(Stage::Ended | Stage::Noted));
    let reason = call.hangup_reason.filter(|_| over);
    let name = HANGUP_REASONS.iter().find(|(number, ..)| Some(*number) == reason).map(|row| row.1);
    RawOutcome {
        code: reason.map(|reason| reason.to_string()),
        text: name.map(str::to_owned).or_else(|| call.word().map(bounded)),
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
pub(super) fn progress(call: &Call) -> ContactProgress {
    match stage(call) {
        Some(Stage::Calling | Stage::Ringing | Stage::Answered) => ContactProgress::Dialing,
        Some(Stage::Ended | Stage::Noted) => final_progress(call),
        None => {
            let state = bounded(call.word().unwrap_or_default());
            tracing::warn!(%state, "AI Rudder tells of a call state that is not known");
            ContactProgress::Unrecognized
        }
    }
}

/// How a person's dialing ended, told by a record that is only written when it is over.
pub(super) fn final_progress(call: &Call) -> ContactProgress {
    ContactProgress::Done(disposition(call.hangup_reason, was_answered(call)))
}

/// Whether somebody talked and the record does not say where the recording is.
pub(super) fn lacks_recording(call: &Call) -> bool {
    let talked = disposition(call.hangup_reason, was_answered(call)) == Disposition::AnsweredHuman;
    talked && call.rec_link.as_deref().is_none_or(str::is_empty)
}

/// The attempt a record tells of, when the record names it.
pub(super) fn call_report(call: &Call) -> Option<CallReport> {
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
        disposition: matches!(stage, Some(Stage::Ended | Stage::Noted))
            .then(|| disposition(call.hangup_reason, was_answered(call))),
        raw: raw_outcome(call),
        recording: call.rec_link.clone().filter(|link| !link.is_empty()),
    })
}

fn was_answered(call: &Call) -> bool {
    moment(call.answered_timestamp).is_some()
}

/// An instance of a list as a segment.
pub(super) fn segment_report(instance: &Instance, statuses: &Statuses) -> SegmentReport {
    SegmentReport {
        vendor_ref: instance.workflow_id.clone(),
        ..segment_status(instance.status.as_deref(), statuses)
    }
}

/// An instance's status word as a segment's state. No such word is published: only those the account
/// configures are understood, and for any other the last known state stands.
pub(super) fn segment_status(word: Option<&str>, statuses: &Statuses) -> SegmentReport {
    let known = word.and_then(|word| statuses.get(word));
    if let (Some(word), None) = (word, known) {
        tracing::warn!(status = %bounded(word), "an instance status of AI Rudder is not in `statuses`");
    }
    SegmentReport {
        state: known.map_or(SegmentState::Unrecognized, SegmentState::Known),
        raw: word.map(bounded),
        vendor_ref: None,
    }
}

/// The task's `script.template_id` as the vendor wants it: a positive whole number.
pub(super) fn template_id(spec: &TaskSpec) -> Option<i64> {
    let text = spec.script.template_id.as_str();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id > 0)
}

/// The instance's name: our key first, so that it can be found by it, then the task's for people.
pub(super) fn instance_name(key: &SegmentId, task: &str) -> String {
    let room = NAME_LENGTH.saturating_sub(key.as_str().len() + 1);
    let title: String = task.chars().filter(|c| !c.is_control()).take(room).collect();
    format!("{} {title}", key.as_str()).trim_end().to_owned()
}

/// Whether an instance of that name is ours.
pub(super) fn is_named(name: &str, key: &SegmentId) -> bool {
    name.split_whitespace().next() == Some(key.as_str())
}

/// A person as a list row; the name travels as the variable `name` unless the task sets its own.
pub(super) fn row(contact: &DialContact) -> Row<'_> {
    let named = contact.name.iter().map(|name| ("name", name.expose()));
    let variables = contact.variables.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    Row {
        callee: contact.phone.e164(),
        case_id: contact.key.as_str(),
        variables: named.chain(variables).collect(),
    }
}

/// Unix milliseconds as the vendor writes them; nothing for nonsense.
pub(super) fn moment(millis: Option<i64>) -> Option<Timestamp> {
    millis
        .filter(|millis| *millis > 0)
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
}

/// A vendor's word, short enough to keep and log.
pub(super) fn bounded(word: &str) -> String {
    word.chars().take(64).collect()
}
