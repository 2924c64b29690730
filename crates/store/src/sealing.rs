//! Sealing what was written before there was a key: a walk over everything, a few rows at a time.

/// What walks over the rows that may still be plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(crate) kind: Kind,
    /// The last row that was looked at; empty before the first.
    pub(crate) after: String,
    pub(crate) limit: u32,
}

/// What is walked over, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Contacts,
    Calls,
    Answers,
    Suppressions,
}

/// How far a step came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealProgress {
    /// What was looked at: `contacts`, `calls`, `answers` or `suppressions`.
    pub what: &'static str,
    /// Rows that were looked at.
    pub seen: u64,
    /// Those of them that were plain and are sealed now.
    pub sealed: u64,
    /// Where to go on; `None` at the end.
    pub next: Option<Step>,
}

/// Which key the data key was sealed with, and which one it is sealed with now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrapped {
    /// The one before.
    pub before: String,
    /// The active one.
    pub after: String,
}

impl Step {
    /// The first, and how many rows each looks at.
    pub fn first(limit: u32) -> Self {
        Self { kind: Kind::Contacts, after: String::new(), limit: limit.max(1) }
    }

    /// What it came to: so many rows were there, the last of them this one.
    pub(crate) fn came_to(&self, seen: usize, sealed: u64, last: Option<String>) -> SealProgress {
        let is_full = u32::try_from(seen).is_ok_and(|seen| seen >= self.limit);
        let next = match last.filter(|_| is_full) {
            Some(after) => Some(Self { after, ..self.clone() }),
            None => self.kind.next().map(|kind| Self { kind, after: String::new(), ..self.clone() }),
        };
        SealProgress { what: self.kind.as_str(), seen: u64::try_from(seen).unwrap_or(u64::MAX), sealed, next }
    }
}

impl Kind {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Contacts => Some(Self::Calls),
            Self::Calls => Some(Self::Answers),
            Self::Answers => Some(Self::Suppressions),
            Self::Suppressions => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Calls => "calls",
            Self::Answers => "answers",
            Self::Suppressions => "suppressions",
        }
    }
}
