//! `[encryption]`: the keys what is personal is encrypted with in the store.

use super::reader::{Book, Section};
use super::shown::MASK;
use outdial_model::ExposeSecret;
use outdial_store::{Keyring, MasterKey};
use std::collections::BTreeMap;

/// The keys, if there are any; then one of them is the active one.
pub(super) fn read(root: &mut Section, book: &mut Book) -> Option<Keyring> {
    let mut section = root.section(book, "encryption");
    let active: Option<String> = section.optional(book, "active", "the name of a key under encryption.keys");
    let mut tables = section.section(book, "keys");
    let names = tables.names();
    let keys: BTreeMap<_, _> =
        names.iter().filter_map(|name| Some((name.clone(), key(&mut tables, book, name)?))).collect();
    let ring = match &active {
        Some(active) if !names.contains(active) => {
            let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let detail = format!("there is no table encryption.keys.{active}; there are: {there}");
            section.complain(book, "active", detail);
            None
        }
        Some(active) => Keyring::new(active, keys),
        None if !names.is_empty() => {
            let detail =
                format!("must be set to one of {}: what is new is encrypted with it", names.join(", "));
            section.complain(book, "active", detail);
            None
        }
        None => None,
    };
    tables.finish(book);
    section.finish(book);
    ring
}

fn key(tables: &mut Section, book: &mut Book, name: &str) -> Option<MasterKey> {
    const KEY: &str = "32 random bytes in base64, as `openssl rand -base64 32` prints";
    let mut section = tables.section(book, name);
    let complaints = book.problems.len();
    let masked = |text: &str| MasterKey::from_base64(text).map(|_| MASK.to_owned());
    let text = section.secret_as(book, "key", KEY, masked);
    if text.is_none() && book.problems.len() == complaints {
        section.complain(book, "key", format!("must be set (or `key_file`): {KEY}"));
    }
    section.finish(book);
    MasterKey::from_base64(text?.expose_secret())
}
