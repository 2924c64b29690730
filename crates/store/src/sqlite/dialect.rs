//! What SQLite calls things, and its words where the engines' differ.

pub(super) use sqlx::{Sqlite as Database, SqliteConnection as Connection};

/// The strings of a JSON array, in their order, as the table `wanted (key, value)`.
macro_rules! wanted {
    ($parameter:literal) => {
        concat!("json_each(", $parameter, ") AS wanted")
    };
}

/// The objects of a JSON array as the table `given` with these columns. They stay parsed (`jsonb_each`) while
/// column after column is taken out of them.
macro_rules! given {
    ($parameter:literal; $($column:ident: $kind:ident),+ $(,)?) => {
        concat!(
            "(SELECT key AS place", $(", ", member!($column: $kind)),+,
            " FROM jsonb_each(", $parameter, ")) AS given",
        )
    };
}

macro_rules! member {
    ($column:ident: json) => {
        concat!("value->'", stringify!($column), "' AS ", stringify!($column))
    };
    ($column:ident: $kind:ident) => {
        concat!("value->>'", stringify!($column), "' AS ", stringify!($column))
    };
}

/// A contact's id, in the order of an index of those who are queued.
macro_rules! in_turn {
    () => {
        "id"
    };
}

/// Locks the rows that are found: whoever may write has locked everything already.
macro_rules! locked {
    () => {
        ""
    };
}

/// Holds the tenant's list of suppressions as it is until the end of the transaction, which is the only one that writes.
macro_rules! list_read {
    ($tenant:literal) => {
        concat!("SELECT ", $tenant)
    };
}

/// The same for whoever changes it.
macro_rules! list_changed {
    ($tenant:literal) => {
        list_read!($tenant)
    };
}

/// Holds off whoever of the tenant would send people until the end of the transaction, which is the only one that writes.
macro_rules! attempts_counted {
    ($tenant:literal) => {
        list_read!($tenant)
    };
}

/// The same for whoever counts none.
macro_rules! attempts_made {
    ($tenant:literal) => {
        list_read!($tenant)
    };
}

/// Keeps others from planning with the same lines: whoever may write has locked everything already.
macro_rules! lines_held {
    ($kind:literal, $whose:literal) => {
        concat!("SELECT ", $whose)
    };
}

/// Locks the rows that are found against whoever would write them: whoever may write has locked everything already.
macro_rules! shared {
    () => {
        ""
    };
}

/// Locks the rows that are found and leaves out those that others have locked.
macro_rules! unless_locked {
    () => {
        ""
    };
}
