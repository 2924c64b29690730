//! Budgets: what was dialed today, and how many more people may go out as far as that goes.
//!
//! Dials are charged when people are handed over, to the quarter of an hour of that moment, in the transaction that does it, and given back
//! there when it is proven that nobody was rung.
//!
//! Not for: who is out at this moment ([lines](super::line)).

use super::Connection;
use super::attempt::UNDER_WAY;
use super::line::{Left, out_of_tenant};
use crate::moves::BegunAttempt;
use crate::row::{number, to_json};
use crate::{Budgets, DispatchPlan, Shortage, Spent, StoreError};
use outdial_model::{AccountId, ContactId, TaskId, TenantId, Timestamp};

/// Midnight of every clock is the beginning of one of them.
const QUARTER: i64 = 15 * 60 * 1_000;

const fn quarter_of(millis: i64) -> i64 {
    millis - millis.rem_euclid(QUARTER)
}

/// Charges attempts of a task that begin.
pub(super) async fn charge(
    conn: &mut Connection,
    task: &TaskId,
    begun: &[BegunAttempt],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "INSERT INTO spending (task, account, quarter, tenant, client, dials)
         SELECT tasks.id, coalesce(segments.account, ''), $3, tasks.tenant, coalesce(tasks.client, ''),
                CAST(sum(given.times) AS BIGINT)
         FROM ",
        given!("$1"; contact: text, times: bigint),
        " CROSS JOIN tasks CROSS JOIN contacts LEFT JOIN segments ON segments.id = contacts.segment
         WHERE tasks.id = $2 AND contacts.id = given.contact
         GROUP BY tasks.id, segments.account, tasks.tenant, tasks.client
         ON CONFLICT (task, account, quarter) DO UPDATE SET dials = spending.dials + excluded.dials",
    ))
    .bind(to_json(begun)?)
    .bind(task.as_str())
    .bind(quarter_of(now.as_millisecond()))
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives back what is under way of contacts of a task who have certainly not been rung.
pub(super) async fn give_back(
    conn: &mut Connection,
    task: &TaskId,
    undone: &[ContactId],
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "UPDATE spending SET dials = spending.dials - back.dials
         FROM (
             SELECT account, began_at - began_at % $4 AS quarter, CAST(sum(times) AS BIGINT) AS dials FROM attempts
             WHERE over_at = $3 AND contact IN ",
        words!("$1"),
        " GROUP BY account, began_at - began_at % $4) AS back
         WHERE spending.task = $2 AND spending.account = back.account AND spending.quarter = back.quarter",
    ))
    .bind(to_json(undone)?)
    .bind(task.as_str())
    .bind(UNDER_WAY)
    .bind(QUARTER)
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves as many people as the tenant, and whoever asked for the task, have dials for. The caller is alone with the tenant.
pub(super) async fn leave_for_tenant(
    conn: &mut Connection,
    plan: &DispatchPlan,
    client: Option<&str>,
    left: &mut Left,
) -> Result<(), StoreError> {
    let Some(Budgets { since, of_tenant, of_client, .. }) = &plan.budgets else { return Ok(()) };
    // Nobody pays for what nobody is known to have asked for.
    let of_client = of_client.filter(|_| client.is_some());
    if of_tenant.is_none() && of_client.is_none() {
        return Ok(());
    }
    let (by_tenant, by_client) = dialed_by(conn, &plan.lease.tenant, client, *since).await?;
    if let Some(most) = of_tenant {
        left.fewer(people(plan, *most, by_tenant), Shortage::BudgetOfTenant);
    }
    if let Some(most) = of_client {
        left.fewer(people(plan, most, by_client), Shortage::BudgetOfClient);
    }
    Ok(())
}

/// Leaves as many as the account has dials for. The caller is alone with the account.
pub(super) async fn leave_at_account(
    conn: &mut Connection,
    plan: &DispatchPlan,
    left: &mut Left,
) -> Result<(), StoreError> {
    let Some(Budgets { since, of_account: Some((account, most)), .. }) = &plan.budgets else {
        return Ok(());
    };
    let dialed = dialed_with(conn, account, *since).await?;
    left.fewer(people(plan, *most, dialed), Shortage::BudgetOfAccount);
    Ok(())
}

/// How many people that many dials are enough for.
fn people(plan: &DispatchPlan, most: u64, dialed: u64) -> u64 {
    most.saturating_sub(dialed) / u64::from(plan.attempts.max(1))
}

/// What was dialed since then, and who is out.
pub(super) async fn spent(
    conn: &mut Connection,
    tenant: &TenantId,
    client: Option<&str>,
    account: &AccountId,
    since: Timestamp,
) -> Result<Spent, StoreError> {
    let (by_tenant, by_client) = dialed_by(conn, tenant, client, since).await?;
    let with_account = dialed_with(conn, account, since).await?;
    Ok(Spent { by_tenant, by_client, with_account, out: out_of_tenant(conn, tenant).await? })
}

/// By the tenant, and by one who asks.
async fn dialed_by(
    conn: &mut Connection,
    tenant: &TenantId,
    client: Option<&str>,
    since: Timestamp,
) -> Result<(u64, u64), StoreError> {
    let (by_tenant, by_client): (i64, i64) = sqlx::query_as(
        "SELECT CAST(coalesce(sum(dials), 0) AS BIGINT),
                CAST(coalesce(sum(CASE WHEN client = $3 THEN dials ELSE 0 END), 0) AS BIGINT)
         FROM spending WHERE tenant = $1 AND quarter >= $2",
    )
    .bind(tenant.as_str())
    .bind(since.as_millisecond())
    .bind(client.unwrap_or_default())
    .fetch_one(conn)
    .await?;
    Ok((number(by_tenant, "spending.dials")?, number(by_client, "spending.dials")?))
}

async fn dialed_with(
    conn: &mut Connection,
    account: &AccountId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let dialed = sqlx::query_scalar(
        "SELECT CAST(coalesce(sum(dials), 0) AS BIGINT) FROM spending WHERE account = $1 AND quarter >= $2",
    )
    .bind(account.as_str())
    .bind(since.as_millisecond());
    number(dialed.fetch_one(conn).await?, "spending.dials")
}

/// Forgets what was dialed before, at most `limit` entries; answers how many.
pub(super) async fn forget(conn: &mut Connection, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM spending WHERE (task, account, quarter) IN (
             SELECT task, account, quarter FROM spending WHERE quarter < $1 ORDER BY quarter LIMIT $2)",
    )
    .bind(before.as_millisecond())
    .bind(i64::from(limit))
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
