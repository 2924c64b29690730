//! Reading what became of an instance and its people, where the paths are configured.

use super::client::Client;
use super::dispatch::workflow_id;
use super::unlisted::Unlisted;
use super::wire::{self, Call};
use super::{find, map};
use outdial_provider::{
    ContactProgress, ContactReport, DialContact, Effect, ErrorKind, Found, Progress, ProviderError,
    ReadProgress, SegmentRef, SegmentReport,
};
use serde_json::Value;

/// The instance as the list shows it.
pub(super) async fn segment(client: &Client, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
    match find::segment(client, segment).await? {
        Found::Segment(report) => Ok(report),
        Found::NoSegment => {
            Err(ProviderError::new(ErrorKind::NotFound, Effect::None, "AI Rudder lists no such instance"))
        }
        Found::Contacts(_) | Found::CannotTell => {
            Err(ProviderError::unsupported(Unlisted::ListInstances.note()))
        }
    }
}

/// The calls of each person, one request each. A person without calls is left out: the answer does
/// not tell whether the vendor has it.
pub(super) async fn contacts(client: &Client, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
    if !client.config().paths.has(Unlisted::CallsByPerson) {
        return Err(ProviderError::unsupported(Unlisted::CallsByPerson.note()));
    }
    let workflow_id = workflow_id(request.segment)?;
    let mut contacts = Vec::new();
    for contact in request.contacts {
        let person = [("workflow_id", workflow_id), ("case_id", contact.key.as_str())];
        let data = client.unlisted(Unlisted::CallsByPerson, &person).await?;
        let mut calls: Vec<Call> = wire::each(wire::rows(&data).unwrap_or_default()).collect();
        calls.sort_by_key(|call| (call.nth_call, call.timestamp));
        let Some(last) = calls.last() else { continue };
        let progress = map::progress(last);
        if matches!(progress, ContactProgress::Done(_)) {
            find_late_links(client, workflow_id, contact, &mut calls).await?;
        }
        contacts.push(ContactReport {
            key: contact.key.clone(),
            progress,
            calls: calls.iter().filter_map(map::call_report).collect(),
        });
    }
    Ok(Progress { segment: None, contacts })
}

/// A recording's link may come later than the call's end: asks again for calls that were talked on.
async fn find_late_links(
    client: &Client,
    workflow_id: &str,
    contact: &DialContact,
    calls: &mut [Call],
) -> Result<(), ProviderError> {
    let paths = &client.config().paths;
    let (by_call, by_number) = (paths.has(Unlisted::CallById), paths.has(Unlisted::Recordings));
    for call in calls.iter_mut().filter(|call| map::lacks_recording(call)) {
        let Some(id) = call.callid.clone() else { continue };
        let data = if by_call {
            client.unlisted(Unlisted::CallById, &[("callid", &id)]).await?
        } else if by_number {
            let number = [("workflow_id", workflow_id), ("callee", contact.phone.e164())];
            client.unlisted(Unlisted::Recordings, &number).await?
        } else {
            return Ok(());
        };
        call.rec_link = link_of(&data, &id);
    }
    Ok(())
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
