//! A call: one attempt to reach a contact.

use super::{instant, words};
use outdial_model::{Call, Insight, RawOutcome};
use serde::Serialize;
use utoipa::ToSchema;

/// One attempt to reach a contact.
#[derive(Serialize, ToSchema)]
#[schema(as = Call)]
pub(crate) struct CallView {
    /// Its id.
    id: String,
    /// Its task.
    task_id: String,
    /// Who was called.
    contact_id: String,
    /// The vendor-side task that placed it.
    segment_id: String,
    /// The vendor's id of the call or session.
    vendor_call_id: String,
    #[schema(schema_with = words::call_status)]
    status: &'static str,
    #[schema(schema_with = words::disposition)]
    disposition: Option<&'static str>,
    #[schema(schema_with = words::confidence)]
    confidence: Option<&'static str>,
    /// The vendor's own words for the outcome.
    raw: RawOutcomeView,
    /// What the vendor understood of the call: intents, tags, what was collected or said. Each thing once, at most 256 and 256,000
    /// characters. What was said is there some time after the end.
    insights: Vec<InsightView>,
    /// When dialing began.
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When it was answered; `null` when it was not.
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Seconds of talk; 0 when it was not answered.
    talk_seconds: u32,
    /// The vendor keeps a recording of it.
    has_recording: bool,
    /// When we first learned of it.
    #[schema(format = DateTime)]
    created_at: String,
    /// When we last learned something new about it.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// An outcome in the vendor's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RawOutcome)]
pub(crate) struct RawOutcomeView {
    /// The vendor's status or hang-up code.
    #[schema(example = "200")]
    code: Option<String>,
    /// The vendor's word for it.
    text: Option<String>,
}

impl From<RawOutcome> for RawOutcomeView {
    fn from(RawOutcome { code, text }: RawOutcome) -> Self {
        Self { code, text }
    }
}

/// Something the vendor understood of a call.
#[derive(Serialize, ToSchema)]
#[schema(as = Insight)]
pub(crate) struct InsightView {
    #[schema(schema_with = words::insight_kind)]
    kind: &'static str,
    /// What it is called: the question, the class's id, whoever speaks by the vendor's name for that side.
    #[schema(example = "i-7")]
    name: Option<String>,
    /// What it is; at most 4,000 characters.
    #[schema(example = "Promise to pay")]
    value: String,
    /// The vendor's own number for it; what it means is the vendor's business. Of a `transcript`: when that was said, in
    /// milliseconds.
    level: Option<i64>,
}

impl From<Insight> for InsightView {
    fn from(insight: Insight) -> Self {
        let Insight { kind, name, value, level } = insight;
        Self { kind: kind.as_str(), name, value, level }
    }
}

impl From<Call> for CallView {
    fn from(call: Call) -> Self {
        Self {
            id: call.id.to_string(),
            task_id: call.task.to_string(),
            contact_id: call.contact.to_string(),
            segment_id: call.segment.to_string(),
            status: call.status(),
            disposition: call.disposition.map(|disposition| disposition.as_str()),
            vendor_call_id: call.vendor_call_id,
            confidence: call.confidence.map(|confidence| confidence.as_str()),
            raw: call.raw.into(),
            insights: call.insights.into_iter().map(Into::into).collect(),
            started_at: call.started_at.map(instant),
            answered_at: call.answered_at.map(instant),
            ended_at: call.ended_at.map(instant),
            talk_seconds: call.talk_seconds,
            has_recording: call.has_recording,
            created_at: instant(call.created_at),
            updated_at: instant(call.updated_at),
        }
    }
}
