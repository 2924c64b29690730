//! People to import: the same rows for whoever takes them.

use outdial_model::{Clock, ContactId, SystemClock, Timestamp};
use outdial_store::NewContact;
use serde_json::json;
use std::collections::BTreeMap;

/// Rows of one transaction, here and there.
pub(crate) const BATCH: usize = 1_000;

/// The present instant.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// The numbers of `count` people, by the batch.
pub(crate) fn batches(count: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..count).step_by(BATCH).map(move |first| first..count.min(first + BATCH))
}

/// A batch as a client sends it.
pub(crate) fn ndjson(batch: std::ops::Range<usize>) -> String {
    batch.map(|n| format!("{}\n", row(n))).collect()
}

/// The same batch as one JSON array of rows that have their ids.
pub(crate) fn array(batch: std::ops::Range<usize>) -> String {
    let rows: Vec<_> = batch
        .map(|n| {
            let mut row = row(n);
            row["id"] = ContactId::generate(now()).as_str().into();
            row
        })
        .collect();
    serde_json::Value::from(rows).to_string()
}

fn row(n: usize) -> serde_json::Value {
    json!({
        "external_id": format!("customer-{n}"),
        "phone": phone(n),
        "name": format!("Person {n}"),
        "variables": {"due": "12 March", "amount": "100.00"},
    })
}

fn phone(n: usize) -> String {
    format!("+86138{n:08}")
}

/// A person for the store.
pub(crate) fn contact(n: usize, at: Timestamp) -> Option<NewContact> {
    Some(NewContact {
        external_id: Some(format!("customer-{n}")),
        variables: BTreeMap::from([("due".into(), "12 March".into()), ("amount".into(), "100.00".into())]),
        ..NewContact::new(ContactId::generate(at), phone(n).parse().ok()?)
    })
}
