//! Webhooks: the words of endpoints and deliveries.

use crate::status::words;

/// What an endpoint is told of the person an event is about, beside ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PersonalData {
    /// Nothing.
    #[default]
    None,
    /// The number with its middle hidden; no name.
    Masked,
    /// Number and name.
    Full,
}

words!(PersonalData, "personal data mode", { None => "none", Masked => "masked", Full => "full" });

/// Whether an endpoint gets events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointStatus {
    /// Everything that matches is delivered.
    Enabled,
    /// Nothing is delivered, and what happens meanwhile is not kept for it; a replay brings it back.
    Disabled,
}

words!(EndpointStatus, "endpoint status", { Enabled => "enabled", Disabled => "disabled" });

/// Why an endpoint is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisabledReason {
    /// Its owner asked for it.
    Requested,
    /// It answered 410 Gone.
    Gone,
    /// For days nothing but failures.
    Failing,
}

words!(DisabledReason, "reason", { Requested => "requested", Gone => "gone", Failing => "failing" });

/// How far the delivery of one event to one endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// It is going to be tried, now or later, or is being tried.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// Given up after the last attempt.
    Failed,
    /// Not tried any more: its endpoint was disabled before its turn came.
    Dropped,
}

words!(DeliveryStatus, "delivery status", {
    Pending => "pending", Delivered => "delivered", Failed => "failed", Dropped => "dropped",
});
