//! Reads are tried again, within a budget.

use super::vendor::{Manner, Vendor};
use super::{read, transport};
use std::time::Duration;

#[tokio::test]
async fn a_hiccup_is_mended() {
    let vendor = Vendor::who(Manner::Storms).await;
    let answer = read(&transport(Duration::from_secs(5)), &vendor.url()).await.unwrap();
    assert_eq!((answer.status.as_u16(), vendor.requests().len()), (200, 3));
}

#[tokio::test]
async fn a_storm_does_not_multiply_reads() {
    const READS: usize = 200;
    let vendor = Vendor::who(Manner::Storms).await;
    let (transport, url) = (transport(Duration::from_secs(10)), vendor.url());
    let answers =
        futures_util::future::join_all((0..READS).map(|_| async { read(&transport, &url).await })).await;
    assert!(answers.iter().all(Result::is_ok), "a broken gateway's answer is an answer");
    let sent = vendor.requests().len();
    assert!((READS + 1..=READS * 12 / 10 + 2).contains(&sent), "{sent} for {READS}");
}
