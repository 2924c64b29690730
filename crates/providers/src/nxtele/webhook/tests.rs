use super::*;
use crate::nxtele::testing::config;
use outdial_model::{Disposition, SegmentStatus, Timestamp};
use outdial_provider::{ContactProgress, SegmentState};
use proptest::prelude::*;
use serde_json::{Value, json};

const TASK: &[u8] = include_bytes!("../fixtures/task_webhook.json");
const CALL: &[u8] = include_bytes!("../fixtures/call_webhook.json");
const ORDER: &[u8] = include_bytes!("../fixtures/order_webhook.json");
const SENT_AT: i64 = 1_700_000_100;

fn headers(body: &[u8]) -> Vec<(String, String)> {
    let (create_ts, request_id) = (SENT_AT.to_string(), "r-1".to_owned());
    let stamp = Stamp { create_ts: &create_ts, request_id: &request_id };
    let sign = config(json!({})).signer.sign(body, stamp);
    [
        ("Requestid", request_id.clone()),
        ("UUID", "u-1".to_owned()),
        ("createts", create_ts.clone()),
        ("Sign", sign),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn inbound<'a>(kind: &'a str, headers: &'a [(String, String)], body: &'a [u8], at: i64) -> Inbound<'a> {
    Inbound { kind, query: "", headers, body, received_at: Timestamp::from_second(at).unwrap() }
}

fn pushed(kind: &str, body: &[u8]) -> Result<Received, ReceiveError> {
    receive(&inbound(kind, &headers(body), body, SENT_AT + 1), &config(json!({})))
}

fn changed(body: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(body).unwrap();
    change(&mut body);
    serde_json::to_vec(&body).unwrap()
}

#[test]
fn a_task_webhook_is_news_of_the_segment() {
    let received = pushed("task", TASK).unwrap();
    assert_eq!(received.subject.segment.unwrap().as_str(), "seg_01h0000000000000000000000a");
    let report = received.segment.unwrap();
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Completed));
    assert_eq!(report.vendor_ref, received.subject.vendor_ref);
    assert!(received.authenticated && received.contact.is_none());
    assert_eq!(received.dedupe_key, "task:seg_01h0000000000000000000000a:3:1-2-2-1-3");
}

#[test]
fn a_call_webhook_is_news_of_a_person() {
    let received = pushed("call", CALL).unwrap();
    let contact = received.contact.unwrap();
    assert_eq!(contact.progress, Some(ContactProgress::Dialing), "its order is not finished");
    let call = contact.call.unwrap();
    assert_eq!(call.disposition, Some(Disposition::NoAnswer));
    assert_eq!(received.subject.vendor_call_id.as_deref(), Some("c-77"));
    assert_eq!(received.subject.contact.unwrap().as_str(), "con_01h0000000000000000000000b");
    assert_eq!(
        received.dedupe_key,
        "call:seg_01h0000000000000000000000a:con_01h0000000000000000000000b:c-77"
    );
    let last = changed(CALL, |body| body["finish"] = json!(true));
    let done = pushed("call", &last).unwrap().contact.unwrap();
    assert_eq!(done.progress, Some(ContactProgress::Done(Disposition::NoAnswer)));
}

#[test]
fn an_order_webhook_means_done_unless_it_says_otherwise() {
    let done = ContactProgress::Done(Disposition::Answered);
    for finish in [json!(true), Value::Null] {
        let body = changed(ORDER, |body| body["finish"] = finish);
        assert_eq!(pushed("order", &body).unwrap().contact.unwrap().progress, Some(done));
    }
    let body = changed(ORDER, |body| body["finish"] = json!(false));
    assert_eq!(pushed("order", &body).unwrap().contact.unwrap().progress, Some(ContactProgress::Dialing));
}

#[test]
fn an_order_without_a_call_tells_nothing_and_is_read_instead() {
    for detail in [Value::Null, json!({})] {
        let body = changed(ORDER, |body| body["callInfoDetail"] = detail);
        let received = pushed("order", &body).unwrap();
        assert_eq!(received.contact, None);
        assert!(received.subject.contact.is_some());
    }
}

#[test]
fn the_url_decides_and_the_type_inside_does_not() {
    for kind in [json!("1"), json!(3), json!(99), Value::Null] {
        let body = changed(CALL, |body| body["callbackType"] = kind);
        assert!(pushed("call", &body).is_ok());
    }
    assert_eq!(pushed("callback", CALL), Err(ReceiveError::UnknownKind));
}

#[test]
fn the_same_news_has_the_same_key_whenever_it_comes() {
    let again = changed(TASK, |body| body["callbackType"] = json!("1"));
    assert_eq!(pushed("task", TASK).unwrap().dedupe_key, pushed("task", &again).unwrap().dedupe_key);
    let later = changed(TASK, |body| body["taskStat"]["totalCall"] = json!(4));
    assert_ne!(pushed("task", TASK).unwrap().dedupe_key, pushed("task", &later).unwrap().dedupe_key);
}

#[test]
fn a_person_who_is_sent_with_another_task_is_news_again() {
    for (kind, body) in [("order", ORDER), ("call", CALL)] {
        let elsewhere = changed(body, |body| body["userTaskID"] = json!("seg_01h0000000000000000000000c"));
        assert_ne!(pushed(kind, body).unwrap().dedupe_key, pushed(kind, &elsewhere).unwrap().dedupe_key);
    }
}

#[test]
fn without_every_part_of_the_proof_there_is_none() {
    for missing in ["sign", "uuid", "createts", "requestid"] {
        let mut headers = headers(TASK);
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case(missing));
        let result = receive(&inbound("task", &headers, TASK, SENT_AT), &config(json!({})));
        assert_eq!(result, Err(ReceiveError::MissingProof), "{missing}");
    }
}

#[test]
fn a_wrong_proof_is_refused() {
    let is_refused = |headers: &[(String, String)], body: &[u8], account: Value| {
        let result = receive(&inbound("task", headers, body, SENT_AT), &config(account));
        assert_eq!(result, Err(ReceiveError::BadProof));
    };
    let good = headers(TASK);
    is_refused(&good, b"{}", json!({}));
    is_refused(&good, TASK, json!({"secret_key": "other"}));
    is_refused(&good, TASK, json!({"uuid": "u-2"}));
    is_refused(&good, TASK, json!({"algorithm": "SHA256"}));
    let mut downgraded = good;
    downgraded.push(("algorithm".to_owned(), "SHA256".to_owned()));
    is_refused(&downgraded, TASK, json!({}));
}

#[test]
fn an_old_proof_is_stale_by_the_accounts_tolerance() {
    let headers = headers(TASK);
    let at = |seconds: i64, account: Value| {
        receive(&inbound("task", &headers, TASK, SENT_AT + seconds), &config(account)).map(drop)
    };
    assert_eq!(at(300, json!({})), Ok(()));
    assert_eq!(at(301, json!({})), Err(ReceiveError::Stale));
    assert_eq!(at(-301, json!({})), Err(ReceiveError::Stale));
    assert_eq!(at(61, json!({"webhook_tolerance_seconds": 60})), Err(ReceiveError::Stale));
}

#[test]
fn a_status_nobody_knows_is_accepted_without_effect() {
    let body = changed(TASK, |body| body["taskStatus"] = json!(6));
    assert_eq!(pushed("task", &body).unwrap().segment.unwrap().state, SegmentState::Unrecognized);
}

#[test]
fn people_of_somebody_else_are_nobody_of_ours() {
    let body = changed(CALL, |body| {
        body["orderID"] = json!("elsewhere-1");
        body["userTaskID"] = json!("elsewhere");
    });
    let subject = pushed("call", &body).unwrap().subject;
    assert_eq!((subject.contact, subject.segment), (None, None));
    assert_eq!(subject.vendor_ref.as_deref(), Some("elsewhere"));
}

proptest! {
    #[test]
    fn odd_bytes_are_refused_and_never_panic(body in prop::collection::vec(any::<u8>(), 0..200), kind in "task|order|call|x") {
        prop_assert!(pushed(&kind, &body).is_err());
    }

    #[test]
    fn odd_members_never_panic(cut in 0..CALL.len(), with in any::<u8>(), kind in "task|order|call") {
        let mut body = CALL.to_vec();
        body[cut] = with;
        let _ = pushed(&kind, &body);
    }
}
