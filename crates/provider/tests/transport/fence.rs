//! A claim that runs out: from then on nothing of it leaves.

use super::vendor::{Manner, Vendor};
use super::{BODY, budgeted, create, read, transport};
use async_trait::async_trait;
use outdial_provider::fence::{Fence, within};
use outdial_provider::{Effect, ProviderError, RateLimits, Reserved, RetryAdvice, Slots, TransportError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

const DEADLINE: Duration = Duration::from_secs(5);

/// Stands the first few times it is asked, and never again. A question may take a while.
#[derive(Debug)]
struct Falling {
    stands: usize,
    asked: AtomicUsize,
    frozen_at: Option<usize>,
}

impl Falling {
    fn after(stands: usize) -> Arc<Self> {
        Arc::new(Self { stands, asked: AtomicUsize::new(0), frozen_at: None })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Fence for Falling {
    fn stands(&self) -> bool {
        let question = self.asked.fetch_add(1, Ordering::SeqCst);
        if self.frozen_at == Some(question) {
            std::thread::sleep(Duration::from_millis(150));
        }
        question < self.stands
    }
}

#[tokio::test]
async fn while_it_stands_requests_leave_and_it_is_asked_to_the_last() {
    let vendor = Vendor::who(Manner::Answers).await;
    let fence = Falling::after(usize::MAX);
    let transport = transport(DEADLINE);
    within(fence.clone(), create(&transport, &vendor.url())).await.unwrap();
    assert_eq!(fence.asked(), 3, "at once, after waiting for the rate, and with the connection open");
    assert_eq!(vendor.requests().len(), 1);
}

#[tokio::test]
async fn when_it_has_fallen_nobody_is_even_called() {
    for stands in [0, 1] {
        let mut vendor = Vendor::who(Manner::Answers).await;
        let transport = transport(DEADLINE);
        let result = within(Falling::after(stands), create(&transport, &vendor.url())).await;
        assert_eq!(result.unwrap_err(), TransportError::Fenced);
        // The one connection the vendor ever had is this one.
        drop(tokio::net::TcpStream::connect(vendor.address).await.unwrap());
        assert_eq!(vendor.scraps_of(1).await, b"");
        assert!(vendor.requests().is_empty());
    }
}

#[tokio::test]
async fn when_it_falls_while_the_connection_opens_no_byte_follows() {
    let mut vendor = Vendor::who(Manner::Answers).await;
    let transport = transport(DEADLINE);
    let result = within(Falling::after(2), create(&transport, &vendor.url())).await;
    assert_eq!(result.unwrap_err(), TransportError::Fenced);
    let scraps = String::from_utf8(vendor.scraps_of(1).await).unwrap();
    assert!(!scraps.contains(BODY), "{scraps}");
    assert!(vendor.requests().is_empty());

    let error = ProviderError::from(TransportError::Fenced);
    assert_eq!(error.effect, Effect::NotSent);
    assert!(matches!(error.retry(), RetryAdvice::After(_)));
}

#[tokio::test]
async fn when_it_falls_on_a_connection_that_was_open_already_no_byte_follows_either() {
    let mut vendor = Vendor::who(Manner::Answers).await;
    let transport = transport(DEADLINE);
    create(&transport, &vendor.url()).await.unwrap();
    let result = within(Falling::after(2), create(&transport, &vendor.url())).await;
    assert_eq!(result.unwrap_err(), TransportError::Fenced);
    assert!(!String::from_utf8(vendor.scraps_of(1).await).unwrap().contains(BODY));
    assert_eq!(vendor.requests().len(), 1);
    create(&transport, &vendor.url()).await.unwrap();
}

#[tokio::test]
async fn a_read_is_not_tried_again_when_it_has_fallen() {
    let vendor = Vendor::who(Manner::Storms).await;
    let fence = Falling::after(2);
    let transport = transport(DEADLINE);
    let result = within(fence.clone(), read(&transport, &vendor.url())).await;
    assert_eq!(result.unwrap_err(), TransportError::Fenced);
    assert_eq!((fence.asked(), vendor.requests().len()), (3, 1));
}

/// Counts trips to a budget in which every place is free at once.
#[derive(Debug, Default)]
struct Generous(AtomicUsize);

#[async_trait]
impl Slots for Generous {
    async fn reserve(&self, _: &'static str, _: Duration, _: u32) -> Option<Reserved> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let now = Instant::now();
        Some(Reserved { wait: Duration::ZERO, asked: now, answered: now })
    }
}

#[tokio::test]
async fn a_request_that_was_held_up_on_its_way_out_takes_a_new_place_in_the_budget() {
    let vendor = Vendor::who(Manner::Answers).await;
    let slots = Arc::new(Generous::default());
    let transport = budgeted(DEADLINE, RateLimits::over(20, slots.clone()));
    let fence = Falling { frozen_at: Some(1), ..Arc::into_inner(Falling::after(usize::MAX)).unwrap() };
    within(Arc::new(fence), create(&transport, &vendor.url())).await.unwrap();
    assert_eq!(slots.0.load(Ordering::SeqCst), 2);
    assert_eq!(vendor.requests().len(), 1);
}
