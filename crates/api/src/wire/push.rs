//! A vendor's push: that it came, never what it says.

use super::{instant, words};
use outdial_model::KeptPush;
use serde::Serialize;
use utoipa::ToSchema;

/// Something a vendor pushed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Push)]
pub(crate) struct PushView {
    /// Its id, ascending with time.
    id: String,
    /// The account whose URL it came to.
    account: String,
    /// Last part of that URL: which push it claims to be.
    #[schema(example = "order")]
    kind: String,
    #[schema(schema_with = words::push_state)]
    state: &'static str,
    /// Why it is unusable or was refused.
    reason: Option<String>,
    /// How often it was delivered, the first time included. Deliveries of news that is there already change nothing.
    deliveries: u64,
    /// Bytes of its body.
    bytes: u64,
    /// When it was delivered first.
    #[schema(format = DateTime)]
    received_at: String,
    /// When it was delivered last.
    #[schema(format = DateTime)]
    last_received_at: String,
}

impl From<KeptPush> for PushView {
    fn from(push: KeptPush) -> Self {
        Self {
            id: push.id.to_string(),
            account: push.account.to_string(),
            kind: push.kind,
            state: push.state.as_str(),
            reason: push.reason,
            deliveries: push.deliveries,
            bytes: push.bytes,
            received_at: instant(push.received_at),
            last_received_at: instant(push.last_received_at),
        }
    }
}
