//! Why there is no answer.

use std::error::Error;
use std::io;

/// Why there is no answer, in words that neither show the URL nor what was found behind its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutwardError {
    /// The URL is refused as it is written. Nothing was connected to.
    #[error("{0}")]
    Text(&'static str),
    /// The host has an address nothing is sent to. Nothing was connected to.
    #[error("the host has {0}; nothing is sent there")]
    Address(&'static str),
    /// The host's name leads to no address. Nothing was connected to.
    #[error("the host's name cannot be resolved")]
    Unresolvable,
    /// No connection, or no answer, before the deadline.
    #[error("no answer in time")]
    Timeout,
    /// Nobody takes connections there.
    #[error("no connection")]
    Connect,
    /// The host did not prove who it is, or does not speak TLS; in the TLS library's words.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// The connection broke, or what came back is not HTTP.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// There is more of the answer than was wanted.
    #[error("the answer is too large")]
    TooLarge,
}

impl OutwardError {
    /// A stable snake_case word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text(_) => "url_refused",
            Self::Address(_) => "address_refused",
            Self::Unresolvable => "unresolvable",
            Self::Timeout => "timeout",
            Self::Connect => "no_connection",
            Self::Tls(_) => "tls",
            Self::Broken => "broken",
            Self::TooLarge => "too_large",
        }
    }

    /// Whether it was we who did not want to: the URL, or where it leads, is not for us.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Address(_))
    }
}

impl From<reqwest::Error> for OutwardError {
    fn from(error: reqwest::Error) -> Self {
        let mut causes = causes(&error);
        if let Some(ours) = causes.clone().find_map(|cause| cause.downcast_ref::<Self>()) {
            ours.clone()
        } else if error.is_timeout() {
            Self::Timeout
        } else if let Some(tls) = causes.find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            Self::Tls(tls.to_string())
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

/// The error, its cause, and so on. An [`io::Error`] says what it wraps only when asked by name.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> + Clone {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}
