//! Cursors.
//!
//! What was made reads back; another list, another installation, and one changed bit read nothing; of all that is
//! made up nothing is believed but what we would have written ourselves.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use outdial_api::fuzzing::Cursors;

#[derive(Debug, Arbitrary)]
struct Attempt<'a> {
    forged: &'a str,
    list: &'a str,
    key: &'a str,
    other_list: &'a str,
    at: u16,
    put: u8,
}

const SECRET: &[u8] = &[7; 32];
const OTHER_SECRET: &[u8] = &[8; 32];

fuzz_target!(|attempt: Attempt<'_>| {
    let Attempt { forged, list, key, other_list, at, put } = attempt;
    let cursors = Cursors::new(SECRET, list);
    let cursor = cursors.close(key);
    assert_eq!(cursors.open(&cursor).as_deref(), Some(key));
    assert_eq!(Cursors::new(OTHER_SECRET, list).open(&cursor), None, "of another installation");
    if other_list != list {
        assert_eq!(Cursors::new(SECRET, other_list).open(&cursor), None, "of another list");
    }
    assert_eq!(cursors.open(&[forged, &cursor].concat()).is_some(), forged.is_empty());
    // Whoever fuzzes sees what is compared, and learns to write good ones; so only what we would have written opens.
    assert!(cursors.open(forged).is_none_or(|key| cursors.close(&key) == forged), "made up");
    let mut spoilt = cursor.clone().into_bytes();
    let at = usize::from(at) % spoilt.len();
    spoilt[at] = put;
    if let Ok(spoilt) = String::from_utf8(spoilt) {
        assert_eq!(cursors.open(&spoilt).is_some(), spoilt == cursor, "one byte is another");
    }
    assert_eq!(cursors.open(cursor.get(..at).unwrap_or_default()), None, "cut short");
});
