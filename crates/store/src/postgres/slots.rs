//! Request budgets: one row for each account and action, by the server's clock.

use super::clock::now;
use super::dialect::Connection;
use outdial_model::AccountId;
use std::time::Duration;

/// Takes the next places; a single statement and a transaction of its own, so that the row is locked for no
/// longer than that.
pub(super) async fn reserve(
    conn: &mut Connection,
    account: &AccountId,
    action: &str,
    spacing: Duration,
    count: u32,
) -> Result<Duration, sqlx::Error> {
    let length = spacing.saturating_mul(count).as_micros();
    let wait: i64 = sqlx::query_scalar(concat!(
        "INSERT INTO request_slots AS slots (account, action, next_at) VALUES ($1, $2, ",
        now!(),
        " + $3) ON CONFLICT (account, action) DO UPDATE SET next_at = greatest(slots.next_at, ",
        now!(),
        ") + $3 RETURNING next_at - $3 - ",
        now!(),
    ))
    .bind(account.as_str())
    .bind(action)
    .bind(i64::try_from(length).unwrap_or(i64::MAX / 4))
    .fetch_one(conn)
    .await?;
    Ok(Duration::from_micros(wait.try_into().unwrap_or(0)))
}
