//! An erasure: somebody is forgotten, wherever a tenant knows them.

use crate::status::words;
use crate::{ContactId, ErasureId, Phone, TenantId, Timestamp};

/// Who is to be forgotten.
#[derive(Debug, Clone)]
pub enum Erased {
    /// Whoever has this number.
    Phone(Phone),
    /// Whoever this contact is.
    Contact(ContactId),
    /// Whoever the client knows by this external id, in whichever task.
    ExternalId(String),
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErasureStatus {
    /// Somebody is out at a vendor, or will be looked at in a moment.
    Running,
    /// Nothing personal is left.
    Completed,
}

words!(ErasureStatus, "erasure status", { Running => "running", Completed => "completed" });

/// An erasure as it is kept: what was done, and nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// Whose it is.
    pub tenant: TenantId,
    /// How far it is.
    pub status: ErasureStatus,
    /// Contacts that were found.
    pub contacts: u64,
    /// Those of them of whom nothing personal is left.
    pub erased: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When nothing personal was left.
    pub completed_at: Option<Timestamp>,
}
