//! Why the store did not do it. In every case nothing was changed.

use crate::Failure;

/// A transaction that did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row for this tenant.
    #[error("not found")]
    NotFound,
    /// The client's own key is already used by another row.
    #[error("the external id is already used by {existing}")]
    ExternalIdTaken {
        /// The id of the row that has it.
        existing: String,
    },
    /// The row changed since the caller read it (`If-Match`), or is not in a state that allows it.
    #[error("the resource has changed since it was read")]
    Stale,
    /// Not possible in the present status.
    #[error("not possible while {status}")]
    WrongState {
        /// The status it is in.
        status: &'static str,
    },
    /// There are as many as there may be.
    #[error("there are {most} already")]
    LimitReached {
        /// How many there may be.
        most: u32,
    },
    /// This request had its effect before; nothing was done now, and this is what it was answered.
    #[error("the request was answered before")]
    Answered(Box<crate::Answer>),
    /// The client's key for a request was used for another one.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A request with this key is being carried out.
    #[error("a request with this idempotency key is under way")]
    KeyBusy,
    /// Another worker holds the task now: this one's fencing token is out of date and it must send
    /// and write nothing more.
    #[error("the lease was lost to another worker")]
    LeaseLost,
    /// The database is locked, full, or not reachable; the same call may work later. When the connection
    /// broke while the transaction was being committed, it may have happened after all.
    #[error("the store is not available")]
    Unavailable(#[source] Failure),
    /// The database refuses what it was given; the same call will be refused again.
    #[error("the store refuses a value")]
    Refused(#[source] Failure),
    /// What is personal is encrypted, and cannot be read or written.
    #[error("the store cannot be used: {0}")]
    Sealed(crate::SealError),
    /// The database holds something this version cannot read.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
}

impl From<sqlx::Error> for StoreError {
    /// A row that does not fit is [`Corrupt`](Self::Corrupt), a value that does not is [`Refused`](Self::Refused),
    /// everything else may pass.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, .. } => Self::Corrupt(format!("column {index}")),
            sqlx::Error::ColumnNotFound(name) => Self::Corrupt(format!("no column {name}")),
            sqlx::Error::Decode(_) => Self::Corrupt("a value of another type".into()),
            other => match Failure::from(other) {
                failure if failure.is_final() => Self::Refused(failure),
                failure => Self::Unavailable(failure),
            },
        }
    }
}
