//! What AI Rudder pushes. Pure: parse, and say whom it is about.
//!
//! Nothing is signed, so nothing here is ever authenticated: the ingress path is the only secret, and
//! terminal news is confirmed by a read where one is configured (dossier 4.1). The chatbot push, which
//! wants a signature nobody has published, is not taken at all.

use super::config::{HangupReasons, Statuses};
use super::wire::{self, Call, Completion, NodePush, PdsFrame, StatusChange};
use super::{confirm, map};
use outdial_model::Phone;
use outdial_provider::{
    CallReport, ContactProgress, Inbound, PushKind, PushedContact, ReceiveError, Received, SegmentReport,
    Subject,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Every push of the vendor's that is taken. The vendor enters the URLs on its side: give them to your contact there.
pub(super) const KINDS: &[PushKind] = &[
    PushKind {
        kind: "pds",
        about: "Status of tasks, people and agents of the predictive dialer: one URL for all three.",
    },
    PushKind { kind: "call_completion", about: "A person's dialing is over." },
    PushKind { kind: "list_completion", about: "A person's whole flow is over." },
    PushKind { kind: "workflow_status", about: "A workflow instance's status has changed." },
    PushKind { kind: "custom_api", about: "A person reached a custom API node. Enter it in the node." },
];

/// Reads a push of one of the kinds the ingress has for this vendor.
pub(super) fn receive(
    inbound: &Inbound<'_>,
    statuses: &Statuses,
    reasons: &HangupReasons,
) -> Result<Received, ReceiveError> {
    match inbound.kind {
        "pds" => pds(inbound.body, reasons),
        "call_completion" | "list_completion" => completion(inbound, reasons),
        "workflow_status" => status_change(inbound, statuses),
        "custom_api" => node_push(inbound),
        _ => Err(ReceiveError::UnknownKind),
    }
}

/// The predictive dialer: a call's stages, the agent's note after it, the dialer task's end.
///
/// The task's state is not the instance's, which may get people and tasks later: no news of either.
fn pds(body: &[u8], reasons: &HangupReasons) -> Result<Received, ReceiveError> {
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
        contact: is_about_call.then(|| news(&call, reasons)),
        ..about(subject)
    })
}

/// The end of a person's dialing, or of its whole flow. Beyond whom it is about no field is
/// published: a hang-up reason is used when there is one, else how it ended is unknown.
fn completion(inbound: &Inbound<'_>, reasons: &HangupReasons) -> Result<Received, ReceiveError> {
    let push: Completion = read(inbound.body)?;
    let ending = map::ending(&push.call, reasons);
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
            progress: Some(ContactProgress::Done(ending)),
            call: map::call_report(&push.call, reasons)
                .map(|call| CallReport { disposition: Some(ending), ..call }),
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
    let subject = Subject { vendor_ref: Some(push.workflow_id), ..Subject::default() };
    Ok(Received { dedupe_key: digest(inbound.kind, inbound.body), segment: Some(report), ..about(subject) })
}

/// A person reached a custom API node. It says nothing of a call and moves nothing; whether it is
/// genuine can be asked (`confirm`).
fn node_push(inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
    let push: NodePush = read(inbound.body)?;
    let can_be_asked_about = confirm::question(&push).is_some();
    let subject = Subject {
        vendor_ref: Some(push.workflow_id),
        contact: push.callee.case_id.and_then(|id| id.parse().ok()),
        phone: phone(push.callee.callee_number.as_deref()),
        ..Subject::default()
    };
    Ok(Received { dedupe_key: digest(inbound.kind, inbound.body), can_be_asked_about, ..about(subject) })
}

fn news(call: &Call, reasons: &HangupReasons) -> PushedContact {
    PushedContact { progress: Some(map::progress(call, reasons)), call: map::call_report(call, reasons) }
}

/// A push without news.
fn about(subject: Subject) -> Received {
    Received {
        dedupe_key: String::new(),
        subject,
        segment: None,
        contact: None,
        authenticated: false,
        can_be_asked_about: false,
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
    text.filter(|text| text.starts_with('+')).and_then(|text| Phone::parse(text, None).ok())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReceiveError> {
    wire::read(body).ok_or(ReceiveError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{Disposition, Timestamp};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const CONTACT_STATUS: &[u8] = include_bytes!("fixtures/contact_status.json");
    const KINDS: [&str; 5] = ["pds", "call_completion", "list_completion", "workflow_status", "custom_api"];

    fn push(kind: &str, body: &[u8]) -> Result<Received, ReceiveError> {
        let inbound = Inbound { kind, query: "", headers: &[], body, received_at: Timestamp::UNIX_EPOCH };
        receive(&inbound, &Statuses::default(), &HangupReasons::default())
    }

    fn pushed(kind: &str, body: &Value) -> Received {
        push(kind, body.to_string().as_bytes()).unwrap()
    }

    fn contact_status() -> Value {
        serde_json::from_slice(CONTACT_STATUS).unwrap()
    }

    #[test]
    fn the_vendors_own_example_is_a_call_to_an_invalid_number() {
        let received = push("pds", CONTACT_STATUS).unwrap();
        assert_eq!(received.subject.vendor_ref.as_deref(), Some("2b6951a25b434657b94d4d60d96fcf18"));
        let contact = received.contact.unwrap();
        assert_eq!(contact.progress, Some(ContactProgress::Done(Disposition::InvalidNumber)));
        let call = contact.call.unwrap();
        assert_eq!(call.vendor_call_id, "48ff2faa9de34c0387eb688468d563a5");
        assert_eq!(call.ended_at, Some("2022-11-21T02:38:37.236Z".parse().unwrap()));
        assert_eq!(call.raw.code.as_deref(), Some("8"));
        assert_eq!(call.recording, None);
        assert!(!received.authenticated);
    }

    #[test]
    fn the_same_news_has_the_same_key_and_a_late_recording_is_news() {
        let first = contact_status();
        let mut late = first.clone();
        late["pds"]["body"]["recLink"] = json!("https://records.example/x.wav");
        let key = |body| pushed("pds", body).dedupe_key;
        let reordered: Value = serde_json::from_str(&format!(
            r#"{{"pds":{},"workflow_id":{}}}"#,
            first["pds"], first["workflow_id"]
        ))
        .unwrap();
        assert_eq!(key(&first), key(&reordered));
        assert_ne!(key(&first), key(&late));
    }

    #[test]
    fn a_person_is_known_by_instance_and_number() {
        let mut body = contact_status();
        body["pds"]["body"]["phoneNumber"] = json!("+639170000000");
        body["pds"]["body"]["state"] = json!("RINGING");
        let received = pushed("pds", &body);
        assert_eq!(received.subject.phone, "+639170000000".parse().ok());
        assert_eq!(received.contact.unwrap().progress, Some(ContactProgress::Dialing));
    }

    #[test]
    fn the_agents_note_says_the_talk_is_over() {
        let mut body = contact_status();
        body["pds"]["type"] = json!("AgentStatus");
        let call = body["pds"]["body"].as_object_mut().unwrap();
        call.remove("state");
        call.insert("State".into(), json!("TALKRESULT"));
        call.insert("hangupReason".into(), json!("12"));
        let contact = pushed("pds", &body).contact.unwrap();
        assert_eq!(contact.progress, Some(ContactProgress::Done(Disposition::AnsweredHuman)));
        assert_eq!(contact.call.unwrap().ended_at, None);
    }

    #[test]
    fn a_dialer_tasks_end_and_types_to_come_move_nothing() {
        for kind in ["TaskStatus", "QueueStatus"] {
            let body = json!({"workflow_id": "w1", "pds": {"type": kind, "body": {"state": "Finished"}}});
            let received = pushed("pds", &body);
            assert_eq!((received.segment, received.contact), (None, None), "{kind}");
        }
    }

    #[test]
    fn a_completion_ends_the_person_it_names() {
        let case = "con_01h0000000000000000000000a";
        let body = json!({"workflow_id": "w1", "case_id": case, "callid": "c1", "hangupReason": 3});
        let received = pushed("call_completion", &body);
        assert_eq!(received.subject.contact, case.parse().ok());
        let contact = received.contact.unwrap();
        assert_eq!(contact.progress, Some(ContactProgress::Done(Disposition::Busy)));
        assert_eq!(contact.call.unwrap().disposition, Some(Disposition::Busy));

        let bare = pushed("list_completion", &json!({"workflow_id": "w1", "case_id": case}));
        let contact = bare.contact.unwrap();
        assert_eq!(contact.progress, Some(ContactProgress::Done(Disposition::Unknown)));
        assert_eq!(contact.call, None);
    }

    #[test]
    fn a_status_is_understood_when_configured_and_kept_when_not() {
        let body = json!({"workflow_id": "w1", "status": "Finished", "actions": []}).to_string();
        let report = push("workflow_status", body.as_bytes()).unwrap().segment.unwrap();
        assert_eq!(report.state, outdial_provider::SegmentState::Unrecognized);
        assert_eq!(report.raw.as_deref(), Some("Finished"));
        assert_eq!(report.vendor_ref.as_deref(), Some("w1"));
    }

    #[test]
    fn a_custom_node_names_a_person_and_moves_nothing() {
        let case = "con_01h0000000000000000000000a";
        let callee = json!({"case_id": case, "callee_number": "+639170000000", "callee_name": "A"});
        let received = pushed("custom_api", &json!({"workflow_id": "w1", "node_id": "n", "callee": callee}));
        assert_eq!(received.subject.contact, case.parse().ok());
        assert_eq!((received.segment, received.contact), (None, None));
    }

    #[test]
    fn what_is_not_its_kind_is_refused() {
        for kind in KINDS {
            for body in ["", "[]", "{}", "null", r#"{"workflow_id": 1}"#] {
                assert_eq!(push(kind, body.as_bytes()), Err(ReceiveError::Unreadable), "{kind} {body}");
            }
        }
        assert_eq!(push("chatbot", CONTACT_STATUS), Err(ReceiveError::UnknownKind));
    }

    proptest! {
        #[test]
        fn odd_bytes_are_refused_or_read_and_never_more(kind in prop::sample::select(&KINDS[..]), body: Vec<u8>) {
            let _ = push(kind, &body);
        }

        #[test]
        fn a_damaged_push_does_no_harm(at in 0usize..1_000, byte: u8) {
            let mut body = CONTACT_STATUS.to_vec();
            let at = at % body.len();
            body[at] = byte;
            let _ = push("pds", &body);
        }
    }
}
