//! Why there is no complete answer, and whether the request may have left.

/// Why there is no complete answer, and whether the request may have left.
///
/// A request counts as sent from the moment the first byte of its body is handed to an open connection; a
/// request without a body, from the moment a connection may have carried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing left: the request could not be built, or no connection came about.
    #[error("the vendor was not reached: {0}")]
    NotSent(&'static str),
    /// Our own rate budget stayed used up until the deadline; nothing left.
    #[error("the account's own request rate is used up")]
    Throttled,
    /// The budget shared with other processes could not be asked; nothing left.
    #[error("the account's request budget could not be asked; nothing was sent")]
    NoBudget,
    /// The claim the request was made under had run out before it left; nothing left.
    #[error("the worker's claim had run out; nothing was sent")]
    Fenced,
    /// It left, and the deadline passed before the whole answer was there.
    #[error("the vendor did not answer in time")]
    Timeout,
    /// It left (or may have), and the connection broke before the whole answer was there.
    #[error("the connection broke before the vendor's answer was complete")]
    Broken,
    /// The answer is larger than any real one.
    #[error("the vendor's answer is too large")]
    TooLarge,
}

impl TransportError {
    /// Nothing left, whatever the HTTP client calls it.
    pub(super) fn before(error: &reqwest::Error) -> Self {
        Self::NotSent(if error.is_builder() {
            "the request could not be built"
        } else if error.is_timeout() {
            "no connection in time"
        } else if error.is_connect() {
            "no connection"
        } else {
            "the connection broke before the request left"
        })
    }

    /// Something may have left.
    pub(super) fn after(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Broken }
    }

    /// The vendor's gateway or the way to it failed: another attempt may fare better. Our own refusals
    /// would be the same again, and a claim that has run out does not come back.
    pub(super) fn is_passing(self) -> bool {
        match self {
            Self::NotSent(_) | Self::Timeout | Self::Broken => true,
            Self::Throttled | Self::NoBudget | Self::Fenced | Self::TooLarge => false,
        }
    }
}
