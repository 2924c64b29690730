//! What people see of the account's own tasks.

use crate::bench::{Bench, people};
use outdial_model::SegmentStatus;
use outdial_provider::{ErrorKind, PageRequest, SegmentState};
use serde_json::json;

#[tokio::test]
async fn every_task_is_on_exactly_one_page() {
    let bench = Bench::with(json!({})).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(bench.open().await.key.to_string());
    }
    let (mut shown, mut cursor) = (Vec::new(), None);
    loop {
        let page = bench.provider.vendor_tasks(&PageRequest { cursor, limit: 2 }).await.unwrap();
        assert_eq!(page.total, Some(5));
        shown.extend(page.tasks.into_iter().map(|task| task.vendor_ref));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    shown.sort();
    assert_eq!(shown, made);
}

#[tokio::test]
async fn one_task_is_shown_by_the_reference_of_the_list() {
    let bench = Bench::with(json!({})).await;
    let (segment, people) = (bench.open().await, people(&["00", "01"]));
    bench.add(&segment, &people).await.unwrap();
    let task = bench.provider.vendor_task(segment.key.as_str()).await.unwrap();
    assert_eq!(task.state, SegmentState::Known(SegmentStatus::Ready));
    assert_eq!((task.contacts, task.finished), (Some(2), Some(0)));
    assert_eq!(task.name.as_deref(), Some("March reminders"));
    assert!(!task.raw.to_string().contains("s3cret"), "the ingress secret is in the callback URL");
    let unknown = bench.provider.vendor_task("nobodys").await.unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn lists_of_unpublished_form_are_shown_when_asked_for_without_numbers() {
    let bench = Bench::with(json!({"list_call": true, "list_order": true})).await;
    bench.set("serve_invented_lists", json!(true)).await;
    let (segment, people) = (bench.open().await, people(&["00"]));
    bench.add(&segment, &people).await.unwrap();
    let task = bench.provider.vendor_task(segment.key.as_str()).await.unwrap();
    let shown = task.raw.to_string();
    assert!(shown.contains(people[0].key.as_str()), "the order is there by its key");
    assert!(!shown.contains(people[0].phone.digits()), "its number is not");
    assert!(task.raw["listCall"].is_object());
}
