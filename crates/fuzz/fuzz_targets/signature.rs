//! The proof of a push: right at first, then changed.
//!
//! A push is let in when its proof is right, and never else.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use outdial_fuzz::accounts::{self, is_admitted, now};
use outdial_fuzz::proof::Headers;
use outdial_model::Timestamp;
use outdial_provider::Inbound;

#[derive(Debug, Arbitrary)]
struct Attempt<'a> {
    account: u8,
    kind: u8,
    /// Seconds between sending and arriving, in either direction.
    late: i16,
    /// Another body than the one that was proven.
    body: Option<&'a [u8]>,
    changes: Vec<Change<'a>>,
}

#[derive(Debug, Arbitrary)]
enum Change<'a> {
    Remove { which: u8 },
    Rename { which: u8, name: &'a str },
    Replace { which: u8, value: &'a str },
    Put { which: u8, at: u8, byte: u8 },
    Cut { which: u8, at: u8 },
    Lengthen { which: u8, more: &'a str },
    Upper { which: u8 },
    Lower { which: u8 },
    Before { name: &'a str, value: &'a str },
    After { name: &'a str, value: &'a str },
}

const BODY: &[u8] = b"{}";

fuzz_target!(|attempt: Attempt<'_>| {
    let account = accounts::proven(attempt.account);
    let kinds = account.provider.push_kinds();
    let sent_at = Timestamp::from_second(now().as_second() - i64::from(attempt.late)).unwrap_or_default();
    let mut headers = account.proof(BODY, sent_at);
    attempt.changes.iter().for_each(|change| change.make(&mut headers));
    let push = Inbound {
        kind: kinds[usize::from(attempt.kind) % kinds.len()].kind,
        query: "",
        headers: &headers,
        body: attempt.body.unwrap_or(BODY),
        received_at: now(),
    };
    let received = account.provider.receive(&push);
    let is_right = account.is_right(&push);
    assert!(is_right || !is_admitted(&received), "{headers:?} is let in: {received:?}");
    // Another body may be of another application, and is refused for that.
    assert!(!is_right || is_admitted(&received) || attempt.body.is_some(), "{headers:?} is not let in");
});

impl Change<'_> {
    fn make(&self, headers: &mut Headers) {
        match *self {
            Self::Remove { which } => {
                if let Some(at) = index(headers, which) {
                    headers.remove(at);
                }
            }
            Self::Rename { which, name } => at(headers, which, |header| header.0 = name.to_owned()),
            Self::Replace { which, value } => at(headers, which, |header| header.1 = value.to_owned()),
            Self::Put { which, at: place, byte } => at(headers, which, |header| {
                let mut bytes = std::mem::take(&mut header.1).into_bytes();
                let length = bytes.len().max(1);
                if let Some(there) = bytes.get_mut(usize::from(place) % length) {
                    *there = byte;
                }
                header.1 = String::from_utf8_lossy(&bytes).into_owned();
            }),
            Self::Cut { which, at: place } => at(headers, which, |header| {
                header.1 = header.1.chars().take(place.into()).collect();
            }),
            Self::Lengthen { which, more } => at(headers, which, |header| header.1.push_str(more)),
            Self::Upper { which } => at(headers, which, |header| header.1.make_ascii_uppercase()),
            Self::Lower { which } => at(headers, which, |header| header.1.make_ascii_lowercase()),
            Self::Before { name, value } => headers.insert(0, (name.to_owned(), value.to_owned())),
            Self::After { name, value } => headers.push((name.to_owned(), value.to_owned())),
        }
    }
}

fn index(headers: &Headers, which: u8) -> Option<usize> {
    usize::from(which).checked_rem(headers.len())
}

fn at(headers: &mut Headers, which: u8, change: impl FnOnce(&mut (String, String))) {
    if let Some(at) = index(headers, which) {
        change(&mut headers[at]);
    }
}
