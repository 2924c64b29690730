//! Lines: how many more people may go out now, where an account or a tenant has only so many at a time.
//!
//! Tasks of one account take turns ([`turns`]). A task that wants lines says so whenever it plans; one that has not done so
//! for a while wants none, for whatever reason, and keeps nobody from anything. Who is out is known from the counters of
//! segments.
//!
//! Not for: how many of one task's people a vendor may hold (the window).

use super::{Connection, budget};
use crate::row::number;
use crate::{DispatchPlan, LinesWanted, Shortage, StoreError};
use outdial_model::{Claimant, TenantId, Timestamp, turns};
use std::time::Duration;

/// How long a wish for lines holds.
const HOLDS: Duration = Duration::from_secs(15);

/// How many people may go out, as far as lines go, and what the task's next wish is made from.
pub(super) struct Left {
    pub(super) people: u64,
    /// What there is too little of, when that is fewer than were wanted.
    pub(super) shortage: Option<Shortage>,
    mine: Option<Claimant>,
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    task: String,
    weight: i64,
    clock: i64,
    wanted: i64,
}

impl ClaimRow {
    fn claimant(&self) -> Result<Claimant, StoreError> {
        Ok(Claimant {
            clock: number(self.clock, "line_claims.clock")?,
            weight: number(self.weight, "line_claims.weight")?,
            wanted: number(self.wanted, "line_claims.wanted")?,
        })
    }
}

/// What is left for the plan's people. Whoever else plans for the account, or for the tenant, waits until the transaction
/// ends.
pub(super) async fn left(
    conn: &mut Connection,
    plan: &DispatchPlan,
    client: Option<&str>,
    now: Timestamp,
) -> Result<Left, StoreError> {
    let wanted = u64::try_from(plan.max_contacts).unwrap_or(u64::MAX);
    let mut left = Left { people: wanted, shortage: None, mine: None };
    if wanted == 0 {
        return Ok(left);
    }
    let budgets = plan.budgets.as_ref();
    let is_tenant_bound = budgets.is_some_and(|all| all.of_tenant.is_some() || all.of_client.is_some());
    if is_tenant_bound || plan.concurrent_calls.is_some() {
        sqlx::query(lines_held!("7303", "$1")).bind(plan.lease.tenant.as_str()).execute(&mut *conn).await?;
    }
    budget::leave_for_tenant(conn, plan, client, &mut left).await?;
    if let Some(most) = plan.concurrent_calls {
        let free = most.saturating_sub(out_of_tenant(conn, &plan.lease.tenant).await?);
        left.fewer(free, Shortage::OfTenant);
    }
    // After the tenant: whoever waits for both waits in this order.
    let of_lines = plan.lines.as_ref().map(|lines| &lines.account);
    let of_dials = budgets.and_then(|all| all.of_account.as_ref()).map(|(account, _)| account);
    if let Some(account) = of_lines.or(of_dials) {
        sqlx::query(lines_held!("7304", "$1")).bind(account.as_str()).execute(&mut *conn).await?;
    }
    budget::leave_at_account(conn, plan, &mut left).await?;
    let Some(lines) = &plan.lines else { return Ok(left) };
    let free = lines.most.saturating_sub(out_of_account(conn, lines).await?);
    if lines.before_all {
        left.fewer(free, Shortage::OfAccount);
        return Ok(left);
    }
    let (turn, mine) = turn(conn, plan, lines, free, left.people, now).await?;
    left.mine = Some(mine);
    left.fewer(turn, Shortage::OfAccount);
    Ok(left)
}

impl Left {
    pub(super) fn fewer(&mut self, people: u64, shortage: Shortage) {
        if people < self.people {
            (self.people, self.shortage) = (people, Some(shortage));
        }
    }
}

/// Writes how many were sent of those who might have been, and what is still wanted.
pub(super) async fn took(
    conn: &mut Connection,
    plan: &DispatchPlan,
    left: &Left,
    sent: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (Some(lines), Some(mine)) = (&plan.lines, &left.mine) else { return Ok(()) };
    let sent = u64::try_from(sent).unwrap_or(u64::MAX);
    // Whoever might have sent more has nobody else to send.
    let wanted = if sent < left.people { 0 } else { mine.wanted.saturating_sub(sent) };
    sqlx::query(
        "INSERT INTO line_claims (task, account, weight, clock, wanted, asked_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (task) DO UPDATE
         SET account = excluded.account, weight = excluded.weight, clock = excluded.clock, wanted = excluded.wanted,
             asked_at = excluded.asked_at",
    )
    .bind(plan.lease.task.as_str())
    .bind(lines.account.as_str())
    .bind(stored(mine.weight))
    .bind(stored(mine.after(sent)))
    .bind(stored(wanted))
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many of the free lines are the task's when everybody has their turns, and where it stands.
async fn turn(
    conn: &mut Connection,
    plan: &DispatchPlan,
    lines: &LinesWanted,
    free: u64,
    wanted: u64,
    now: Timestamp,
) -> Result<(u64, Claimant), StoreError> {
    let since = now.checked_sub(HOLDS).unwrap_or(Timestamp::MIN).as_millisecond();
    sqlx::query("DELETE FROM line_claims WHERE account = $1 AND asked_at < $2")
        .bind(lines.account.as_str())
        .bind(since)
        .execute(&mut *conn)
        .await?;
    let rows: Vec<ClaimRow> = sqlx::query_as(
        "SELECT task, weight, clock, wanted FROM line_claims WHERE account = $1 ORDER BY task",
    )
    .bind(lines.account.as_str())
    .fetch_all(conn)
    .await?;
    let task = plan.lease.task.as_str();
    let before = rows.iter().find(|row| row.task == task).map(ClaimRow::claimant).transpose()?;
    let mut others = Vec::with_capacity(rows.len() + 1);
    for row in rows.iter().filter(|row| row.task != task) {
        others.push((row.task.as_str(), row.claimant()?));
    }
    let clock = before.map_or(0, |before| before.clock);
    let mut mine = Claimant { clock, weight: lines.weight, wanted };
    // Whoever still waited when it asked last keeps its turn.
    if before.is_none_or(|before| before.wanted == 0) {
        mine = mine.among(&others.iter().map(|(_, other)| *other).collect::<Vec<_>>());
    }
    let place = others.partition_point(|(other, _)| *other < task);
    others.insert(place, (task, mine));
    let all: Vec<_> = others.into_iter().map(|(_, claimant)| claimant).collect();
    Ok((turns(free, place, &all), mine))
}

/// How many people of a tenant are out.
pub(super) async fn out_of_tenant(conn: &mut Connection, tenant: &TenantId) -> Result<u64, StoreError> {
    let out = sqlx::query_scalar(
        "SELECT CAST(coalesce(sum(open_contacts), 0) AS BIGINT) FROM segments
         WHERE tenant = $1 AND open_contacts > 0",
    );
    number(out.bind(tenant.as_str()).fetch_one(conn).await?, "segments.open_contacts")
}

/// Whoever is out at an account is there, wherever their task dials by now.
async fn out_of_account(conn: &mut Connection, lines: &LinesWanted) -> Result<u64, StoreError> {
    let out = sqlx::query_scalar(
        "SELECT CAST(coalesce(sum(open_contacts), 0) AS BIGINT) FROM segments
         WHERE account = $1 AND open_contacts > 0",
    );
    number(out.bind(lines.account.as_str()).fetch_one(conn).await?, "segments.open_contacts")
}
