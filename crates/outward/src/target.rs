//! A URL that is fit to be asked, as far as its text tells.

use crate::OutwardError::{self, Text};
use crate::policy::{Policy, Reach};
use std::fmt;
use std::net::IpAddr;
use url::{Host, Url};

/// Longest URL, in bytes, that is taken of people.
pub(crate) const MOST_BYTES: usize = 2048;
/// Ports from here on are nobody's by convention.
pub(crate) const FIRST_FREE_PORT: u16 = 1024;

/// A URL whose text is in order and whose host, if it is a literal address, may be connected to. What a
/// name leads to is looked at when it is connected to. Prints as its origin: the rest may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// Reads a URL of up to `most` bytes as far as its text tells, wherever it leads.
    pub fn read(text: &str, most: usize) -> Result<Self, OutwardError> {
        Self::parse(text, most, &Policy::everywhere())
    }

    /// Reads the text as a browser would: however an address is written, it is seen for what it is.
    pub(crate) fn parse(text: &str, most: usize, policy: &Policy) -> Result<Self, OutwardError> {
        if text.is_empty() {
            return Err(Text("there is no URL"));
        }
        if text.len() > most {
            return Err(Text("the URL is too long"));
        }
        if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(Text("a URL has no blanks, backslashes or control characters"));
        }
        let url = Url::parse(text).map_err(|_| Text("this is not a URL"))?;
        let usual_port = match url.scheme() {
            "https" => 443,
            "http" if policy.allow_http => 80,
            _ => return Err(Text("the URL has to begin with https://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Text("the URL must not hold a user name or password"));
        }
        let port = url.port().unwrap_or(usual_port);
        if port != usual_port && port < FIRST_FREE_PORT {
            return Err(Text("the port is another service's; use the usual one, or one from 1024 on"));
        }
        match url.host() {
            Some(Host::Ipv4(address)) => policy.admit(IpAddr::V4(address), Reach::Anywhere)?,
            Some(Host::Ipv6(address)) => policy.admit(IpAddr::V6(address), Reach::Anywhere)?,
            Some(Host::Domain(name)) => {
                if Reach::of(name) == Reach::AllowedNetworks && policy.allowed_networks.is_empty() {
                    return Err(Text("the host's name means nothing outside of some network"));
                }
            }
            None => return Err(Text("the URL names no host")),
        }
        Ok(Self(url))
    }

    /// The whole URL, normalised. May hold secrets.
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    /// The host's name, in lower case and ASCII; `None` for a literal address.
    pub fn name(&self) -> Option<&str> {
        self.0.domain().map(|name| name.strip_suffix('.').unwrap_or(name))
    }

    /// Whether the host is `domain` or has a name under it.
    pub fn is_within(&self, domain: &str) -> bool {
        let above = self.name().and_then(|name| name.strip_suffix(domain));
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }

    /// The host, and the port where it is not the usual one: what a list of hosts would have to say.
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether both have the same scheme, host and port.
    pub fn shares_origin(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// Whether it is the other or something under its path. With an encoded slash it is not: some hosts would decode it, and
    /// then it would be somewhere else.
    pub fn is_below(&self, other: &Self) -> bool {
        let base = other.0.path().trim_end_matches('/');
        let below = self.0.path().strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_slash =
            |code: &[u8]| [&b"%2f"[..], b"%5c"].iter().any(|slash| code.eq_ignore_ascii_case(slash));
        let is_plain = |rest: &str| base.is_empty() || !rest.as_bytes().windows(3).any(is_slash);
        self.shares_origin(other) && below.is_some_and(is_plain)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Target {
    /// Scheme, host and port.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Result<Target, OutwardError> {
        Target::parse(text, MOST_BYTES, &Policy::default())
    }

    #[test]
    fn a_url_is_no_longer_than_it_may_be() {
        let long = |length: usize| format!("https://hooks.example.com/{}", "x".repeat(length - 26));
        assert!(target(&long(MOST_BYTES)).is_ok());
        assert_eq!(target(&long(MOST_BYTES + 1)), Err(Text("the URL is too long")));
        assert!(Target::read(&long(MOST_BYTES + 1), 2 * MOST_BYTES).is_ok());
        assert!(
            Target::read("http://127.0.0.1/", 20).is_ok() && Target::read("ftp://a.example.com", 99).is_err()
        );
    }

    #[test]
    fn ordinary_urls_are_targets() {
        for text in [
            "https://hooks.example.com/outdial",
            "https://hooks.example.com:8443/a?token=1#part",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]/",
            "https://bücher.example.com/",
            "HTTPS://HOOKS.EXAMPLE.COM",
        ] {
            assert!(target(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_target_prints_no_more_than_its_origin() {
        let target = target("https://hooks.example.com:8443/secret-path?token=secret#secret").unwrap();
        assert_eq!(format!("{target} {target:?}").matches("secret").count(), 0);
        assert_eq!(target.to_string(), "https://hooks.example.com:8443");
        assert!(target.expose().contains("token=secret"));
    }

    #[test]
    fn a_domain_covers_what_is_under_it_and_nothing_that_looks_like_it() {
        let target = target("https://Media.Vendor.example.com./r.wav").unwrap();
        assert!(target.is_within("vendor.example.com") && target.is_within("media.vendor.example.com"));
        assert!(!target.is_within("dor.example.com") && !target.is_within("other.example.com"));
        let literal = self::target("https://8.8.8.8/").unwrap();
        assert!(!literal.is_within("8"));
    }

    #[test]
    fn what_is_below_another_is_under_its_path_however_it_is_written() {
        let is_below = |text: &str, base: &str| {
            let [target, base] = [text, base].map(|text| Target::read(text, MOST_BYTES).unwrap());
            target.is_below(&base)
        };
        for base in ["https://a.example.com/api/v3", "https://a.example.com/api/v3/"] {
            assert!(
                is_below("https://a.example.com/api/v3/r.wav?x", base)
                    && is_below("https://A.example.com/api/v3", base)
            );
            for elsewhere in [
                "https://a.example.com/",
                "https://a.example.com/api/v33/r.wav",
                "https://a.example.com/api/v3/../admin",
                "https://a.example.com/api/v3/%2e%2E/admin",
                "https://a.example.com/api/v3/..%2f../admin",
                "https://a.example.com/api/v3/..%5Cadmin",
                "https://b.example.com/api/v3/r.wav",
            ] {
                assert!(!is_below(elsewhere, base), "{elsewhere}");
            }
        }
        assert!(is_below("https://a.example.com/x%2Fy", "https://a.example.com"));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let shares = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| Target::read(text, MOST_BYTES).unwrap());
            one.shares_origin(&other)
        };
        assert!(shares("http://127.0.0.1:9700/a", "http://127.0.0.1:9700/b?c"));
        assert!(shares("https://API.example.com/", "https://api.example.com:443/x"));
        assert!(!shares("http://127.0.0.1:9700/", "http://127.0.0.1:9701/"));
        assert!(!shares("http://a.example.com/", "https://a.example.com/"));
        assert!(!shares("https://a.example.com/", "https://b.example.com/"));
        let target = target("https://u.example.com:8443/secret").unwrap();
        assert_eq!(target.authority(), "u.example.com:8443");
    }
}
