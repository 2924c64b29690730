//! Why a recording cannot be had. Hosts may be named, URLs never.

use outdial_model::AccountId;
use outdial_outward::{OutwardError, Target};

/// Why a recording cannot be had, whoever asks for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// The call is known, a recording of it is not, or not yet.
    #[error(
        "the vendor has told of no recording of this call; `has_recording` and `recording.available` tell when it \
         has"
    )]
    Untold,
    /// Its account is not configured any more.
    #[error("the call's account `{0}` is not configured any more, so no host of its recordings is allowed")]
    NoAccount(AccountId),
    /// What the vendor gave is no URL, for this reason.
    #[error("what the vendor gave as the recording's URL cannot be used as one: {0}")]
    NoUrl(String),
    /// It is on a host the account does not list.
    #[error(
        "the recording is on {host}, and not below the account's `base_url`; if the host is right, add it to \
         `accounts.{account}.recording_hosts`"
    )]
    HostNotListed {
        /// Whose list it is.
        account: AccountId,
        /// The host, as the list would have to name it.
        host: String,
    },
    /// It is on a host that is the vendor's or listed, and not fit to be asked.
    #[error(
        "the recording is on {host}, where it is not fetched from: {why}; see \
         `recordings.allow_http` and `recordings.allowed_networks`"
    )]
    HostRefused {
        /// The host.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// The host does not have it any more.
    #[error("the vendor does not have the recording any more")]
    Gone,
    /// The host hands it to nobody who comes with this URL alone.
    #[error("the recording's host does not hand it out; the vendor's link to it may have run out")]
    Withheld,
    /// It has no such part.
    #[error("the recording has no such part")]
    NoSuchPart {
        /// How many bytes it has, if the host told.
        total: Option<u64>,
    },
    /// It is larger than recordings are handed on.
    #[error("the recording has more than {most} bytes, the most that `recordings.max_bytes` allows")]
    TooLarge {
        /// Most bytes.
        most: u64,
    },
}

impl RecordingError {
    /// A target we did not want to ask.
    pub(super) fn refused(target: &Target, why: &OutwardError) -> Self {
        Self::HostRefused { host: target.authority(), why: why.to_string() }
    }
}
