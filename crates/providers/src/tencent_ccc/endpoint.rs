//! Where requests go, and what their `Host` header will say.

use outdial_provider::ConfigProblem;
use reqwest::Url;

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `https://host/`; the action is chosen by header, never by path.
    pub url: String,
    /// What the `Host` header will say: the URL's authority, lower-case, with a port only when it is
    /// not the scheme's own. It is signed, so it must be exactly that.
    pub host: String,
}

impl Endpoint {
    /// Reads a base URL, which is a scheme and an authority and nothing else.
    pub fn parse(base_url: &str) -> Result<Self, ConfigProblem> {
        let problem = || ConfigProblem::new("base_url", "expected http(s)://host[:port] without a path");
        let url = Url::parse(base_url).map_err(|_| problem())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        let host = url
            .host_str()
            .filter(|_| bare && anonymous && matches!(url.scheme(), "http" | "https"))
            .ok_or_else(problem)?;
        Ok(Self {
            host: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            url: url.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_host_is_the_host_header_http_will_send() {
        for (base_url, host) in [
            ("http://127.0.0.1:9700", "127.0.0.1:9700"),
            ("https://CCC.TencentCloudAPI.com/", "ccc.tencentcloudapi.com"),
            ("https://ccc.tencentcloudapi.com:443", "ccc.tencentcloudapi.com"),
            ("http://[::1]:80", "[::1]"),
        ] {
            assert_eq!(Endpoint::parse(base_url).unwrap().host, host);
        }
    }

    #[test]
    fn what_is_more_than_an_authority_is_refused() {
        for base_url in [
            "ccc.tencentcloudapi.com",
            "https://proxy/ccc",
            "https://a:b@host",
            "https://host/?x",
            "ftp://host",
        ] {
            assert_eq!(Endpoint::parse(base_url).unwrap_err().key, "base_url", "{base_url}");
        }
    }
}
