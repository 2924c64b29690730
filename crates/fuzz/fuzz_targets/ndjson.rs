//! Contacts as lines of JSON.
//!
//! However the stream is cut, it is read alike; every line that is not blank is told of, under its number; what is
//! no JSON is no contact.

#![no_main]

use libfuzzer_sys::fuzz_target;
use outdial_api::fuzzing;
use outdial_fuzz::stream;
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    let upload = stream::read(bytes, |pieces| fuzzing::ndjson(pieces), stream::contact);
    assert_eq!(upload.refused, None, "a bad line costs nobody else");
    let lines = (1..).zip(without_mark(bytes).split(|byte| *byte == b'\n'));
    let expected: Vec<_> = lines.filter(|(_, line)| !line.trim_ascii().is_empty()).collect();
    let told: Vec<u64> = upload.lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(told, expected.iter().map(|(line, _)| *line).collect::<Vec<_>>());
    for ((_, contact), (line, text)) in upload.lines.iter().zip(expected) {
        if let Ok(contact) = contact {
            let object: Map<String, Value> = serde_json::from_slice(text).expect("a contact is an object");
            let phone = object.get("phone").and_then(Value::as_str).unwrap_or_default();
            assert_eq!(contact.phone, phone, "line {line}");
        }
    }
});

/// A byte order mark belongs to no line.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
