//! The keys: which there are, what they must be.

use super::account::SECONDS;
use super::layers::Layers;
use super::reader::{Book, Section};
use super::{
    AccountConfig, Config, Limited, Problem, StoreUrl, Webhooks, account, auth, encryption, policy,
    retention, routes,
};
use outdial_api::Quotas;
use outdial_engine::Recordings;
use outdial_engine::outward::{self, Limits};
use outdial_model::ExposeSecret;
use outdial_provider::Factory;
use reqwest::Url;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

/// Reads everything. Where something is wrong, a fallback stands in and a problem is told.
pub(super) fn config(layers: Layers, factories: &'static [&'static Factory]) -> (Config, Vec<Problem>) {
    let (mut book, mut root) = Book::open(layers);
    let Server { listen, public_url, drain } = server(&mut root, &mut book);
    let store_url = store(&mut root, &mut book);
    let encryption = encryption::read(&mut root, &mut book);
    let retention = retention::read(&mut root, &mut book);
    let policy = policy::read(&mut root, &mut book);
    let metrics_listen = metrics(&mut root, &mut book);
    let otlp_endpoint = telemetry(&mut root, &mut book);
    let webhooks = webhooks(&mut root, &mut book);
    let recordings = recordings(&mut root, &mut book);
    let issuers = auth::issuers(&mut root, &mut book);
    let limits = limits(&mut root, &mut book);
    let accounts = accounts(&mut root, &mut book, factories);
    let routes = routes::read(&mut root, &mut book, &accounts);
    root.finish(&mut book);
    let (values, secrets) = (book.shown, book.secrets);
    let config = Config {
        listen,
        public_url,
        drain,
        metrics_listen,
        otlp_endpoint,
        store_url,
        encryption,
        webhooks,
        recordings,
        retention,
        policy,
        issuers,
        limits,
        accounts,
        routes,
        values,
        secrets,
    };
    (config, book.problems)
}

/// The table `[server]`.
struct Server {
    listen: SocketAddr,
    public_url: Option<String>,
    drain: Duration,
}

const ADDRESS: &str = "an address and port such as 127.0.0.1:8080";

fn server(root: &mut Section, book: &mut Book) -> Server {
    let mut section = root.section(book, "server");
    let listen = section.optional(book, "listen", ADDRESS);
    let url =
        section.checked(book, "public_url", "a URL such as https://outdial.example.com", |url: &String| {
            is_public_url(url)
        });
    let drain: Option<u64> = section.optional(book, "drain_seconds", "a whole number of seconds");
    section.finish(book);
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Server {
        listen: listen.unwrap_or(nowhere),
        public_url: url.map(|url| url.trim_end_matches('/').to_owned()),
        drain: Duration::from_secs(drain.unwrap_or_default()),
    }
}

fn metrics(root: &mut Section, book: &mut Book) -> Option<SocketAddr> {
    let mut section = root.section(book, "metrics");
    let listen = section.optional(book, "listen", ADDRESS);
    section.finish(book);
    listen
}

fn telemetry(root: &mut Section, book: &mut Book) -> Option<String> {
    const KEY: &str = "otlp_endpoint";
    let mut section = root.section(book, "telemetry");
    if section.has(KEY) && cfg!(not(feature = "otlp")) {
        let detail = "this binary sends no traces: build it with `--features otlp`, or remove the key";
        section.complain(book, KEY, detail);
    }
    let expected = "a URL such as http://127.0.0.1:4318/v1/traces";
    let endpoint = section.checked(book, KEY, expected, |url: &String| is_public_url(url));
    section.finish(book);
    endpoint
}

fn store(root: &mut Section, book: &mut Book) -> StoreUrl {
    let mut section = root.section(book, "store");
    let shown = |text: &str| StoreUrl::read(text).map(|url| url.to_string());
    let url = section.secret_as(book, "url", StoreUrl::EXPECTED, shown);
    section.finish(book);
    url.and_then(|url| StoreUrl::read(url.expose_secret())).unwrap_or_default()
}

fn webhooks(root: &mut Section, book: &mut Book) -> Webhooks {
    let mut section = root.section(book, "webhooks");
    let outward::Policy { allow_http, allowed_networks } = outward_policy(&mut section, book);
    section.finish(book);
    Webhooks { allow_http, allowed_networks }
}

fn recordings(root: &mut Section, book: &mut Book) -> Recordings {
    let mut section = root.section(book, "recordings");
    let mut number = |key, expected| {
        let found = section.checked(book, key, expected, |number: &u64| *number > 0);
        found.unwrap_or(1)
    };
    let limits = Limits {
        bytes: number("max_bytes", "a number of bytes, at least 1"),
        patience: Duration::from_secs(number("idle_seconds", SECONDS)),
        deadline: Duration::from_secs(number("timeout_seconds", SECONDS)),
    };
    let policy = outward_policy(&mut section, book);
    section.finish(book);
    Recordings::new(policy, limits)
}

pub(super) const NETWORKS: &str = "a list of networks such as [\"10.1.0.0/16\"]";

/// Where requests to hosts that others named may go.
fn outward_policy(section: &mut Section, book: &mut Book) -> outward::Policy {
    let allow_http = section.optional(book, "allow_http", "true or false").unwrap_or_default();
    let allowed_networks = section.optional(book, "allowed_networks", NETWORKS).unwrap_or_default();
    outward::Policy { allow_http, allowed_networks }
}

fn limits(root: &mut Section, book: &mut Book) -> Limited {
    let mut section = root.section(book, "limits");
    let mut quota = |key| {
        NonZeroU32::new(section.optional(book, key, "a number of requests, 0 for any number").unwrap_or(0))
    };
    let quotas = Quotas { client: quota("requests_per_minute"), tenant: quota("tenant_requests_per_minute") };
    let at_once =
        section.checked(book, "requests_at_once", "a number of requests, at least 1", |most| *most > 0);
    section.finish(book);
    Limited { quotas, requests_at_once: at_once.unwrap_or(1) }
}

fn accounts(
    root: &mut Section,
    book: &mut Book,
    factories: &'static [&'static Factory],
) -> Vec<AccountConfig> {
    let mut accounts = root.section(book, "accounts");
    let names = accounts.names();
    names.iter().filter_map(|name| account::read(&mut accounts, book, name, factories)).collect()
}

fn is_public_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}
