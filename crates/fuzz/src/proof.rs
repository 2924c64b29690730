//! How vendors prove that a push is their own; the only place that says which vendors.

mod nxtele;
mod tencent_ccc;

use outdial_model::Timestamp;
use outdial_provider::{Inbound, Table};

/// Names and values.
pub type Headers = Vec<(String, String)>;

/// One way in which a vendor may prove its pushes.
#[derive(Clone)]
pub struct Way {
    /// What is set for it, beside what every account sets.
    pub settings: Table,
    /// A push without a proof is refused.
    pub demands_proof: bool,
    /// The proof of a body that is sent at an instant.
    pub headers: fn(&Table, &[u8], Timestamp) -> Headers,
    /// Whether a push has the proof it needs.
    pub is_right: fn(&Table, &Inbound<'_>) -> bool,
}

/// Every way of a vendor.
pub fn ways(vendor: &str) -> Vec<Way> {
    match vendor {
        "nxtele" => nxtele::ways(),
        "tencent_ccc" => tencent_ccc::ways(),
        _ => vec![none()],
    }
}

/// Nothing is proven.
fn none() -> Way {
    Way {
        settings: Table::new(),
        demands_proof: false,
        headers: |_, _, _| Headers::new(),
        is_right: |_, _| false,
    }
}

/// A setting that is text; empty when it is not set.
fn text<'a>(settings: &'a Table, name: &str) -> &'a str {
    settings.get(name).and_then(|value| value.as_str()).unwrap_or_default()
}

/// The first header of that name.
fn header<'a>(push: &'a Inbound<'_>, name: &str) -> Option<&'a str> {
    let is_it = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
    push.headers.iter().find(is_it).map(|(_, value)| value.as_str())
}
