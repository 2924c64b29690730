//! The vendors Outdial can dial through, one folder each.
