//! How often a person who was not reached is tried again.

/// Attempts per contact and the pause between them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// Attempts in all, the first included; at least 1.
    pub max_attempts: u32,
    /// Seconds between two attempts.
    pub interval_seconds: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self { max_attempts: 1, interval_seconds: 600 }
    }
}
