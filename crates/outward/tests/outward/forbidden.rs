//! URLs nobody may make us ask, each tried where it is given and where it is sent to. Wherever one of them
//! leads to this machine, it leads to the canary's port.

use crate::book::{Book, policy};
use bytes::Bytes;
use outdial_outward::testing::Canary;
use outdial_outward::{Outward, OutwardError, Policy};
use std::time::Duration;

/// Refused although plain http is allowed; `PORT` is the canary's.
const FORBIDDEN: &[&str] = &[
    // Loopback and "this host", plainly.
    "http://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://127.0.0.53:PORT/",
    "http://127.255.255.254:PORT/",
    "http://0.0.0.0:PORT/",
    "http://0.1.2.3:PORT/",
    "http://[::1]:PORT/",
    "http://[::]:PORT/",
    // The same, written differently: one number, fewer parts, octal, hexadecimal, mixed, dotted at the end.
    "http://2130706433:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://017700000001:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://0x7F.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://0:PORT/",
    // Letters that become digits and dots, and percent signs that become letters.
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://１２７.０.０.１:PORT/",
    "http://127。0。0。1:PORT/",
    "http://127.0.0.%31:PORT/",
    "http://%6c%6f%63%61%6c%68%6f%73%74:PORT/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/",
    "http://loc\u{ad}alhost:PORT/",
    // IPv4 within IPv6: mapped, compatible, translated, tunnelled.
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::ffff:0:127.0.0.1]:PORT/",
    "http://[::ffff:8.8.8.8]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    "http://[5f00::7f00:1]:PORT/",
    // Private networks.
    "http://10.0.0.1:PORT/",
    "http://172.16.0.1:PORT/",
    "http://172.31.255.255:PORT/",
    "http://192.168.1.1:PORT/",
    "http://3232235777:PORT/",
    "http://[fc00::1]:PORT/",
    "http://[fd12:3456:789a::1]:PORT/",
    "http://[fec0::1]:PORT/",
    // Carriers' translation, and metadata services.
    "http://100.64.0.1:PORT/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0xA9FEA9FE/latest/meta-data/",
    "http://[::ffff:a9fe:a9fe]/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://169.254.0.23/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://168.63.129.16/metadata/instance",
    "http://192.0.0.192/opc/v1/instance/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://instance-data/latest/meta-data/",
    // Link-local, multicast, documentation, benchmarks, kept for the future.
    "http://[fe80::1]:PORT/",
    "http://224.0.0.1:PORT/",
    "http://239.255.255.250:1900/",
    "http://[ff02::1]:PORT/",
    "http://192.0.2.1:PORT/",
    "http://198.51.100.7:PORT/",
    "http://203.0.113.9:PORT/",
    "http://198.18.0.1:PORT/",
    "http://192.88.99.1:PORT/",
    "http://240.0.0.1:PORT/",
    "http://255.255.255.255:PORT/",
    "http://[2001:db8::1]:PORT/",
    "http://[3fff::1]:PORT/",
    "http://[100::1]:PORT/",
    "http://[2001:2::1]:PORT/",
    // Names of networks.
    "http://localhost:PORT/",
    "http://LOCALHOST.:PORT/",
    "http://anything.localhost:PORT/",
    "http://printer.local:PORT/",
    "http://db.internal:PORT/",
    "http://kubernetes.default.svc:PORT/",
    "http://postgres:PORT/",
    "http://router.home.arpa:PORT/",
    // Names of the internet that lead here.
    "http://loopback.example.com:PORT/",
    "http://six.example.com:PORT/",
    "http://mixed.example.com:PORT/",
    "http://metadata.example.com/latest/meta-data/",
    "http://nat64.example.com:PORT/",
    "http://nowhere.example.com:PORT/",
    // Credentials, and hosts that only look like others.
    "http://user:password@127.0.0.1:PORT/",
    "http://public.example.com:password@hooks.example.com/",
    "http://user@public.example.com/",
    "http://public.example.com:80@127.0.0.1:PORT/",
    "http://public.example.com#@127.0.0.1:PORT/\\",
    "http://public.example.com\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@public.example.com/",
    "http://public.example.com@@127.0.0.1:PORT/",
    // Other services' ports, and what is no port.
    "http://public.example.com:22/",
    "http://public.example.com:25/",
    "https://public.example.com:80/",
    "http://public.example.com:0/",
    "http://public.example.com:99999/",
    // Other schemes, and what is no URL.
    "file:///etc/passwd",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_GET",
    "ws://127.0.0.1:PORT/",
    "unix:/var/run/docker.sock",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "/hook",
    "",
    "http://",
    "http://:PORT/",
    "http://[::1:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://127.0.0.256:PORT/",
    "http://0x7f.0.0.0x100000000:PORT/",
    "http://\n127.0.0.1:PORT/",
    "http://127.0.\t0.1:PORT/",
    " http://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT /",
    "http://xn--a-ecp.ru:PORT/",
];

/// What the names above lead to.
fn book() -> Book {
    Book::default()
        .with("public.example.com", &["93.184.215.14"])
        .with("hooks.example.com", &["93.184.215.14"])
        .with("loopback.example.com", &["127.0.0.1"])
        .with("six.example.com", &["::1"])
        .with("mixed.example.com", &["93.184.215.14 127.0.0.1"])
        .with("metadata.example.com", &["169.254.169.254"])
        .with("nat64.example.com", &["64:ff9b::7f00:1"])
        .with("localhost", &["127.0.0.1"])
        .with("anything.localhost", &["127.0.0.1"])
        .with("postgres", &["93.184.215.14"])
}

/// Tries it as our callers do: checks what it is given, and posts if that was accepted.
async fn attempt(outward: &Outward, url: &str) -> Result<u16, OutwardError> {
    let checked = outward.check(url).await?;
    let answer = outward.post(&checked, &[], Bytes::new(), Duration::from_secs(5)).await?;
    Ok(answer.status)
}

#[tokio::test]
async fn a_forbidden_url_connects_to_nothing() {
    assert!(FORBIDDEN.len() >= 60);
    let (four, outward) = (Canary::new(), book().outward(&[]));
    let port = four.port().to_string();
    let six = four.twin();
    for url in FORBIDDEN {
        let url = url.replace("PORT", &port);
        let refused = outward.check(&url).await;
        let error = refused.expect_err(&url);
        assert!(error.is_refusal() || error == OutwardError::Unresolvable, "{url}: {error:?}");
        assert_eq!(attempt(&outward, &url).await, Err(error), "{url}");
        assert_eq!((four.connections(), six.as_ref().map_or(0, Canary::connections)), (0, 0), "{url}");
    }
}

#[tokio::test]
async fn a_forbidden_url_is_not_sent_to_though_nobody_checked_it() {
    let canary = Canary::new();
    let lenient = book().outward(&["127.0.0.0/8"]);
    let strict = book().outward(&[]);
    for host in ["127.0.0.1", "loopback.example.com", "localhost"] {
        let target = lenient.target(&format!("http://{host}:{}/", canary.port())).unwrap();
        let posted = strict.post(&target, &[], Bytes::new(), Duration::from_secs(5)).await;
        assert!(posted.unwrap_err().is_refusal(), "{host}");
    }
    assert_eq!(canary.connections(), 0);
}

#[test]
fn nothing_but_https_to_the_public_is_allowed_by_default() {
    let outward = Outward::new(Policy::default());
    assert!(matches!(outward.target("http://93.184.215.14/"), Err(OutwardError::Text(_))));
    assert!(matches!(outward.target("https://localhost/"), Err(OutwardError::Text(_))));
    assert!(matches!(outward.target("https://127.0.0.1/"), Err(OutwardError::Address(_))));
    assert!(outward.target("https://93.184.215.14/").is_ok());
}

#[tokio::test]
async fn a_network_is_allowed_by_naming_it() {
    let outward = book().outward(&["127.0.0.0/8"]);
    for host in ["127.0.0.1", "2130706433", "loopback.example.com", "localhost", "mixed.example.com"] {
        let checked = outward.check(&format!("http://{host}:8080/hook")).await;
        assert!(checked.is_ok(), "{host}: {checked:?}");
    }
    for host in ["[::1]", "10.0.0.1", "[::ffff:127.0.0.1]", "six.example.com", "metadata.example.com"] {
        let checked = outward.check(&format!("http://{host}:8080/hook")).await;
        assert!(matches!(checked, Err(OutwardError::Address(_))), "{host}: {checked:?}");
    }
    // A name of a network may lead into an allowed network, and nowhere else.
    let elsewhere = outward.check("http://postgres:8080/hook").await;
    assert_eq!(elsewhere, Err(OutwardError::Address("outside of the networks allowed")));
    let six = Outward::new(policy(&["::1/128"]));
    assert!(six.target("http://[::1]:8080/").is_ok() && six.target("http://127.0.0.1:8080/").is_err());
}
