//! Numbers that are not to be called, as CSV.
//!
//! However the stream is cut, it is read alike; and what is kept of it comes back from an export as it was, which holds no cell a
//! spreadsheet would take for a formula.

#![no_main]

use csv::ReaderBuilder;
use libfuzzer_sys::fuzz_target;
use outdial_api::fuzzing;
use outdial_fuzz::stream;
use outdial_model::{NewSuppression, Suppression, TenantId, Timestamp};
use std::fmt::Debug;

const HEADER: &[u8] = b"phone,purpose,reason,source,expires_at\n";

fuzz_target!(|bytes: &[u8]| {
    stream::read(bytes, |pieces| fuzzing::suppressions(pieces), seen);
    let upload = fuzzing::suppressions([HEADER, bytes]);
    assert_eq!(upload.refused, None, "with a good header everything is read");
    let good: Vec<_> = upload.lines.iter().filter_map(|(_, number)| number.as_ref().ok()).collect();
    let export = fuzzing::exported(&good.iter().map(|number| kept(number)).collect::<Vec<_>>());
    for row in ReaderBuilder::new().from_reader(&*export).records() {
        let row = row.expect("an export is CSV");
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "a formula");
    }
    let back = fuzzing::suppressions([&*export]);
    let back: Vec<_> = back.lines.iter().map(|(_, number)| number.as_ref().map(seen)).collect();
    assert_eq!(back, good.into_iter().map(|number| Ok(seen(number))).collect::<Vec<_>>());
});

/// All there is to see of one; its id is its own each time, and instants are told to the millisecond.
fn seen(number: &NewSuppression) -> impl PartialEq + Debug + use<> {
    let NewSuppression { id: _, phone, purpose, reason, source, expires_at } = number.clone();
    (phone.e164().to_owned(), purpose, reason, source, expires_at.map(Timestamp::as_millisecond))
}

fn kept(new: &NewSuppression) -> Suppression {
    let NewSuppression { id, phone, purpose, reason, source, expires_at } = new.clone();
    let tenant: TenantId = "acme".parse().expect("a name");
    Suppression { id, tenant, phone, purpose, reason, source, created_at: Timestamp::UNIX_EPOCH, expires_at }
}
