//! What may be told of a database's error.

use sqlx::postgres::PgDatabaseError;
use std::fmt;

/// Why the database did not do it. It holds nothing that was bound to a statement or read from a row, so that it
/// may be logged.
#[derive(Debug)]
pub struct Failure {
    told: String,
    contention: bool,
}

/// Classes of PostgreSQL's errors that speak of the server, the connection or the transaction; messages
/// of all others may quote a value.
const IMPERSONAL: &[&str] = &["08", "25", "28", "3D", "40", "53", "55", "57", "58"];
/// Serialization failure and deadlock.
const CONTENTION: &[&str] = &["40001", "40P01"];

impl Failure {
    /// Whether another transaction was in the way, so that the same one may succeed now.
    ///
    /// A violated uniqueness is such a case: somebody was faster between the look and the write.
    pub(crate) fn is_contention(&self) -> bool {
        self.contention
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(error) = error else {
            return Self { told: error.to_string(), contention: false };
        };
        let Some(postgres) = error.try_downcast_ref::<PgDatabaseError>() else {
            // SQLite's messages name tables and columns, never a value.
            return Self { told: error.to_string(), contention: false };
        };
        let code = postgres.code();
        let contention = CONTENTION.contains(&code) || error.is_unique_violation();
        let told = if IMPERSONAL.iter().any(|class| code.starts_with(class)) {
            format!("{} ({code})", postgres.message())
        } else {
            let place = postgres.constraint().or(postgres.table()).unwrap_or("a statement");
            format!("the database refused {place} ({code})")
        };
        Self { told, contention }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

impl std::error::Error for Failure {}
