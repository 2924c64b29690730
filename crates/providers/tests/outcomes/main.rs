//! Every way a creating request can end, as a table for each vendor: what the vendor or the line does, and
//! what the ledger calls it.
//!
//! A clerk at a desk stands in for the vendor and says exactly what the row wants said. A row that ends
//! `unknown` also proves that nothing was sent a second time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod airudder;
mod desk;
mod nxtele;
mod table;
mod tencent_ccc;
