//! Steering what the vendor has: ending an instance and taking people out of it.
//!
//! Pausing is not here: the vendor cannot, and Outdial does it by sending nobody.

use super::client::Client;
use super::dispatch::workflow_id;
use super::progress;
use super::unlisted::Unlisted;
use outdial_model::SegmentStatus;
use outdial_provider::{
    CancelContacts, Control, ErrorKind, ProviderError, Refusal, SegmentRef, SegmentReport, SegmentState, Verb,
};

/// Stops the instance. Any other state is Outdial's own doing: the vendor is not asked for it, only
/// looked at, where it can be.
pub(super) async fn control(client: &Client, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
    let state = match request.verb {
        Verb::Stop => stop(client, request.segment, SegmentStatus::Stopped).await?,
        Verb::Complete => stop(client, request.segment, SegmentStatus::Completed).await?,
        _ if client.config().paths.has(Unlisted::ListInstances) => {
            return progress::segment(client, request.segment).await;
        }
        Verb::Start | Verb::Pause | Verb::Resume => SegmentState::Unrecognized,
    };
    Ok(SegmentReport { vendor_ref: request.segment.vendor_ref.clone(), ..SegmentReport::of(state) })
}

async fn stop(
    client: &Client,
    segment: &SegmentRef,
    end: SegmentStatus,
) -> Result<SegmentState, ProviderError> {
    if !client.config().paths.has(Unlisted::Stop) {
        return Err(ProviderError::unsupported(Unlisted::Stop.note()));
    }
    client.unlisted(Unlisted::Stop, &[("workflow_id", workflow_id(segment)?)]).await?;
    Ok(SegmentState::Known(end))
}

/// Drops the rest of each person's flow; a call in progress is not promised to end.
pub(super) async fn cancel(
    client: &Client,
    request: &CancelContacts<'_>,
) -> Result<Vec<Refusal>, ProviderError> {
    if !client.config().paths.has(Unlisted::CancelRow) {
        return Err(ProviderError::unsupported(Unlisted::CancelRow.note()));
    }
    let workflow_id = workflow_id(request.segment)?;
    let mut refused = Vec::new();
    for contact in request.contacts {
        let row = [("workflow_id", workflow_id), ("case_id", contact.key.as_str())];
        match client.unlisted(Unlisted::CancelRow, &row).await {
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::InvalidRequest => {
                refused.push(Refusal { key: contact.key.clone(), reason: error.detail })
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}
