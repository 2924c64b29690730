//! Bodies no vendor means to send: the same odd ones in every run.

use serde_json::Value;

/// A seeded sequence of numbers (SplitMix64), the same on every machine.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`; 0 when there is nothing to choose from.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }
}

const ODD: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e308",
    "99999999999999999999",
    "3.5",
    "\"\"",
    "\" \"",
    "\"-\"",
    "\"null\"",
    "\"\\u0000\"",
    "\"+86\"",
    "\"2026-02-30 25:61:61\"",
    "\"\u{1F4DE}\"",
    "[]",
    "{}",
    "[null]",
    "[[]]",
    "{\"\":null}",
    "[1,\"1\",{}]",
];

/// `body`, changed in one odd way: in its bytes, or in one of its values.
pub(super) fn mutated(body: &[u8], draw: &mut Draw) -> Vec<u8> {
    match (draw.below(3), serde_json::from_slice::<Value>(body)) {
        (0, _) | (_, Err(_)) => with_odd_bytes(body, draw),
        (_, Ok(value)) => with_an_odd_value(value, draw),
    }
}

fn with_odd_bytes(body: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut body = body.to_vec();
    let (from, span) = (draw.below(body.len() + 1), draw.below(8));
    let to = (from + span).min(body.len());
    match draw.below(4) {
        0 => body.truncate(from),
        1 => drop(body.drain(from..to)),
        2 => {
            let again = body[from..to].to_vec();
            body.splice(from..from, again);
        }
        _ => {
            let byte = draw.next().to_le_bytes()[0];
            body.insert(from, byte);
        }
    }
    body
}

fn with_an_odd_value(mut value: Value, draw: &mut Draw) -> Vec<u8> {
    let mut pointers = Vec::new();
    collect(&value, String::new(), &mut pointers);
    let odd = draw.one_of(ODD).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    if let Some(place) = draw.one_of(&pointers).and_then(|pointer| value.pointer_mut(pointer)) {
        *place = odd;
    }
    value.to_string().into_bytes()
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(field, format!("{pointer}/{name}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{index}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}
