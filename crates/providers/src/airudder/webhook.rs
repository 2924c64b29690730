//! What AI Rudder pushes. Pure: parse, and say whom it is about.
//!
//! Nothing is signed, so nothing here is ever authenticated: the ingress path is the only secret, and
//! terminal news is confirmed by a read where one is configured (dossier 4.1). The chatbot push, which
//! wants a signature nobody has published, is not taken at all.

use super::config::Statuses;
use super::map;
use super::wire::{self, Call, Completion, NodePush, PdsFrame, StatusChange};
use outdial_model::Phone;
use outdial_provider::{
    Inbound, PushedContact, ReceiveError, Received, SegmentReport, Subject,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Reads a push of one of the kinds the ingress has for this vendor.
pub(super) fn receive(inbound: &Inbound<'_>, statuses: &Statuses) -> Result<Received, ReceiveError> {
    match inbound.kind {
        "pds" => pds(inbound.body),
        "call_completion" | "list_completion" => completion(inbound),
        "workflow_status" => status_change(inbound, statuses),
        "custom_api" => node_push(inbound),
        _ => Err(ReceiveError::UnknownKind),
    }
}

/// The predictive dialer: a call's stages, the agent's note after it, the dialer task's end.
///
/// The task's state is not the instance's, which may get people and tasks later: no news of either.
fn pds(body: &[u8]) -> Result<Received, ReceiveError> {
    let frame: PdsFrame = read(body)?;
    let is_about_call = matches!(frame.pds.kind.as_str(), "ContactStatus" | "AgentStatus");
    let call = Call::deserialize(&frame.pds.body).map_err(|_| ReceiveError::Unreadable)?;
    let subject = Subject {
        vendor_ref: Some(frame.workflow_id),
        phone: phone(call.phone_number.as_deref()),
        vendor_call_id: call.callid.clone().filter(|id| !id.is_empty()),
        ..Subject::default()
    };
    Ok(Received {
        dedupe_key: stage_key(&frame.pds.kind, &call).unwrap_or_else(|| digest("pds", body)),
        contact: is_about_call.then(|| news(&call)),
        ..about(subject)
    })
}

/// The end of a person's dialing, or of its whole flow. Beyond whom it is about no field is
/// published: a hang-up reason is used when there is one, else how it ended is unknown.
fn completion(inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
    let push: Completion = read(inbound.body)?;
    let subject = Subject {
        vendor_ref: Some(push.workflow_id),
        contact: push.case_id.and_then(|id| id.parse().ok()),
        phone: phone(push.callee.as_deref()),
        vendor_call_id: push.call.callid.clone().filter(|id| !id.is_empty()),
        ..Subject::default()
    };
    Ok(Received {
        dedupe_key: digest(inbound.kind, inbound.body),
        contact: Some(PushedContact {
            progress: Some(map::final_progress(&push.call)),
            call: map::call_report(&push.call),
        }),
        ..about(subject)
    })
}

/// The instance's status, in the vendor's word.
fn status_change(inbound: &Inbound<'_>, statuses: &Statuses) -> Result<Received, ReceiveError> {
    let push: StatusChange = read(inbound.body)?;
    let report = SegmentReport {
        vendor_ref: Some(push.workflow_id.clone()),
        ..map::segment_status(Some(&push.status), statuses)
    };
    let subject = Subject {
        vendor_ref: Some(push.workflow_id),
        ..Subject::default()
    };
    Ok(Received {
        dedupe_key: digest(inbound.kind, inbound.body),
        segment: Some(report),
        ..about(subject)
    })
}

/// A person reached a custom API node. It says nothing of a call, so it moves nothing and needs no proof.
fn node_push(inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
    let push: NodePush = read(inbound.body)?;
    let subject = Subject {
        vendor_ref: Some(push.workflow_id),
        contact: push.callee.case_id.and_then(|id| id.parse().ok()),
        phone: phone(push.callee.callee_number.as_deref()),
        ..Subject::default()
    };
    Ok(Received {
        dedupe_key: digest(inbound.kind, inbound.body),
        ..about(subject)
    })
}

fn news(call: &Call) -> PushedContact {
    PushedContact {
        progress: Some(map::progress(call)),
        call: map::call_report(call),
    }
}

/// A push without news.
fn about(subject: Subject) -> Received {
    Received {
        dedupe_key: String::new(),
        subject,
        segment: None,
        contact: None,
        authenticated: false,
    }
}

/// The same for every delivery of one stage of one call. A recording's link that comes later is news.
fn stage_key(kind: &str, call: &Call) -> Option<String> {
    let id = call.callid.as_deref().filter(|id| !id.is_empty())?;
    let (word, at) = (call.word()?, call.timestamp?);
    let recorded = call.rec_link.as_deref().is_some_and(|link| !link.is_empty());
    Some(format!("{kind}:{id}:{word}:{at}:{recorded}"))
}

/// For pushes that name no call: the same body is the same news.
fn digest(kind: &str, body: &[u8]) -> String {
    format!("{kind}:{}", hex::encode(Sha256::digest(body)))
}

fn phone(text: Option<&str>) -> Option<Phone> {
    text.and_then(|text| text.parse().ok())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReceiveError> {
    wire::read(body).ok_or(ReceiveError::Unreadable)
}
