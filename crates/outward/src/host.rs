//! Which hosts a URL may name: entries of a list the operator writes.

use crate::Target;
use crate::target::FIRST_FREE_PORT;
use std::str::FromStr;
use url::{Host, Url};

/// One host, or every host whose name is under a domain, at one port.
///
/// Written as `media.example.com`, `*.example.com`, or either with `:port`. Without a port it is the usual one of
/// whatever scheme the URL has. A port no [`Target`] has is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    host: Host<String>,
    /// Not the host itself but every name under it.
    is_under: bool,
    port: Option<u16>,
}

/// The text is no entry for a list of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a host such as media.example.com, *.example.com or media.example.com:8443")]
pub struct NoHostRule;

impl HostRule {
    /// Whether the URL's host is meant.
    pub fn admits(&self, target: &Target) -> bool {
        let url = target.url();
        let fits = match (&self.host, self.is_under) {
            (Host::Domain(domain), true) => {
                target.is_within(domain) && target.name() != Some(domain.as_str())
            }
            (Host::Domain(domain), false) => target.name() == Some(domain.as_str()),
            (literal, _) => url.host().is_some_and(|host| host.to_owned() == *literal),
        };
        let at_port = match self.port {
            Some(port) => url.port_or_known_default() == Some(port),
            None => url.port().is_none(),
        };
        fits && at_port
    }
}

impl FromStr for HostRule {
    type Err = NoHostRule;

    fn from_str(text: &str) -> Result<Self, NoHostRule> {
        let (is_under, rest) = text.strip_prefix("*.").map_or((false, text), |rest| (true, rest));
        let is_bare = !rest.is_empty() && !rest.contains(['/', '?', '#', '@', '\\', '*', ' ']);
        let read = |scheme: &str| Url::parse(&format!("{scheme}://{rest}/")).map_err(|_| NoHostRule);
        // Each scheme leaves its own usual port out.
        let (url, other) = if is_bare { (read("https")?, read("http")?) } else { return Err(NoHostRule) };
        let port = url.port().or(other.port());
        if port.is_some_and(|port| port < FIRST_FREE_PORT && ![80, 443].contains(&port)) {
            return Err(NoHostRule);
        }
        let host = match url.host().ok_or(NoHostRule)?.to_owned() {
            Host::Domain(name) => Host::Domain(name.strip_suffix('.').unwrap_or(&name).to_owned()),
            literal => literal,
        };
        // A whole top-level domain is nobody's.
        let is_wide = is_under && !matches!(&host, Host::Domain(name) if name.contains('.'));
        if is_wide { Err(NoHostRule) } else { Ok(Self { host, is_under, port }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outward, Policy};

    fn admits(rule: &str, url: &str) -> bool {
        let target = Outward::new(Policy::everywhere()).target(url).unwrap();
        rule.parse::<HostRule>().unwrap().admits(&target)
    }

    #[test]
    fn a_host_is_meant_by_its_name_however_it_is_written() {
        for url in
            ["https://media.example.com/a?b", "https://MEDIA.example.com./", "http://media.example.com/"]
        {
            assert!(admits("Media.Example.com", url), "{url}");
        }
        for url in [
            "https://example.com/",
            "https://a.media.example.com/",
            "https://media.example.com.evil.net/",
            "https://notmedia.example.com/",
            "https://media.example.com:8443/",
        ] {
            assert!(!admits("media.example.com", url), "{url}");
        }
    }

    #[test]
    fn a_star_stands_for_names_under_a_domain_and_not_for_the_domain() {
        assert!(admits("*.example.com", "https://a.example.com/"));
        assert!(admits("*.example.com", "https://a.b.example.com/"));
        assert!(!admits("*.example.com", "https://example.com/"));
        assert!(!admits("*.example.com", "https://badexample.com/"));
        assert!(!admits("*.example.com", "https://a.example.com:8443/"));
        assert!(admits("*.example.com:8443", "https://a.example.com:8443/"));
    }

    #[test]
    fn an_address_is_meant_whatever_its_form_and_a_port_is_only_itself() {
        assert!(admits("127.0.0.1:9000", "http://0x7f.1:9000/"));
        assert!(!admits("127.0.0.1:9000", "http://127.0.0.1:9001/"));
        assert!(!admits("127.0.0.1", "http://127.0.0.1:9000/"));
        assert!(admits("[::1]:9000", "http://[0:0::1]:9000/"));
        assert!(admits("media.example.com:443", "https://media.example.com/"));
        assert!(admits("*.example.com:80", "http://media.example.com:80/"));
        assert!(!admits("media.example.com:443", "http://media.example.com/"));
        assert!(!admits("media.example.com:80", "https://media.example.com/"));
        assert!(admits("bücher.example.com", "https://xn--bcher-kva.example.com/"));
    }

    #[test]
    fn what_is_no_host_is_no_entry() {
        for text in [
            "",
            "*",
            "*.com",
            "*.127.0.0.1",
            "https://a.com",
            "a.com/x",
            "u@a.com",
            "a b",
            "a.*.com",
            "a.com:x",
            "a.com:22",
            "*.a.com:993",
        ] {
            assert_eq!(text.parse::<HostRule>(), Err(NoHostRule), "{text}");
        }
    }
}
