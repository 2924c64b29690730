//! What somebody who died has left: in the store, and at the vendors.

use super::dying_store::Deed;
use super::points::{Left, Point, Row, Rung};
use outdial_model::{Clock, Contact, SystemClock};
use outdial_store::{ContactFilter, Lease, Page, Store};
use outdial_testkit::{TestApp, Vendors, until};
use std::sync::Arc;

/// By which operation a vendor is asked for what.
pub const OPERATIONS: [(Deed, &str, &str); 6] = [
    (Deed::Opening, "nxtele", "createTask"),
    (Deed::Opening, "airudder", "createinstance"),
    (Deed::HandingOver, "nxtele", "addBatchCall"),
    (Deed::HandingOver, "tencent_ccc", "CreateAutoCalloutTask"),
    (Deed::HandingOver, "airudder", "uploaddetails"),
    (Deed::Starting, "nxtele", "mgrTaskStatus"),
];

/// The store as it was left.
pub async fn of(app: &TestApp) -> Arc<dyn Store> {
    outdial_store::open(app.site().place().url(), "witness", None).await.unwrap()
}

/// Asserts that it is what the table says of `point` and the vendor, for so many people, and nothing else.
pub async fn are_as_expected(
    left: &dyn Store,
    vendors: &Vendors,
    lease: &Lease,
    (point, expected, how_many): (&Point, &Left, usize),
) {
    let Left { segment: segment_status, rung, .. } = expected;
    let work = left.work(lease, SystemClock.now()).await.unwrap();
    let given = if point.nobody_was_given() { 0 } else { how_many };

    let segments: Vec<_> = work.segments.iter().map(|segment| segment.status.as_str()).collect();
    assert!(
        segments.len() == usize::from(!segment_status.is_empty())
            && segments.iter().all(|status| segment_status.contains(status)),
        "the vendor's task as we know it: {segments:?}, not {segment_status:?}"
    );
    let in_them: u32 = work.segments.iter().map(|segment| segment.open_contacts).sum();
    assert_eq!(in_them as usize, given, "people in it");

    let rows: Vec<_> = work.dispatches.iter().map(|row| (row.outcome, row.contacts.len())).collect();
    let open = if point.row == Row::Open { vec![(None, given)] } else { Vec::new() };
    assert_eq!(rows, open, "rows of the ledger that nobody has settled");
    assert!(work.dispatches.iter().all(|row| row.fencing_token == lease.token), "the dead one's own rows");

    let people = people(left, lease).await;
    assert_eq!(people.len(), how_many);
    for person in people {
        let status = person.status.as_str();
        assert!(point.people.contains(&status), "somebody is {status}, not {:?}", point.people);
        assert_eq!(last_told(left, lease, &person).await, event_of(status), "state and event are one");
    }

    let operation = operation(point.deed, expected.vendor);
    assert_eq!(asked(vendors, operation).await, point.asked, "requests the vendor has got");
    let ringing = if *rung == Rung::Everybody { how_many as u64 } else { 0 };
    let rings = until("the phones ring", async || vendors.rings().await, |rings| rings.numbers >= ringing);
    assert_eq!(rings.await.total, ringing, "phones that rang with no gateway there");
}

/// By which operation a vendor is asked for it.
pub fn operation(deed: Deed, vendor: &str) -> &'static str {
    let is = |(of, at, _): &&(Deed, &str, &str)| *of == deed && *at == vendor;
    OPERATIONS.iter().find(is).map(|(.., operation)| *operation).unwrap()
}

/// How many requests of an operation have reached its vendor.
pub async fn asked(vendors: &Vendors, operation: &str) -> u64 {
    let summary = vendors.requests_summary().await;
    let mut operations = summary["operations"].as_array().unwrap().iter();
    let counts = operations.find(|counts| counts["operation"] == operation);
    counts.map_or(0, |counts| counts["total"].as_u64().unwrap())
}

async fn people(left: &dyn Store, lease: &Lease) -> Vec<Contact> {
    let page = Page { after: None, limit: 1_000 };
    left.contacts(&lease.tenant, &lease.task, &ContactFilter::default(), &page).await.unwrap()
}

async fn last_told(left: &dyn Store, lease: &Lease, person: &Contact) -> &'static str {
    let told = left.contact_events(&lease.tenant, &person.id, None, 1_000).await.unwrap();
    let mut kinds = told.iter().rev().map(|event| event.kind.as_str());
    kinds.find(|kind| kind.starts_with("contact.")).unwrap()
}

fn event_of(status: &str) -> String {
    format!("contact.{}", if status == "queued" { "accepted" } else { status })
}
