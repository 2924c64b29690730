//! Everything a database holds, whatever it means: what is not to be in it is searched for in this. And a way in, past
//! the store.

use super::Harness;
use crate::StoreError;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, ValueRef};

/// Every byte of the files of a SQLite database; every value of the tables of a PostgreSQL database.
pub async fn everything_in(url: &str) -> Result<Vec<u8>, StoreError> {
    match url.strip_prefix("sqlite://") {
        Some(path) => Ok(files(path.split('?').next().unwrap_or(path))),
        None => tables(url).await,
    }
}

/// Writes what the store itself would not.
pub(super) async fn spoil(harness: &dyn Harness, statement: &str) {
    let (url, statement) = (harness.url(), sqlx::raw_sql(AssertSqlSafe(statement.to_owned())));
    if url.starts_with("sqlite:") {
        let mut conn = SqliteConnection::connect(&url).await.unwrap();
        statement.execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    } else {
        let mut conn = PgConnection::connect(&url).await.unwrap();
        statement.execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }
}

fn files(path: &str) -> Vec<u8> {
    let files = ["", "-wal", "-shm", "-journal"].map(|end| format!("{path}{end}"));
    files.iter().filter_map(|file| std::fs::read(file).ok()).flatten().collect()
}

async fn tables(url: &str) -> Result<Vec<u8>, StoreError> {
    let mut conn = PgConnection::connect(url).await?;
    let names = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
                 WHERE table_schema = current_schema()";
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut conn).await?;
    let mut all = Vec::new();
    for name in names {
        let rows = AssertSqlSafe(format!("SELECT * FROM {name}"));
        for row in sqlx::raw_sql(rows).fetch_all(&mut conn).await? {
            for column in 0..row.len() {
                let value = row.try_get_raw(column)?;
                if !value.is_null() {
                    // As text, which for bytes is their digits.
                    let text = value.as_str().unwrap_or_default().to_owned();
                    let bytes = text.strip_prefix("\\x").and_then(of_digits);
                    all.extend(bytes.unwrap_or_else(|| text.into_bytes()));
                    all.push(b'\n');
                }
            }
        }
    }
    conn.close().await?;
    Ok(all)
}

fn of_digits(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
