//! Where values come from, and how they are shown.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// The environment.
    Environment,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
        }
    }
}

/// A value as people may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownValue {
    /// The whole key.
    pub key: String,
    /// The value, a mask for a secret, or `unset`.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Stands for every secret.
pub(super) const MASK: &str = "***";
/// Stands for a value that is not there and has no default of its own.
pub(super) const UNSET: &str = "unset";
