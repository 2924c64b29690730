//! What the vendor in memory pushes, and how a push is verified and read.

use super::world::Segment;
use crate::{
    CallReport, ContactProgress, ContactReport, Inbound, PushKind, PushedContact, ReceiveError, Received,
    Subject,
};
use outdial_model::{ContactId, Disposition, RawOutcome, SegmentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Every kind of push there is.
pub(super) const KINDS: &[PushKind] = &[
    PushKind { kind: KIND, about: "How far somebody has come. Nobody's console is to be told." },
    PushKind { kind: HINT, about: "The same, from whoever says so: nothing of it is proven." },
];
const KIND: &str = "contact";
const HINT: &str = "hint";
const PROOF_HEADER: &str = "x-memory-proof";
const SENT_AT_HEADER: &str = "x-memory-sent-at";
pub(super) const PROOF_HEADERS: &[&str] = &[PROOF_HEADER, SENT_AT_HEADER];
/// Guards nothing but tests; it is a proof so that tests of proofs have one.
const PROOF: &str = "proof-of-the-vendor-in-memory";
const FRESH: Duration = Duration::from_secs(300);

/// A push, ready to be handed to [`receive`](crate::Provider::receive).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryPush {
    /// Last part of the ingress path.
    pub kind: &'static str,
    /// Headers, the proof among them.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    segment: SegmentId,
    vendor_ref: String,
    contact: ContactId,
    call: String,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// The vendor's word for how it ended: any text, as vendors' words are.
    disposition: Option<String>,
    recording: Option<String>,
}

impl MemoryPush {
    /// Any body, with a good proof of having been sent at `sent_at`.
    pub fn proven(body: Vec<u8>, sent_at: Timestamp) -> Self {
        let headers = vec![
            (PROOF_HEADER.to_owned(), PROOF.to_owned()),
            (SENT_AT_HEADER.to_owned(), sent_at.to_string()),
        ];
        Self { kind: KIND, headers, body }
    }

    /// The same without a proof.
    #[must_use]
    pub fn unproven(self) -> Self {
        Self { kind: HINT, headers: Vec::new(), ..self }
    }

    pub(super) fn about(segment: &Segment, report: &ContactReport, now: Timestamp) -> Self {
        let call = report.calls.last();
        let body = Body {
            segment: segment.key.clone(),
            vendor_ref: segment.vendor_ref.clone(),
            contact: report.key.clone(),
            call: call.map(|call| call.vendor_call_id.clone()).unwrap_or_default(),
            started_at: call.and_then(|call| call.started_at),
            ended_at: call.and_then(|call| call.ended_at),
            disposition: call.and_then(|call| call.disposition).map(|ending| ending.as_str().to_owned()),
            recording: call.and_then(|call| call.recording.clone()),
        };
        Self::proven(serde_json::to_vec(&body).unwrap_or_default(), now)
    }
}

pub(super) fn receive(inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
    let authenticated = match inbound.kind {
        KIND => verify(inbound).map(|()| true)?,
        HINT => false,
        _ => return Err(ReceiveError::UnknownKind),
    };
    let body: Body = serde_json::from_slice(inbound.body).map_err(|_| ReceiveError::Unreadable)?;
    let ending = body.disposition.as_deref().map(str::parse::<Disposition>);
    let progress = match &ending {
        None => ContactProgress::Dialing,
        Some(Ok(ending)) => ContactProgress::Done(*ending),
        Some(Err(_)) => ContactProgress::Unrecognized,
    };
    let step = body.disposition.unwrap_or_else(|| "dialing".to_owned());
    Ok(Received {
        dedupe_key: format!("{}:{step}", body.call),
        subject: Subject {
            segment: Some(body.segment),
            vendor_ref: Some(body.vendor_ref),
            contact: Some(body.contact),
            phone: None,
            vendor_call_id: Some(body.call.clone()),
        },
        segment: None,
        contact: Some(PushedContact {
            progress: Some(progress),
            call: Some(CallReport {
                vendor_call_id: body.call,
                started_at: body.started_at,
                answered_at: None,
                ended_at: body.ended_at,
                talk_seconds: 0,
                disposition: ending.and_then(Result::ok),
                raw: RawOutcome { code: Some(step), text: None },
                insights: Vec::new(),
                recording: body.recording,
                has_transcript: false,
            }),
        }),
        authenticated,
        can_be_asked_about: false,
    })
}

fn verify(inbound: &Inbound<'_>) -> Result<(), ReceiveError> {
    let proof = inbound.header(PROOF_HEADER).ok_or(ReceiveError::MissingProof)?;
    let sent_at = inbound.header(SENT_AT_HEADER).ok_or(ReceiveError::MissingProof)?;
    let sent_at: Timestamp = sent_at.parse().map_err(|_| ReceiveError::BadProof)?;
    if proof != PROOF {
        return Err(ReceiveError::BadProof);
    }
    let age = inbound.received_at.duration_since(sent_at).unsigned_abs();
    if age > FRESH { Err(ReceiveError::Stale) } else { Ok(()) }
}
