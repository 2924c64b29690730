//! Reading what became of an instance and its people, where the paths are configured.

use super::client::Client;
use super::dispatch::{is_over, workflow_id};
use super::unlisted::Unlisted;
use super::wire::{self, Call};
use super::{find, map};
use outdial_model::SegmentStatus;
use outdial_provider::{
    ContactProgress, ContactReport, DialContact, ErrorKind, Found, Progress, ProviderError, ReadProgress,
    SegmentRef, SegmentReport, SegmentState,
};
use serde_json::Value;

const NOT_LISTED: &str = "the instance is not in AI Rudder's list, or on a page of it that cannot be asked for; its state is unknown";

/// The instance as the list shows it. Without the list, its end is all that is known of it.
pub(super) async fn segment(client: &Client, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
    if let Some(report) = ended_unseen(client, segment) {
        return Ok(report);
    }
    match find::segment(client, segment).await? {
        Found::Segment(report) => Ok(report),
        _ if client.config().paths.has(Unlisted::ListInstances) => {
            Err(ProviderError::unsupported(NOT_LISTED))
        }
        _ => Err(ProviderError::unsupported(Unlisted::ListInstances.note())),
    }
}

/// An instance whose `end_time` has passed is over, where no list can say otherwise.
fn ended_unseen(client: &Client, segment: &SegmentRef) -> Option<SegmentReport> {
    let is_unseen = !client.config().paths.has(Unlisted::ListInstances);
    (is_unseen && is_over(client, segment)).then(|| SegmentReport {
        vendor_ref: segment.vendor_ref.clone(),
        ..SegmentReport::of(SegmentState::Known(SegmentStatus::Completed))
    })
}

/// The calls of each person, one request each. A person without calls is left out: the answer does
/// not tell whether the vendor has it. So is one the vendor refuses to tell of, for it may do so of
/// whoever was not called yet.
pub(super) async fn contacts(client: &Client, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
    if !client.config().paths.has(Unlisted::CallsByPerson) {
        return Err(ProviderError::unsupported(Unlisted::CallsByPerson.note()));
    }
    let workflow_id = workflow_id(request.segment)?;
    let reasons = &client.config().hangup_reasons;
    let mut contacts = Vec::new();
    for contact in request.contacts {
        let person = [("workflow_id", workflow_id), ("case_id", contact.key.as_str())];
        let data = match client.unlisted(Unlisted::CallsByPerson, &person).await {
            Ok(data) => data,
            Err(error) if matches!(error.kind, ErrorKind::InvalidRequest | ErrorKind::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let mut calls: Vec<Call> = wire::each(wire::rows(&data).unwrap_or_default()).collect();
        calls.sort_by_key(|call| (call.nth_call, call.timestamp));
        let Some(last) = calls.last() else { continue };
        let progress = map::progress(last, reasons);
        if matches!(progress, ContactProgress::Done(_)) {
            find_late_links(client, workflow_id, contact, &mut calls).await;
        }
        contacts.push(ContactReport {
            key: contact.key.clone(),
            progress,
            calls: calls.iter().filter_map(|call| map::call_report(call, reasons)).collect(),
        });
    }
    Ok(Progress { segment: ended_unseen(client, request.segment), contacts })
}

/// A recording's link may come later than the call's end: asks once more for calls that were talked on.
/// How the person ended is news enough without it, so whatever goes wrong here is passed over.
async fn find_late_links(client: &Client, workflow_id: &str, contact: &DialContact, calls: &mut [Call]) {
    let config = client.config();
    let (by_call, by_number) = (config.paths.has(Unlisted::CallById), config.paths.has(Unlisted::Recordings));
    for call in calls.iter_mut().filter(|call| map::lacks_recording(call, &config.hangup_reasons)) {
        let Some(id) = call.callid.clone() else { continue };
        let answer = if by_call {
            client.unlisted(Unlisted::CallById, &[("callid", &id)]).await
        } else if by_number {
            let number = [("workflow_id", workflow_id), ("callee", contact.phone.e164())];
            client.unlisted(Unlisted::Recordings, &number).await
        } else {
            return;
        };
        call.rec_link = answer.ok().and_then(|data| link_of(&data, &id));
    }
}

fn link_of(data: &Value, callid: &str) -> Option<String> {
    let one = std::slice::from_ref(data);
    let rows = if data.get("callid").is_some() { one } else { wire::rows(data)? };
    wire::each::<Call>(rows)
        .find(|call| call.callid.as_deref() == Some(callid))
        .and_then(|call| call.rec_link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_late_link_is_read_from_one_record_or_a_list() {
        let record = json!({"callid": "c1", "recLink": "https://records.example/c1.wav"});
        let link = Some("https://records.example/c1.wav".to_owned());
        assert_eq!(link_of(&record, "c1"), link);
        assert_eq!(link_of(&json!([{"callid": "c0", "recLink": "x"}, record]), "c1"), link);
        assert_eq!(link_of(&record, "c2"), None);
        assert_eq!(link_of(&json!("nothing"), "c1"), None);
    }
}
