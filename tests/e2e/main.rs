//! Stories told end to end: a real gateway, real HTTP, the vendors' own wire protocols.
#![expect(clippy::unwrap_used, reason = "tests")]

mod doubt;
mod ingress;
mod smoke;
mod steering;
mod vendor_tasks;

/// The vendors every story is told at, with the operation that hands people over there.
const VENDORS: [(&str, &str); 3] =
    [("nxtele", "addBatchCall"), ("tencent_ccc", "CreateAutoCalloutTask"), ("airudder", "uploaddetails")];
