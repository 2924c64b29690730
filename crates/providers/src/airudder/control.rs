//! Steering what the vendor has: ending an instance and taking people out of it.
//!
//! Pausing is not here: the vendor cannot, and Outdial does it by sending nobody.

use super::capabilities::{DIALED_AT_ONCE, HELD_BACK, RUNS_OUT};
use super::client::Client;
use super::dispatch::workflow_id;
use super::unlisted::Unlisted;
use outdial_model::SegmentStatus;
use outdial_provider::{
    CancelContacts, Control, ErrorKind, ProviderError, Refusal, SegmentReport, SegmentState, Verb,
};

/// Stops the instance, where the path is configured; nothing else can be asked of one.
pub(super) async fn control(client: &Client, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
    let state = match request.verb {
        Verb::Start => return Err(ProviderError::unsupported(DIALED_AT_ONCE)),
        Verb::Pause | Verb::Resume => return Err(ProviderError::unsupported(HELD_BACK)),
        Verb::Stop => SegmentStatus::Stopped,
        Verb::Complete => SegmentStatus::Completed,
    };
    if !client.config().paths.has(Unlisted::Stop) {
        return Err(ProviderError::unsupported(RUNS_OUT));
    }
    let workflow_id = workflow_id(request.segment)?;
    client
        .unlisted(Unlisted::Stop, &[("workflow_id", workflow_id)])
        .await?;
    Ok(SegmentReport {
        state: SegmentState::Known(state),
        raw: None,
        vendor_ref: Some(workflow_id.to_owned()),
    })
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
            Err(error) if error.kind == ErrorKind::InvalidRequest => refused.push(Refusal {
                key: contact.key.clone(),
                reason: error.detail,
            }),
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}
