//! Looking for instances and people by our own keys.
//!
//! People are looked for by case id and, when that finds nothing, by number: that a row's `case_id`
//! is kept is inferred, that its number is kept is certain, and a person must not seem absent because
//! of an inference.

use super::client::Client;
use super::config::Statuses;
use super::unlisted::Unlisted;
use super::wire::{self, DetailInstances, Instance, Person};
use super::{map, schedule, vendor_tasks};
use outdial_provider::{
    ContactProgress, ContactReport, DialContact, Effect, Found, ProviderError, SegmentRef, SegmentReport,
    SegmentState,
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
    let config = client.config();
    let instances: Vec<_> = instances.into_iter().map(|(instance, _)| instance).collect();
    let Some(mut report) = chosen(segment, &instances, &config.statuses) else {
        return Ok(Found::CannotTell);
    };
    if !config.paths.has(Unlisted::Stop) {
        // Nothing could be done about them, and an instance without rows rings nobody.
        report.twins.clear();
    }
    Ok(Found::Segment(report))
}

/// The segment among these instances, and its twins. The oldest one goes by our key until an id is known,
/// so that everybody who looks chooses the same. A twin is told of only while it is known to go on: one
/// of unknown status would never be known to be over.
fn chosen(segment: &SegmentRef, instances: &[Instance], statuses: &Statuses) -> Option<SegmentReport> {
    let is_named = |instance: &&Instance| instance.names().any(|name| map::is_named(name, &segment.key));
    let age = |instance: &&Instance| {
        (instance.create_time.is_none(), instance.create_time, instance.workflow_id.clone())
    };
    let ours = match &segment.vendor_ref {
        Some(_) => instances.iter().find(|instance| instance.workflow_id == segment.vendor_ref)?,
        None => instances.iter().filter(is_named).min_by_key(age)?,
    };
    let twins = instances
        .iter()
        .filter(|twin| is_named(twin) && twin.workflow_id != ours.workflow_id)
        .map(|twin| map::segment_report(twin, statuses))
        .filter(|twin| matches!(twin.state, SegmentState::Known(status) if !status.is_final()))
        .filter_map(|twin| twin.vendor_ref);
    Some(SegmentReport { twins: twins.collect(), ..map::segment_report(ours, statuses) })
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

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{SegmentId, Timestamp};
    use serde_json::{Value, json};

    fn look(key: &SegmentId, vendor_ref: Option<&str>, listed: Value) -> Option<SegmentReport> {
        let segment = SegmentRef {
            key: key.clone(),
            vendor_ref: vendor_ref.map(str::to_owned),
            opened_at: Timestamp::UNIX_EPOCH,
        };
        let words = json!({"Running": "running", "Stopped": "stopped"});
        let instances: Vec<Instance> = serde_json::from_value(listed).unwrap();
        chosen(&segment, &instances, &Statuses::read(words.as_object().unwrap()).unwrap())
    }

    #[test]
    fn instances_of_one_name_that_go_on_are_twins() {
        let key = SegmentId::generate(Timestamp::UNIX_EPOCH);
        let instance = |id: &str, created: i64, status: &str| json!({"workflow_id": id, "name": format!("{key} March"), "create_time": created, "status": status});
        let listed = json!([
            instance("strange", 3_000, "Brand new"),
            instance("late", 2_000, "Running"),
            instance("first", 1_000, "Running"),
            instance("ended", 500, "Stopped"),
            {"workflow_id": "somebody's", "name": "March"},
        ]);
        let known = look(&key, Some("first"), listed.clone()).unwrap();
        assert_eq!((known.vendor_ref.as_deref(), known.twins), (Some("first"), vec!["late".to_owned()]));
        let by_key = look(&key, None, listed.clone()).unwrap();
        assert_eq!(by_key.vendor_ref.as_deref(), Some("ended"), "the oldest, whoever looks");
        assert_eq!(by_key.twins, ["late", "first"]);
        assert_eq!(look(&key, Some("unlisted"), listed), None, "it may be on another page");
        assert_eq!(look(&key, None, json!([])), None);
    }
}
