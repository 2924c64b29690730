//! What may be told of a database's error.

use sqlx::error::ErrorKind;
use sqlx::postgres::PgDatabaseError;
use std::fmt;

/// Why the database did not do it. It holds nothing that was bound to a statement or read from a row, so that it
/// may be logged.
#[derive(Debug)]
pub struct Failure {
    told: String,
    nature: Nature,
}

/// What becomes of the same transaction another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// It may succeed at once: another one was in the way.
    Contention,
    /// It may succeed when the database is well again.
    Passing,
    /// It will be refused again.
    Final,
}

/// Classes of PostgreSQL's errors that speak of the server, the connection or the transaction; messages
/// of all others may quote a value.
const IMPERSONAL: &[&str] = &["08", "25", "28", "3D", "40", "53", "55", "57", "58"];
/// Serialization failure, deadlock, and a violated uniqueness: somebody was faster between the look and the write.
const CONTENTION: &[&str] = &["40001", "40P01", "23505"];
/// Classes that speak of values: their number, their text, the rules they are to keep, and how much an index can hold.
const VALUES: &[&str] = &["21", "22", "23", "54"];

impl Failure {
    /// Whether another transaction was in the way, so that the same one may succeed now.
    pub(crate) fn is_contention(&self) -> bool {
        self.nature == Nature::Contention
    }

    /// Whether the same transaction will be refused again.
    pub(crate) fn is_final(&self) -> bool {
        self.nature == Nature::Final
    }

    fn of_postgres(error: &PgDatabaseError) -> Self {
        let code = error.code();
        let is_of = |classes: &[&str]| classes.iter().any(|class| code.starts_with(class));
        let nature = if CONTENTION.contains(&code) {
            Nature::Contention
        } else if is_of(VALUES) {
            Nature::Final
        } else {
            Nature::Passing
        };
        let told = if is_of(IMPERSONAL) {
            format!("{} ({code})", error.message())
        } else {
            let place = error.constraint().or(error.table()).unwrap_or("a statement");
            format!("the database refused {place} ({code})")
        };
        Self { told, nature }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(error) = error else {
            return Self { told: error.to_string(), nature: Nature::Passing };
        };
        if let Some(postgres) = error.try_downcast_ref() {
            return Self::of_postgres(postgres);
        }
        // SQLite's messages name tables and columns, never a value; whoever writes is alone.
        let is_rule = !matches!(error.kind(), ErrorKind::Other);
        let nature = if is_rule { Nature::Final } else { Nature::Passing };
        Self { told: error.to_string(), nature }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

impl std::error::Error for Failure {}
