//! What a check answers: nothing, or what is wrong and where the suite noticed.

use std::panic::Location;

/// The result of a check, or of a step of one.
pub type Outcome<T = ()> = Result<T, Violation>;

/// A promise of the contract that was not kept.
#[derive(Debug)]
pub struct Violation {
    what: String,
    at: &'static Location<'static>,
}

impl Violation {
    /// What is wrong, noticed by the caller.
    #[track_caller]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: Location::caller() }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n  noticed at {}", self.what, self.at)
    }
}

/// Any error a check did not expect. (`Violation` is no `Error` itself so that this can be.)
impl<E: std::error::Error> From<E> for Violation {
    #[track_caller]
    fn from(error: E) -> Self {
        Self::new(format!("unexpected error: {error:?}"))
    }
}

/// `Ok` when the promise is kept.
#[track_caller]
pub fn ensure(is_kept: bool, otherwise: impl Into<String>) -> Outcome {
    if is_kept { Ok(()) } else { Err(Violation::new(otherwise)) }
}
