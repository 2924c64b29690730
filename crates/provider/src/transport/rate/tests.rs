//! No second holds more than its share, whatever the processes that share the budget go through.

use super::{LocalSlots, RateLimits, Reserved, Slots};
use crate::TransportError;
use async_trait::async_trait;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use proptest::sample::select;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, advance, sleep};

const ACTION: &str = "call";

/// A row of places that is some way off: each trip takes as long as it takes.
#[derive(Debug)]
struct FarSlots {
    row: LocalSlots,
    trips: Vec<u64>,
    made: AtomicUsize,
}

impl FarSlots {
    async fn go(&self) {
        let trip = self.made.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(self.trips[trip % self.trips.len()])).await;
    }
}

#[async_trait]
impl Slots for FarSlots {
    async fn reserve(&self, action: &'static str, spacing: Duration, count: u32) -> Option<Reserved> {
        let asked = Instant::now();
        self.go().await;
        let reserved = self.row.reserve(action, spacing, count).await?;
        self.go().await;
        Some(Reserved { asked, answered: Instant::now(), ..reserved })
    }
}

fn run<F: Future>(story: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(story)
}

/// When requests were sent, by processes that each ask at the instants in `asked` (milliseconds), while
/// time jumps as if everything had been frozen.
async fn sent(budgets: Vec<RateLimits>, asked: &[(usize, u64)], jumps: &[(u64, u64)]) -> Vec<Duration> {
    let (start, sent) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let mut requests = tokio::task::JoinSet::new();
    for &(process, at) in asked {
        let (budget, sent) = (budgets[process % budgets.len()].clone(), Arc::clone(&sent));
        requests.spawn(async move {
            sleep(Duration::from_millis(at)).await;
            if budget.permit(ACTION, Duration::from_secs(8)).await.is_ok() {
                sent.lock().unwrap().push(start.elapsed());
            }
        });
    }
    for &(pause, jump) in jumps {
        sleep(Duration::from_millis(pause)).await;
        advance(Duration::from_millis(jump)).await;
    }
    requests.join_all().await;
    let sent = sent.lock().unwrap();
    sent.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_sliding_second_holds_more_than_its_share(
        per_second in 1_u32..=60,
        processes in 1_usize..=3,
        // The extremes are where it hurts.
        trips in vec(select(vec![0_u64, 1, 44, 85, 120]), 1..20),
        ways in vec(select(vec![0_u64, 50, 100]), 1..50),
        asked in vec((0_usize..3, 0_u64..2_000), 1..200),
        jumps in vec((0_u64..1_000, 0_u64..400), 0..6),
    ) {
        let arrived = run(async {
            let row = LocalSlots::default();
            let slots = Arc::new(FarSlots { row, trips, made: AtomicUsize::new(0) });
            let budgets = (0..processes).map(|_| RateLimits::over(per_second, slots.clone())).collect();
            let sent = sent(budgets, &asked, &jumps).await;
            let ways = ways.iter().cycle().map(|&way| Duration::from_millis(way));
            let mut arrived: Vec<_> = sent.into_iter().zip(ways).map(|(at, way)| at + way).collect();
            arrived.sort();
            arrived
        });
        for window in arrived.windows(per_second as usize + 1) {
            let span = window[window.len() - 1] - window[0];
            prop_assert!(span >= Duration::from_secs(1), "{} in {span:?}", window.len());
        }
    }
}

#[test]
fn a_queue_moves_on_at_nearly_the_full_rate() {
    let asked = vec![(0, 0); 150];
    let sent = run(async { sent(vec![RateLimits::per_action(20)], &asked, &[]).await });
    let within = |end| sent.iter().filter(|at| **at < Duration::from_secs(end)).count();
    assert_eq!((within(1), within(5)), (17, 84), "16.7 in a second");
}

#[test]
fn a_process_that_slept_does_not_send_its_past_at_once() {
    let asked: Vec<_> = (0..40).map(|number| (0, number * 50)).collect();
    let sent = run(async { sent(vec![RateLimits::per_action(20)], &asked, &[(500, 1_000)]).await });
    let woken = Duration::from_millis(1_500);
    let burst = sent.iter().filter(|at| (woken..woken + Duration::from_millis(60)).contains(at)).count();
    assert!(burst <= 1, "{burst} at once");
}

#[test]
fn whoever_gives_up_leaves_the_place_to_the_next() {
    run(async {
        let budget = RateLimits::per_action(1);
        budget.permit(ACTION, Duration::ZERO).await.unwrap();
        let hasty = (0..100).map(|_| budget.permit(ACTION, Duration::from_millis(300)));
        for result in futures_util::future::join_all(hasty).await {
            assert_eq!(result.unwrap_err(), TransportError::Throttled);
        }
        let start = Instant::now();
        budget.permit(ACTION, Duration::from_secs(8)).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    });
}

#[test]
fn actions_do_not_wait_for_each_other() {
    run(async {
        let budget = RateLimits::per_action(1);
        for action in ["one", "another"] {
            budget.permit(action, Duration::ZERO).await.unwrap();
        }
    });
}

#[test]
fn a_budget_that_cannot_be_asked_allows_nothing() {
    #[derive(Debug)]
    struct Unreachable;

    #[async_trait]
    impl Slots for Unreachable {
        async fn reserve(&self, _: &'static str, _: Duration, _: u32) -> Option<Reserved> {
            None
        }
    }
    let budget = RateLimits::over(20, Arc::new(Unreachable));
    let result = run(budget.permit(ACTION, Duration::from_secs(8)));
    assert_eq!(result.unwrap_err(), TransportError::NoBudget);
}
