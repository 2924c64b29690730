//! A push: what a vendor told of its own accord, as it is kept until it is used, and remembered after that.

use crate::status::words;
use crate::{AccountId, PushId, Timestamp};

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PushState {
    /// Kept and acknowledged; what it tells is still to be used.
    New,
    /// What it tells is where it belongs. Of such a push nothing is kept but that it came.
    Used,
    /// Acknowledged, and of no use: it cannot be read, or is about nobody here.
    Unusable,
    /// Not acknowledged: whoever sent it knew the account's secret and did not prove to be the vendor.
    Refused,
}

words!(PushState, "push state", {
    New => "new", Used => "used", Unusable => "unusable", Refused => "refused",
});

/// A push as it is kept, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPush {
    /// Its id, in the order of arrival.
    pub id: PushId,
    /// Whose vendor sent it.
    pub account: AccountId,
    /// Which push it claims to be: the last part of the ingress path.
    pub kind: String,
    /// What became of it.
    pub state: PushState,
    /// Why, in a sentence without personal data; `None` where there is nothing to explain.
    pub reason: Option<String>,
    /// How often it was delivered, the first time included.
    pub deliveries: u64,
    /// When it was delivered first.
    pub received_at: Timestamp,
    /// When it was delivered last.
    pub last_received_at: Timestamp,
    /// Bytes of its body.
    pub bytes: u64,
}
