//! The two requests after which a phone may ring: a new instance, and rows for it.

use super::client::Client;
use super::options::Options;
use super::wire::{CreateInstance, UploadDetails};
use super::{find, map, schedule};
use outdial_provider::{
    AddContacts, Added, Effect, ErrorKind, OpenSegment, Opened, ProviderError, SegmentRef,
};

/// Creates the instance, normally without rows: it rings nobody until it gets some.
pub(super) async fn open(client: &Client, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
    let spec = request.spec;
    let Some(workflow_template_id) = map::template_id(spec) else {
        return Err(ProviderError::new(
            ErrorKind::InvalidRequest,
            Effect::NotSent,
            "the task's template_id is not an AI Rudder template's; nothing was sent",
        ));
    };
    let (options, _) = Options::read(spec);
    let config = client.config();
    let vendor_ref = client
        .create_instance(&CreateInstance {
            workflow_template_id,
            workflow_template_name: options.workflow_template_name.as_deref(),
            name: map::instance_name(request.key, &spec.name),
            workflow_name: options.workflow_name.as_deref(),
            auto_finish: options.auto_finish,
            end_time: schedule::end_time(
                &spec.schedule,
                client.now(),
                config.instance_days,
                config.utc_offset,
            ),
            details: request.contacts.iter().map(map::row).collect(),
        })
        .await?;
    Ok(Opened { vendor_ref: Some(vendor_ref), added: Added::default() })
}

/// Uploads rows. The vendor tells of no partial acceptance: success is for all of them. What it does
/// with rows for an instance that is over is not published, so it gets none.
pub(super) async fn add(client: &Client, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
    let workflow_id = workflow_id(request.segment)?;
    if is_over(client, request.segment) && find::is_named_by_us(client, request.segment).await? {
        let detail = "the instance is over: its end_time has passed; nothing was sent, use another instance";
        return Err(ProviderError::new(ErrorKind::Conflict, Effect::NotSent, detail));
    }
    let details = request.contacts.iter().map(map::row).collect();
    client.upload_details(&UploadDetails { workflow_id, details }).await.map(|()| Added::default())
}

/// Whether the latest end we tell of an instance has passed. One that was not opened by us has an end
/// of its own.
pub(super) fn is_over(client: &Client, segment: &SegmentRef) -> bool {
    schedule::instance_end(segment.opened_at, client.config().instance_days) <= client.now()
}

/// The instance's id, without which nothing can be asked about it.
pub(super) fn workflow_id(segment: &SegmentRef) -> Result<&str, ProviderError> {
    segment.vendor_ref.as_deref().ok_or_else(|| {
        let detail = "the instance's workflow_id is not known yet; find the segment first";
        ProviderError::new(ErrorKind::NotFound, Effect::NotSent, detail)
    })
}
