//! Looking for instances and people by our own keys.
//!
//! People are looked for by case id and, when that finds nothing, by number: that a row's `case_id`
//! is kept is inferred, that its number is kept is certain, and a person must not seem absent because
//! of an inference.

use super::client::Client;
use super::unlisted::Unlisted;
use super::wire::{self, DetailInstances, Person};
use super::{map, schedule, vendor_tasks};
use outdial_provider::{
    ContactProgress, ContactReport, DialContact, Effect, Found, ProviderError, SegmentRef,
};

/// Looks through the instances for the one with the id, or the one named after our key while the id
/// is not known. Cannot tell without the list, nor when the instance is not in it: how the vendor pages
/// it is not published, and the instance may be on another page.
pub(super) async fn segment(client: &Client, segment: &SegmentRef) -> Result<Found, ProviderError> {
    if !client.config().paths.has(Unlisted::ListInstances) {
        return Ok(Found::CannotTell);
    }
    let Some(instances) = vendor_tasks::instances(client).await? else {
        return Ok(Found::CannotTell);
    };
    let ours = instances.iter().find(|(instance, _)| match &segment.vendor_ref {
        Some(id) => instance.workflow_id.as_ref() == Some(id),
        None => instance.names().any(|name| map::is_named(name, &segment.key)),
    });
    Ok(ours.map_or(Found::CannotTell, |(instance, _)| {
        Found::Segment(map::segment_report(instance, &client.config().statuses))
    }))
}

/// Whether the instance was opened by us. One that was not comes from the vendor's list and is in it under
/// another name; without the list there are none.
pub(super) async fn is_named_by_us(client: &Client, segment: &SegmentRef) -> Result<bool, ProviderError> {
    if !client.config().paths.has(Unlisted::ListInstances) {
        return Ok(true);
    }
    let instances = vendor_tasks::instances(client).await.map_err(not_sent)?.unwrap_or_default();
    let listed = instances.iter().find(|(instance, _)| instance.workflow_id == segment.vendor_ref);
    Ok(listed.is_none_or(|(instance, _)| instance.names().any(|name| map::is_named(name, &segment.key))))
}

/// A look that failed before anything was created.
fn not_sent(error: ProviderError) -> ProviderError {
    ProviderError { effect: Effect::NotSent, ..error }
}

/// Which of these people the instance has.
pub(super) async fn contacts(
    client: &Client,
    segment: &SegmentRef,
    contacts: &[DialContact],
) -> Result<Found, ProviderError> {
    let Some(workflow_id) = segment.vendor_ref.as_deref() else {
        return Ok(Found::CannotTell);
    };
    let window = schedule::search_window(segment.opened_at, client.now(), client.config().utc_offset);
    let mut present = Vec::new();
    for contact in contacts {
        match has(client, workflow_id, contact, &window).await? {
            // The answer tells of presence alone; waiting is the least that means.
            Some(true) => present.push(ContactReport {
                key: contact.key.clone(),
                progress: ContactProgress::Waiting,
                calls: Vec::new(),
            }),
            Some(false) => {}
            None => return Ok(Found::CannotTell),
        }
    }
    Ok(Found::Contacts(present))
}

/// `None` when an answer cannot be read: it proves neither presence nor absence.
async fn has(
    client: &Client,
    workflow_id: &str,
    contact: &DialContact,
    (start_time, end_time): &(String, String),
) -> Result<Option<bool>, ProviderError> {
    for person in [Person::CaseId(contact.key.as_str()), Person::Callee(contact.phone.e164())] {
        let query = DetailInstances { person, start_time, end_time };
        let data = client.detail_instances(&query).await?;
        match data.as_ref().and_then(wire::workflow_ids) {
            None => return Ok(None),
            Some(ids) if ids.contains(&workflow_id) => return Ok(Some(true)),
            Some(_) => {}
        }
    }
    Ok(Some(false))
}
