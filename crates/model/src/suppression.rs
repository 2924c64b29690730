//! Suppressions: numbers that are not to be called, by anybody of a tenant or for one purpose alone.
//!
//! Not for: when a number may be called (the schedule), or who is forgotten (an erasure).

use crate::{Cause, Phone, Purpose, SuppressionId, TenantId, Timestamp, Why};

/// Why a contact ended that was never dialed because its number is suppressed.
pub const SUPPRESSED: Why = Why::new(Cause::Suppressed, "the number is suppressed");

/// A number that is not to be called, as a client brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSuppression {
    /// Its id, should the number not be suppressed for the same purpose already.
    pub id: SuppressionId,
    /// The number.
    pub phone: Phone,
    /// What it is not to be called for; for anything when there is none.
    pub purpose: Option<Purpose>,
    /// Why, for people.
    pub reason: Option<String>,
    /// Where it comes from: a list, a system, the person.
    pub source: Option<String>,
    /// Until when; for ever when there is none.
    pub expires_at: Option<Timestamp>,
}

/// The same as it is kept. There is one for each number and purpose of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Its id.
    pub id: SuppressionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The number.
    pub phone: Phone,
    /// What it is not to be called for; for anything when there is none.
    pub purpose: Option<Purpose>,
    /// Why, for people.
    pub reason: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// When it came first.
    pub created_at: Timestamp,
    /// Until when; for ever when there is none.
    pub expires_at: Option<Timestamp>,
}
