//! Where everything is kept: which engine, and where it is. A database's URL may hold a password.

use outdial_model::{ExposeSecret, Secret};
use reqwest::Url;
use std::fmt;

use super::shown::MASK;

/// A URL the store can be opened by; printing it shows no password.
#[derive(Clone, Default)]
pub struct StoreUrl(Secret);

impl StoreUrl {
    /// What such a URL looks like.
    pub(super) const EXPECTED: &str =
        "sqlite:// and the path of a file, or postgres://user@host:5432/database; there is no other store";

    /// A URL whose scheme names an engine.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let usable = match scheme {
            "sqlite" => !rest.is_empty(),
            "postgres" | "postgresql" => Url::parse(text).is_ok() && rest.starts_with("//"),
            _ => false,
        };
        usable.then(|| Self(Secret::from(text.to_owned())))
    }

    /// The whole of it, for whoever connects.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.expose();
        if whole.starts_with("sqlite:") {
            return f.write_str(whole);
        }
        let Ok(mut url) = Url::parse(whole) else {
            return f.write_str(MASK);
        };
        // A URL without a host takes no password either.
        let _ = url.password().is_some().then(|| url.set_password(Some(MASK)));
        if url.query_pairs().any(|(name, _)| name == "password") {
            url.set_query(Some(MASK));
        }
        write!(f, "{url}")
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        StoreUrl::read(text).map(|url| url.to_string())
    }

    #[test]
    fn the_scheme_names_the_engine() {
        for usable in
            ["sqlite://outdial.db", "sqlite::memory:", "postgres://me@db:5432/outdial", "postgresql:///x"]
        {
            assert_eq!(shown(usable).as_deref(), Some(usable));
        }
        for wrong in ["mysql://db/outdial", "outdial.db", "", "postgres:db", "sqlite:"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(shown("postgres://me:hush@db/outdial").as_deref(), Some("postgres://me:***@db/outdial"));
        assert_eq!(
            shown("postgres://db/outdial?password=hush").as_deref(),
            Some("postgres://db/outdial?***")
        );
    }
}
