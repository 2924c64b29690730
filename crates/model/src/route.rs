//! What a route has decided about a task: the account it dials with, and why it is that one.

use crate::{AccountId, RouteId};

/// Which account a route chose for a task, among which others.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RouteDecision {
    /// The route.
    pub name: RouteId,
    /// Which of its rules was the first that fits, counted from 0.
    pub rule: usize,
    /// The accounts of the rule, in its order, exactly one of them chosen.
    pub considered: Vec<Considered>,
    /// Accounts the task has left by itself because they were of no use; by itself it does not come back to them.
    #[serde(default)]
    pub left: Vec<AccountId>,
}

/// An account that was considered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Considered {
    /// Which.
    pub account: AccountId,
    /// It is the one.
    pub chosen: bool,
    /// Why, or why not, in a few words.
    pub why: String,
}
