//! Random histories of wishes, faults, crashes and frozen processes: the promises hold in all of them.

mod circumstances;
mod happening;
mod model;

use circumstances::{Circumstances, circumstances};
use happening::{Happening, happenings};
use model::Model;
use outdial_provider::Staging;
use proptest::prelude::*;

/// Histories in all; the feature `long` lives through ten thousand.
const HISTORIES: u32 = if cfg!(feature = "long") { 10_000 } else { 64 };

/// The histories are shared by the kinds of vendor.
fn a_share() -> ProptestConfig {
    ProptestConfig { cases: HISTORIES.div_ceil(3), max_shrink_iters: 300, ..ProptestConfig::default() }
}

fn live_through(staging: Staging, circumstances: Circumstances, history: Vec<Happening>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut model = Model::begin(staging, circumstances).await;
        for happening in history {
            model.happens(happening).await;
        }
        model.end().await;
    });
}

proptest! {
    #![proptest_config(a_share())]

    #[test]
    fn nobody_is_rung_twice_where_tasks_are_started(of in circumstances(), history in happenings()) {
        live_through(Staging::EmptyThenStart, of, history);
    }

    #[test]
    fn nobody_is_rung_twice_where_tasks_are_live(of in circumstances(), history in happenings()) {
        live_through(Staging::EmptyLive, of, history);
    }

    #[test]
    fn nobody_is_rung_twice_where_a_fuse_burns(of in circumstances(), history in happenings()) {
        live_through(Staging::WholeWithFuse, of, history);
    }
}
