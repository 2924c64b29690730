//! What PostgreSQL calls things, and its words where the engines' differ.

pub(super) use sqlx::{PgConnection as Connection, Postgres as Database};

/// The strings of a JSON array, in their order, as the table `wanted (key, value)`.
macro_rules! wanted {
    ($parameter:literal) => {
        concat!("json_array_elements_text(", $parameter, "::json) WITH ORDINALITY AS wanted (value, key)")
    };
}

/// The objects of a JSON array as the table `given` with these columns.
macro_rules! given {
    ($parameter:literal; $first:ident: $its:ident $(, $column:ident: $kind:ident)* $(,)?) => {
        concat!(
            "json_to_recordset(", $parameter, "::json) AS given (",
            member!($first: $its), $(", ", member!($column: $kind),)* ")",
        )
    };
}

macro_rules! member {
    ($column:ident: json) => {
        concat!(stringify!($column), " text")
    };
    ($column:ident: $kind:ident) => {
        concat!(stringify!($column), " ", stringify!($kind))
    };
}

/// A contact's id, in the order of the index of those who are queued. As a bare column the planner would take the
/// primary key instead, and walk past everybody who was sent before.
macro_rules! in_turn {
    () => {
        "(id || '')"
    };
}

/// Locks the rows that are found.
macro_rules! locked {
    () => {
        " FOR UPDATE"
    };
}

/// Holds the tenant's list of suppressions as it is until the end of the transaction: whoever reads it may go on beside
/// others who do, and whoever changes it waits for them. Without that, somebody could be chosen by what was read before
/// a change, and be written after it.
macro_rules! list_read {
    ($tenant:literal) => {
        concat!("SELECT pg_advisory_xact_lock_shared(7301, hashtext(", $tenant, "))")
    };
}

/// The same for whoever changes it.
macro_rules! list_changed {
    ($tenant:literal) => {
        concat!("SELECT pg_advisory_xact_lock(7301, hashtext(", $tenant, "))")
    };
}

/// Holds off whoever of the tenant would send people until the end of the transaction: what was counted stays all there
/// is. Without that, two could be sent to one person at once, neither seeing the other's attempt.
macro_rules! attempts_counted {
    ($tenant:literal) => {
        concat!("SELECT pg_advisory_xact_lock(7302, hashtext(", $tenant, "))")
    };
}

/// The same for whoever counts none: they may go on beside each other.
macro_rules! attempts_made {
    ($tenant:literal) => {
        concat!("SELECT pg_advisory_xact_lock_shared(7302, hashtext(", $tenant, "))")
    };
}

/// Keeps others from planning with the same lines until the end of the transaction: what is free is taken once.
macro_rules! lines_held {
    ($kind:literal, $whose:literal) => {
        concat!("SELECT pg_advisory_xact_lock(", $kind, ", hashtext(", $whose, "))")
    };
}

/// Locks the rows that are found against whoever would write them.
macro_rules! shared {
    () => {
        " FOR SHARE"
    };
}

/// Locks the rows that are found and leaves out those that others have locked.
macro_rules! unless_locked {
    () => {
        " FOR UPDATE SKIP LOCKED"
    };
}
