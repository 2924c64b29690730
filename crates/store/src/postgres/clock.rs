//! The two clocks: this machine's, by which claims are kept, and the server's, which all replicas can see.
//!
//! Not for: what happens when; that is told by the caller's `Clock`.

use super::dialect::Connection;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970 UTC, now and not when the transaction began.
macro_rules! now {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}
pub(super) use now;

/// What the server's clock says, in microseconds since 1970.
pub(super) async fn of_server(conn: &mut Connection) -> Result<u64, sqlx::Error> {
    let micros: i64 = sqlx::query_scalar(concat!("SELECT ", now!())).fetch_one(conn).await?;
    Ok(micros.try_into().unwrap_or(0))
}

/// What this machine's clock says, since 1970.
#[expect(clippy::disallowed_methods, reason = "the clock itself is what is looked at")]
pub(super) fn of_this_machine() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
