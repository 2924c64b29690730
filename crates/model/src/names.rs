//! Names that configuration and vendors bring along. Open strings, never enums: adding a vendor or
//! an account must not touch a list anywhere.

/// A name with characters or a length it may not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a usable name: 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit")]
pub struct NameError(String);

fn check(text: &str) -> Result<(), NameError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if first && text.len() <= 64 && text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(NameError(text.chars().take(64).collect()))
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                $check(text).map(|()| Self(text.into()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name!(
    /// A vendor's product that can place calls, as configuration and the API call it.
    ProviderKind,
    check
);
name!(
    /// One set of credentials and settings at a provider.
    AccountId,
    check
);
name!(
    /// Rules that choose an account; where an account is named, a route can be named instead.
    RouteId,
    check
);
name!(
    /// Whose data a row is. Every row has one; a foreign row does not exist.
    ///
    /// Every tenant has a twin for its tests (`acme` and `acme+test`), whose data is its own and which reaches only
    /// accounts at the simulator. Nobody is named so from outside: configuration, tokens and commands name the tenant.
    TenantId,
    check_tenant
);

name!(
    /// What people are called for, as a client names it: `marketing`, `payment-reminders`.
    Purpose,
    check
);

const TWIN: &str = "+test";

fn check_tenant(text: &str) -> Result<(), NameError> {
    check(text.strip_suffix(TWIN).unwrap_or(text))
}

impl TenantId {
    /// The tenant named in configuration, in a token or by a command: never a twin.
    pub fn named(text: &str) -> Result<Self, NameError> {
        check(text).map(|()| Self(text.into()))
    }

    /// Whether it is the twin for tests.
    pub fn is_for_tests(&self) -> bool {
        self.0.ends_with(TWIN)
    }

    /// The twin for tests.
    pub fn for_tests(&self) -> Self {
        Self(format!("{}{TWIN}", self.itself()).into())
    }

    /// The name without what makes it the twin.
    pub fn itself(&self) -> &str {
        self.0.strip_suffix(TWIN).unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_and_its_twin_know_each_other() {
        let acme = TenantId::named("acme").unwrap();
        let twin = acme.for_tests();
        assert_eq!((twin.as_str(), twin.itself(), twin.for_tests()), ("acme+test", "acme", twin.clone()));
        assert!(twin.is_for_tests() && !acme.is_for_tests());
        assert_eq!(twin.as_str().parse::<TenantId>().unwrap(), twin);
        assert!(TenantId::named("acme+test").is_err() && "acme+other".parse::<TenantId>().is_err());
        assert!("acme+test".parse::<AccountId>().is_err());
    }
}
