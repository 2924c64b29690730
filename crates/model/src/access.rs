//! What whoever asks may do.

use crate::status::words;
use std::fmt;
use std::str::FromStr;

/// One thing a key or a token can be good for. Every operation of the API needs exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Tasks and their segments, accounts, providers, vendors' tasks: look at them.
    TasksRead,
    /// Create and change tasks, take over vendors' tasks.
    TasksWrite,
    /// Start, pause, resume and stop.
    TasksControl,
    /// People, and what happened to each.
    ContactsRead,
    /// Add, cancel and resolve people.
    ContactsWrite,
    /// Attempts.
    CallsRead,
    /// What was said.
    RecordingsRead,
    /// Pull and follow events.
    EventsRead,
    /// Webhook endpoints and their deliveries: look at them.
    WebhooksRead,
    /// Create, change, test and delete webhook endpoints.
    WebhooksWrite,
    /// The do-not-call lists: look at them.
    SuppressionsRead,
    /// Change the do-not-call lists.
    SuppressionsWrite,
    /// Keys, audit, accounts' inner state; and everything the others are good for.
    Admin,
}

words!(Scope, "scope", {
    TasksRead => "tasks:read", TasksWrite => "tasks:write", TasksControl => "tasks:control",
    ContactsRead => "contacts:read", ContactsWrite => "contacts:write", CallsRead => "calls:read",
    RecordingsRead => "recordings:read", EventsRead => "events:read", WebhooksRead => "webhooks:read",
    WebhooksWrite => "webhooks:write", SuppressionsRead => "suppressions:read",
    SuppressionsWrite => "suppressions:write", Admin => "admin",
});

/// A set of scopes. Written with blanks between them, as OAuth does (RFC 6749 section 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// Whether they are good for what needs `scope`.
    pub fn allow(self, scope: Scope) -> bool {
        self.has(scope) || self.has(Scope::Admin)
    }

    /// Those in it, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }

    /// Those that can be read in a blank-separated text. Words of other services are passed over.
    pub fn among(text: &str) -> Self {
        text.split(' ').filter_map(|word| Scope::from_str(word).ok()).collect()
    }

    fn has(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }
}

const fn bit(scope: Scope) -> u16 {
    1 << scope as u16
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | bit(scope)))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_allows_what_is_in_it_and_admin_allows_everything() {
        let reader: Scopes = [Scope::TasksRead, Scope::CallsRead].into_iter().collect();
        assert!(reader.allow(Scope::TasksRead) && !reader.allow(Scope::TasksWrite));
        let admin: Scopes = [Scope::Admin].into_iter().collect();
        for scope in Scope::ALL {
            assert!(admin.allow(*scope) && !Scopes::default().allow(*scope), "{scope}");
        }
    }

    #[test]
    fn a_set_is_read_as_it_is_written_and_foreign_words_are_nothing() {
        let all: Scopes = Scope::ALL.iter().copied().collect();
        assert_eq!(Scopes::among(&all.to_string()), all);
        assert_eq!(Scopes::among("openid admin:all tasks:read,tasks:write ").to_string(), "");
        assert_eq!(Scopes::among("openid calls:read tasks:read").to_string(), "tasks:read calls:read");
    }
}
