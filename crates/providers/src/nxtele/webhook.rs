//! NXTele's three webhooks (dossier 6): verified over the raw body, then parsed, in one step.
//!
//! Which of the three it is follows from the URL it came to, not from `callbackType`, whose values
//! and type differ from page to page. Deliveries may repeat, overtake each other or never come: each
//! has a key that is the same for the same news, and everything in them is also read by polling.

use super::config::Config;
use super::map;
use super::sign::{Signer, Stamp};
use super::wire::{Order, TaskData, TaskStat};
use crate::lenient;
use outdial_model::SegmentId;
use outdial_provider::{Ack, Inbound, PushKind, PushedContact, ReceiveError, Received, Subject};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// What NXTele is told; the expected form is unpublished, any 2xx is assumed to do.
pub(super) const ACK: Ack = Ack { body: r#"{"retCode":0,"retMsg":"success"}"# };

/// The three webhooks.
pub(super) const KINDS: &[PushKind] = &[
    PushKind {
        kind: "task",
        about: "A task's status has changed. Sent along with each task; nothing is to be pasted.",
    },
    PushKind {
        kind: "order",
        about: "A person is done. Sent along with each task; nothing is to be pasted.",
    },
    PushKind { kind: "call", about: "A call is over. Sent along with each task; nothing is to be pasted." },
];

/// What a signature is checked with.
pub(super) const PROOF_HEADERS: &[&str] = &["sign", "uuid", "createTs", "requestID", "algorithm"];

/// Verifies and parses one delivery.
pub(super) fn receive(inbound: &Inbound<'_>, config: &Config) -> Result<Received, ReceiveError> {
    let parse = match inbound.kind {
        "task" => task,
        "order" => order,
        "call" => call,
        _ => return Err(ReceiveError::UnknownKind),
    };
    verify(inbound, &config.signer, config.webhook_tolerance)?;
    parse(inbound.body, config)
}

fn verify(inbound: &Inbound<'_>, signer: &Signer, tolerance: Duration) -> Result<(), ReceiveError> {
    let proof =
        |name| inbound.header(name).filter(|value| !value.is_empty()).ok_or(ReceiveError::MissingProof);
    let (sign, uuid) = (proof("sign")?, proof("uuid")?);
    let stamp = Stamp { create_ts: proof("createTs")?, request_id: proof("requestID")? };
    let algorithm = inbound.header("algorithm").unwrap_or(signer.algorithm.as_str());
    let is_ours = uuid == signer.uuid && algorithm.eq_ignore_ascii_case(signer.algorithm.as_str());
    if !is_ours || !signer.verify(sign, inbound.body, stamp) {
        return Err(ReceiveError::BadProof);
    }
    let sent: i64 = stamp.create_ts.parse().map_err(|_| ReceiveError::BadProof)?;
    if inbound.received_at.as_second().abs_diff(sent) > tolerance.as_secs() {
        return Err(ReceiveError::Stale);
    }
    Ok(())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReceiveError> {
    let body: Value = lenient::document(body).map_err(|_| ReceiveError::Unreadable)?;
    serde_json::from_value(body).map_err(|_| ReceiveError::Unreadable)
}

/// Advisory: `createTs` in it is when the task was made, so nothing in it tells old news from new.
fn task(body: &[u8], _config: &Config) -> Result<Received, ReceiveError> {
    let task: TaskData = read(body)?;
    let status = task.task_status.ok_or(ReceiveError::Unreadable)?;
    let subject = subject_of(task.user_task_id.as_deref())?;
    let vendor_ref = subject.vendor_ref.as_deref().unwrap_or_default();
    Ok(Received {
        dedupe_key: format!("task:{vendor_ref}:{status}:{}", counters(task.task_stat.as_ref())),
        segment: Some(map::segment_report(vendor_ref, Some(status))),
        contact: None,
        authenticated: true,
        can_be_asked_about: false,
        subject,
    })
}

fn counters(stat: Option<&TaskStat>) -> String {
    let counts = stat.map(|stat| {
        [
            stat.answer_order_count,
            stat.finish_order_count,
            stat.total_order_count,
            stat.total_answer_call,
            stat.total_call,
        ]
    });
    let counts = counts.iter().flatten();
    counts.map(|count| count.unwrap_or_default().to_string()).collect::<Vec<_>>().join("-")
}

/// A call is over; its order may be, too.
fn call(body: &[u8], config: &Config) -> Result<Received, ReceiveError> {
    let order: Order = read(body)?;
    let call_id = order.call_info_detail.as_ref().and_then(|call| call.call_id.as_deref());
    let call_id = call_id.filter(|id| !id.is_empty()).ok_or(ReceiveError::Unreadable)?;
    let news = format!("call:{}:{call_id}", place(&order)?);
    about_order(&order, order.finish == Some(true), news, config)
}

/// An order is over, unless the delivery itself says that it is not.
fn order(body: &[u8], config: &Config) -> Result<Received, ReceiveError> {
    let order: Order = read(body)?;
    let is_finished = order.finish != Some(false);
    let news = format!("order:{}:{is_finished}", place(&order)?);
    about_order(&order, is_finished, news, config)
}

/// Without a call in it the delivery does not tell how far the person has come: whether nobody was
/// rung or only the details are missing is found out by reading.
fn about_order(
    order: &Order,
    is_finished: bool,
    news: String,
    config: &Config,
) -> Result<Received, ReceiveError> {
    let detail = order.call_info_detail.as_ref();
    let call = detail.and_then(|call| map::call_report(call, true, &config.call_status));
    let mut subject = subject_of(order.user_task_id.as_deref())?;
    subject.contact = order_id(order)?.parse().ok();
    subject.vendor_call_id = call.as_ref().map(|call| call.vendor_call_id.clone());
    let contact = call.map(|call| PushedContact {
        progress: Some(map::called(std::slice::from_ref(&call), is_finished)),
        call: Some(call),
    });
    Ok(Received {
        dedupe_key: news,
        subject,
        segment: None,
        contact,
        authenticated: true,
        can_be_asked_about: false,
    })
}

fn order_id(order: &Order) -> Result<&str, ReceiveError> {
    order.order_id.as_deref().filter(|id| !id.is_empty()).ok_or(ReceiveError::Unreadable)
}

/// Whose news it is: a person may be sent with a second task when the first did not dial them.
fn place(order: &Order) -> Result<String, ReceiveError> {
    Ok(format!("{}:{}", order.user_task_id.as_deref().unwrap_or_default(), order_id(order)?))
}

fn subject_of(user_task_id: Option<&str>) -> Result<Subject, ReceiveError> {
    let id = user_task_id.filter(|id| !id.is_empty()).ok_or(ReceiveError::Unreadable)?;
    Ok(Subject {
        segment: id.parse::<SegmentId>().ok(),
        vendor_ref: Some(id.to_owned()),
        ..Subject::default()
    })
}

#[cfg(test)]
mod tests;
