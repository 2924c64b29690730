//! What is wrong with a configuration, in words for the person who writes it.

use super::Origin;
use std::fmt;

/// One key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The whole key, such as `accounts.main.timeout_seconds`.
    pub key: String,
    /// Where the value came from, if there is one.
    pub origin: Option<Origin>,
    /// What is wrong and what would be right. Never the value of a secret.
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "{} ({origin}): {}", self.key, self.detail),
            None => write!(f, "{}: {}", self.key, self.detail),
        }
    }
}

/// Everything that is wrong with a configuration, at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblems(Vec<Problem>);

impl ConfigProblems {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "the configuration has a problem:")?,
            count => writeln!(f, "the configuration has {count} problems:")?,
        }
        let lines: Vec<_> = self.0.iter().map(|problem| format!("  {problem}")).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for ConfigProblems {}
