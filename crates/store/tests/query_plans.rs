//! No statement of the SQLite engine costs more because a table has grown: every story of the suite is told, and
//! SQLite is asked how it would answer each statement that was used.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[expect(dead_code, reason = "statements are the same, whatever is sealed")]
mod support;

use outdial_store::conformance;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use support::SqliteHarness;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

#[test]
fn no_statement_grows_with_its_table() {
    let statements = Statements::default();
    let listening = tracing_subscriber::registry().with(statements.clone());
    tracing::subscriber::set_global_default(listening).unwrap();
    for check in conformance::checks() {
        support::block_on((check.run)(&SqliteHarness::fresh()));
    }
    let used = statements.0.lock().unwrap().clone();
    assert!(used.len() > 50, "only {} statements were heard", used.len());

    let harness = SqliteHarness::fresh();
    let plans = support::block_on(async {
        conformance::Harness::open(&harness).await;
        let mut conn = SqliteConnection::connect(&harness.url()).await.unwrap();
        let mut plans = Vec::new();
        for statement in used {
            plans.push((plan(&mut conn, &statement).await, statement));
        }
        plans
    });
    let faults: Vec<_> = plans.iter().filter(|(plan, statement)| grows(plan, statement)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Whether it would walk over a table, its index included, over everybody of a task or tenant to the end, or sort more
/// than it brought along.
/// What a statement brings along (`json_each`) or has found already (a subquery) is no table; an index of nothing
/// but what is to be counted, or to be done, is as short as it can be; tenants with webhooks are few, and so are the
/// installation's secrets.
fn grows(plan: &[String], statement: &str) -> bool {
    let brought = [
        "VIRTUAL TABLE",
        "CONSTANT ROW",
        "SCAN found",
        "SCAN waiting",
        "SCAN abandoned",
        "SCAN due",
        "dispatches_in_doubt",
        "contacts_held_by_reason",
        "suppressing_of_task",
        "SCAN plans",
        "SCAN replays",
        "webhook_endpoints_behind",
        "webhook_endpoints_waiting",
        "installation_secrets",
    ];
    let walks = |step: &String| step.starts_with("SCAN ") && !brought.iter().any(|word| step.contains(word));
    let found =
        ["json_each", "jsonb_each", "FROM due", "AS found"].iter().any(|words| statement.contains(words));
    let sorts = |step: &String| step.starts_with("USE TEMP B-TREE") && !found;
    let many = ["contacts", "calls", "events"];
    let of_whole = |step: &String| {
        let of_many = many.iter().any(|table| step.starts_with(&format!("SEARCH {table} ")));
        of_many && ["(task=?)", "(tenant=?)"].iter().any(|range| step.ends_with(range))
    };
    // The first of an index needs no look at the others.
    let is_short = statement.contains("LIMIT") || statement.starts_with("SELECT min(");
    let reads_all = |step: &String| of_whole(step) && !is_short;
    plan.iter().any(|step| walks(step) || sorts(step) || reads_all(step))
}

async fn plan(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps = sqlx::raw_sql(explain).fetch_all(conn).await;
    let steps = steps.expect("SQLite explains what it has done before");
    steps.iter().map(|step| step.get("detail")).collect()
}

/// The statements that were used, as the driver tells them.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut heard = Heard::default();
        event.record(&mut heard);
        let text = if heard.statement.is_empty() { heard.summary } else { heard.statement };
        let ours = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| text.starts_with(verb));
        if ours && !text.contains("_sqlx_migrations") {
            self.0.lock().unwrap().insert(text);
        }
    }
}

/// A short statement is its own summary.
#[derive(Default)]
struct Heard {
    summary: String,
    statement: String,
}

impl Visit for Heard {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => self.summary = value.trim().to_owned(),
            "db.statement" => self.statement = value.trim().to_owned(),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
