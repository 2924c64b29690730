//! The suite of [`outdial_store::conformance`] against every engine: one named trial per engine and
//! story. An engine without a trial is a failure; one whose server the environment does not name
//! ([`postgres::ADDRESS`]) has its trials ignored ([`postgres::is_left_out`]).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[expect(dead_code, reason = "cutting connections and waiting is for other stories")]
#[path = "support/postgres.rs"]
mod postgres;
mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use outdial_model::{ContactStatus, Disposition};
use outdial_store::conformance::{self, Harness, Step};
use postgres::PostgresHarness;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::SqliteHarness;

/// Makes a harness with an empty database.
type Fresh = fn() -> Box<dyn Harness>;

const ENGINES: &[(&str, Fresh)] = &[
    ("sqlite", || Box::new(SqliteHarness::fresh())),
    ("postgres", || Box::new(PostgresHarness::fresh())),
    ("sqlite_sealed", || Box::new(SqliteHarness::sealed())),
    ("postgres_sealed", || Box::new(PostgresHarness::sealed())),
];

fn main() {
    let mut trials = Vec::new();
    for &(engine, fresh) in ENGINES {
        let is_left_out = engine.starts_with("postgres") && postgres::is_left_out();
        let checks = conformance::checks();
        assert!(!checks.is_empty(), "no check for {engine}");
        trials.extend(checks.into_iter().map(|check| {
            let story = move || {
                support::block_on((check.run)(&*fresh()));
                Ok(())
            };
            Trial::test(format!("{engine}::{}", check.name), story).with_ignored_flag(is_left_out)
        }));
        let property = format!("{engine}::counters_add_up_over_any_history");
        trials.push(Trial::test(property, move || counters_add_up(fresh)).with_ignored_flag(is_left_out));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn counters_add_up(fresh: Fresh) -> Result<(), Failed> {
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let lived = TestRunner::new(config).run(&histories(), |history| {
        let lived = catch_unwind(AssertUnwindSafe(|| {
            support::block_on(conformance::counters_add_up(&*fresh(), &history));
        }));
        lived.map_err(|_| TestCaseError::fail("the history above does not add up"))
    });
    lived.map_err(Failed::from)
}

fn histories() -> impl Strategy<Value = Vec<Step>> {
    let status = proptest::sample::select(ContactStatus::ALL);
    let disposition = proptest::sample::select(Disposition::ALL);
    let step = prop_oneof![
        1 => (0..9u8).prop_map(Step::Add),
        3 => (0..6u8, proptest::bool::weighted(0.2)).prop_map(|(n, hold)| Step::Plan(n, hold)),
        9 => (any::<u8>(), status, disposition)
            .prop_map(|(n, status, disposition)| Step::Move(n, status, disposition)),
        2 => any::<u8>().prop_map(Step::Cancel),
        1 => (0..3u8).prop_map(Step::EndOurs),
        1 => (0..90u8).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..24)
}
