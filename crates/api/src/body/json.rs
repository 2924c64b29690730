//! JSON as it is read from clients: whole, not too deep, and with one meaning.

use crate::problem::{Problem, table};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};
use std::fmt;

/// Deepest nesting.
const MOST_LEVELS: usize = 32;
/// Most values: a thousand people with a hundred variables each fit in, and what they take in memory stays in proportion.
const MOST_VALUES: usize = 250_000;

/// JSON, or where it breaks. What it breaks on is not repeated.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Problem> {
    measured(text).map_err(|detail| Problem::new(&table::INVALID_JSON, detail))?;
    serde_json::from_slice(text).map(|Distinct(value)| value).map_err(|error| {
        let what = match error.classify() {
            Category::Eof => "it ends too early",
            Category::Data => "a name is there twice in one object",
            Category::Syntax | Category::Io => "it is no JSON",
        };
        let detail = format!("{what} at line {}, column {}", error.line(), error.column());
        Problem::new(&table::INVALID_JSON, detail)
    })
}

/// Refuses a text that opens a level too many or has a value too many, whatever stands within strings aside.
fn measured(text: &[u8]) -> Result<(), String> {
    let (mut level, mut values, mut within_string, mut escaped) = (0usize, 1usize, false, false);
    for (place, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within_string => escaped = true,
            b'"' => within_string = !within_string,
            b'{' | b'[' if !within_string => {
                level += 1;
                values += 1;
            }
            b',' if !within_string => values += 1,
            b'}' | b']' if !within_string => level = level.saturating_sub(1),
            _ => {}
        }
        if level > MOST_LEVELS {
            return Err(format!("nested deeper than {MOST_LEVELS} levels at byte {place}"));
        }
        if values > MOST_VALUES {
            return Err(format!("more than {MOST_VALUES} values at byte {place}"));
        }
    }
    Ok(())
}

/// A value of which no object has a name twice: readers differ on which of the two counts (RFC 8259 section 4).
struct Distinct(Value);

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Distinct(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Distinct(value))) = members.next_entry()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        [vec![b'['; levels], vec![b']'; levels]].concat()
    }

    #[test]
    fn levels_are_counted_outside_of_strings() {
        assert!(parse(&nested(MOST_LEVELS)).is_ok());
        assert!(parse(&nested(MOST_LEVELS + 1)).is_err());
        let brackets = format!("{:?}", "[\"".repeat(100));
        assert!(parse(brackets.as_bytes()).is_ok());
    }

    #[test]
    fn a_text_of_nothing_but_values_is_refused_before_it_is_read() {
        let many = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(parse(many(MOST_VALUES - 1).as_bytes()).is_ok());
        assert!(parse(many(MOST_VALUES).as_bytes()).is_err());
        let commas = format!("{:?}", ",".repeat(MOST_VALUES + 1));
        assert!(parse(commas.as_bytes()).is_ok());
    }

    #[test]
    fn broken_json_is_located_and_not_repeated() {
        let problem = parse(b"{\"phone\": \"+8613800000000\",\n oops}").unwrap_err();
        assert_eq!(problem.detail(), "it is no JSON at line 2, column 2");
        let problem = parse(b"{").unwrap_err();
        assert_eq!(problem.detail(), "it ends too early at line 1, column 1");
    }

    #[test]
    fn a_name_that_is_there_twice_has_no_meaning() {
        let problem = parse(br#"[{"phone": 1, "name": 2, "phone": 3}]"#).unwrap_err();
        assert!(problem.detail().starts_with("a name is there twice in one object at line 1"));
        assert!(parse(br#"[{"phone": 1, "name": {"phone": 2}}, {"phone": 3}]"#).is_ok());
    }
}
