//! The contract between Outdial and a vendor: trait, capabilities, errors, transport, conformance.
