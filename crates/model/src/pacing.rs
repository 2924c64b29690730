//! How many people are rung at the same time.

/// Limits on the speed of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pacing {
    /// Most calls of this task in progress at once; the vendor's own limit when absent.
    pub max_concurrent_calls: Option<u32>,
}
