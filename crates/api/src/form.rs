//! Parsing at the edge: from a JSON value to what the engine takes, telling *everything* that is wrong.
//!
//! A request is walked by small readers. [`At`] is a value and where it stands; its methods read one
//! kind of value each (`text`, `integer`, `list`, `object`, …). [`Fields`] is an object being read, one
//! [`required`](Fields::required) or [`optional`](Fields::optional) line for each field it may have;
//! fields nobody asked for are refused by name. Whatever cannot be accepted is noted and stands for
//! itself as [`Noted`], which only [`At::wrong`] makes: a reader cannot fail without saying why.
//!
//! `null` means absent. Details never repeat a value.
//!
//! Not for: rules that need more than the request to decide (the engine's and the provider's).

mod place;
mod query;
mod values;

pub(crate) use query::Query;

use outdial_model::FieldProblem;
use place::Place;
use serde_json::{Map, Value};
use std::cell::RefCell;

/// Proof that a problem was noted.
#[derive(Debug)]
pub(crate) struct Noted(());

/// What a reader answers.
pub(crate) type Read<T> = Result<T, Noted>;

/// Reads `value`; answers what it means, or everything that is wrong with it.
pub(crate) fn read<T>(value: &Value, reader: impl FnOnce(At<'_>) -> Read<T>) -> Result<T, Vec<FieldProblem>> {
    let findings = RefCell::default();
    let result = reader(At { value, place: Place::Root, findings: &findings });
    match (result, findings.into_inner()) {
        (Ok(read), found) if found.is_empty() => Ok(read),
        (_, found) => Err(found),
    }
}

/// A value of the request and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    value: &'a Value,
    place: Place<'a>,
    findings: &'a RefCell<Vec<FieldProblem>>,
}

impl<'a> At<'a> {
    /// Notes what is wrong here.
    pub(crate) fn wrong(&self, code: &'static str, detail: impl Into<String>) -> Noted {
        let problem = FieldProblem::new(&self.place.to_string(), code, detail);
        self.findings.borrow_mut().push(problem);
        Noted(())
    }

    fn wrong_type(&self, expected: &str) -> Noted {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.wrong("wrong_type", format!("expected {expected}, found {found}"))
    }

    /// An object, read field by field.
    pub(crate) fn object<T>(self, reader: impl FnOnce(&mut Fields<'_>) -> Read<T>) -> Read<T> {
        let Value::Object(map) = self.value else {
            return Err(self.wrong_type("an object"));
        };
        let mut fields = Fields { map, at: self, known: Vec::new() };
        let read = reader(&mut fields);
        fields.refuse_unknown();
        read
    }

    /// An array of at most `most` items, each read by `item`.
    pub(crate) fn list<T>(self, most: usize, mut item: impl FnMut(At<'_>) -> Read<T>) -> Read<Vec<T>> {
        let Value::Array(values) = self.value else {
            return Err(self.wrong_type("an array"));
        };
        if values.len() > most {
            return Err(self.wrong("too_many", format!("expected at most {most} items")));
        }
        let items: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                item(At { value, place: Place::Item(&self.place, index), findings: self.findings })
            })
            .collect();
        items.into_iter().collect()
    }

    /// An object whose keys the client chooses, at most `most` of them.
    pub(crate) fn entries<T>(
        self,
        most: usize,
        mut entry: impl FnMut(&str, At<'_>) -> Read<T>,
    ) -> Read<Vec<(String, T)>> {
        let Value::Object(map) = self.value else {
            return Err(self.wrong_type("an object"));
        };
        if map.len() > most {
            return Err(self.wrong("too_many", format!("expected at most {most} entries")));
        }
        let entries: Vec<_> = map
            .iter()
            .map(|(key, value)| {
                let place = Place::Field(&self.place, key);
                let at = At { value, place, findings: self.findings };
                entry(key, at).map(|value| (key.clone(), value))
            })
            .collect();
        entries.into_iter().collect()
    }
}

/// An object being read. Every field asked for becomes one it may have.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    at: At<'a>,
    known: Vec<&'static str>,
}

impl Fields<'_> {
    /// A field that may be absent.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        reader: impl FnOnce(At<'_>) -> Read<T>,
    ) -> Read<Option<T>> {
        self.known.push(name);
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => reader(self.field(name, value)).map(Some),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        reader: impl FnOnce(At<'_>) -> Read<T>,
    ) -> Read<T> {
        self.optional(name, reader)?
            .ok_or_else(|| self.wrong(name, "missing_field", "this field is required"))
    }

    /// Notes what is wrong with a field, whether it is there or not.
    pub(crate) fn wrong(&self, name: &str, code: &'static str, detail: impl Into<String>) -> Noted {
        self.field(name, &Value::Null).wrong(code, detail)
    }

    fn field<'f>(&'f self, name: &'f str, value: &'f Value) -> At<'f> {
        At { value, place: Place::Field(&self.at.place, name), findings: self.at.findings }
    }

    fn refuse_unknown(&self) {
        for name in self.map.keys().filter(|name| !self.known.contains(&name.as_str())) {
            let nearest = self
                .known
                .iter()
                .map(|known| (strsim::jaro_winkler(name, known), known))
                .max_by(|(left, _), (right, _)| left.total_cmp(right));
            let detail = match nearest {
                Some((likeness, known)) if likeness > 0.7 => {
                    format!("there is no such field; did you mean `{known}`?")
                }
                _ => format!("there is no such field; there are: {}", self.known.join(", ")),
            };
            self.wrong(name, "unknown_field", detail);
        }
    }
}

#[cfg(test)]
mod tests;
