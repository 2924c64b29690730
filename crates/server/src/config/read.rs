//! The keys: which there are, what they must be.

use super::layers::Layers;
use super::reader::{Book, Section};
use super::{AccountConfig, Config, Problem, Webhooks, account};
use ipnet::IpNet;
use outdial_provider::Factory;
use reqwest::Url;
use std::net::{Ipv4Addr, SocketAddr};

/// Reads everything. Where something is wrong, a fallback stands in and a problem is told.
pub(super) fn config(layers: Layers, factories: &'static [&'static Factory]) -> (Config, Vec<Problem>) {
    let (mut book, mut root) = Book::open(layers);
    let book_ref = &mut book;

    let mut server = root.section(book_ref, "server");
    let listen = server.optional(book_ref, "listen", "an address and port such as 127.0.0.1:8080");
    let public_url = server.checked(
        book_ref,
        "public_url",
        "a URL such as https://outdial.example.com",
        |url: &String| is_public_url(url),
    );
    server.finish(book_ref);

    let mut store = root.section(book_ref, "store");
    let store_url = store.checked(
        book_ref,
        "url",
        "sqlite:// and the path of a file; other stores are not available in this version",
        |url: &String| url.starts_with("sqlite:"),
    );
    store.finish(book_ref);

    let mut section = root.section(book_ref, "webhooks");
    let webhooks = Webhooks {
        allow_http: section.optional(book_ref, "allow_http", "true or false").unwrap_or_default(),
        allowed_networks: section
            .optional::<Vec<IpNet>>(
                book_ref,
                "allowed_networks",
                "a list of networks such as [\"10.1.0.0/16\"]",
            )
            .unwrap_or_default(),
    };
    section.finish(book_ref);

    let accounts = accounts(&mut root, book_ref, factories);
    if root.names().iter().any(|name| name == "auth") {
        root.complain(
            book_ref,
            "auth",
            "not available in this version: clients come with API keys; remove it",
        );
    }
    root.finish(book_ref);

    let config = Config {
        listen: listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        public_url: public_url.map(|url: String| url.trim_end_matches('/').to_owned()),
        store_url: store_url.unwrap_or_default(),
        webhooks,
        accounts,
        values: book.shown,
    };
    (config, book.problems)
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
