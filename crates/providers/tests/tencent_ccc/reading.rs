//! What the account holds and offers, and that it is ours.

use crate::bench::{Bench, LATER, account, people, spec};
use outdial_provider::{ErrorKind, PageRequest};
use serde_json::json;

#[tokio::test]
async fn the_vendors_tasks_are_paged_through_and_shown_without_numbers() {
    let bench = Bench::at_speed(1.0).await;
    for ending in [600, 601, 602] {
        bench.opened(&people([ending]), LATER).await;
    }
    let mut page = PageRequest { cursor: None, limit: 2 };
    let first = bench.provider.vendor_tasks(&page).await.unwrap();
    assert_eq!((first.tasks.len(), first.total), (2, Some(3)));
    page.cursor = first.next;
    let second = bench.provider.vendor_tasks(&page).await.unwrap();
    assert_eq!((second.tasks.len(), &second.next), (1, &None));

    let listed = &second.tasks[0];
    assert_eq!(listed.contacts, Some(1));
    let alone = bench.provider.vendor_task(&listed.vendor_ref).await.unwrap();
    assert_eq!((alone.contacts, alone.finished), (Some(1), Some(0)));
    assert_eq!(alone.name, listed.name);
    assert!(!alone.raw.to_string().contains("8613900"), "{}", alone.raw);
    for unknown in ["999999", "seg_of_somebody"] {
        assert_eq!(bench.provider.vendor_task(unknown).await.unwrap_err().kind, ErrorKind::NotFound);
    }
    bench.simulator.stop().await;
}

#[tokio::test]
async fn the_catalog_says_what_a_task_can_be_made_of() {
    let bench = Bench::at_speed(1.0).await;
    let catalog = bench.provider.catalog().await.unwrap();
    let agents = catalog.templates.unwrap();
    assert_eq!((agents[0].id.as_str(), agents[0].variables.len()), ("agent:12", 2));
    let callers = catalog.callers.unwrap();
    let mut spec = spec();
    spec.script.template_id = agents[0].id.clone();
    spec.callers = vec![callers[0].id.parse().unwrap()];
    assert_eq!(bench.provider.refuse_task(&spec), []);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn wrong_credentials_and_a_wrong_application_are_told_apart() {
    let bench = Bench::at_speed(1.0).await;
    for (more, kind) in [
        (json!({"secret_key": "wrong"}), ErrorKind::Unauthenticated),
        (json!({"secret_id": "AKIDnobody"}), ErrorKind::Unauthenticated),
    ] {
        let error = account(&bench.simulator, more).check().await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.code.is_some() && error.request_id.is_some());
    }
    let checked = bench.provider.check().await.unwrap();
    assert!(checked.detail.contains("1400000000"), "{}", checked.detail);
    bench.simulator.stop().await;
}
