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
