//! Takes values out of a table one by one: remembers what was asked for, what was found, and what
//! was wrong with it. What is left at the end is unknown.

use super::layers::Layers;
use super::shown::{MASK, UNSET};
use super::{Origin, Problem, ShownValue};
use figment::value::{Dict, Value};
use outdial_model::Secret;
use outdial_providers::nearest;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Display;

/// What reading has found out so far.
pub(super) struct Book {
    layers: Layers,
    pub(super) problems: Vec<Problem>,
    pub(super) shown: Vec<ShownValue>,
    /// What is not shown as it is, by its key.
    pub(super) secrets: BTreeMap<String, Secret>,
}

/// A table, or what is left of it.
pub(super) struct Section {
    path: String,
    values: Dict,
    asked: Vec<String>,
    /// What was asked for and was there.
    set: Vec<String>,
}

impl Book {
    /// A book with nothing in it yet, and the outermost table.
    pub(super) fn open(layers: Layers) -> (Self, Section) {
        let section =
            Section { path: String::new(), values: layers.values(), asked: Vec::new(), set: Vec::new() };
        let book = Self { layers, problems: Vec::new(), shown: Vec::new(), secrets: BTreeMap::new() };
        (book, section)
    }

    fn complain(&mut self, key: String, origin: Option<Origin>, detail: impl Into<String>) {
        self.problems.push(Problem { key, origin, detail: detail.into() });
    }

    fn show(&mut self, key: String, value: impl Display, origin: Origin) {
        self.shown.push(ShownValue { key, value: value.to_string(), origin });
    }
}

impl Section {
    /// The whole key of `key` in this table.
    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.asked.push(key.to_owned());
        let value = self.values.remove(key)?;
        self.set.push(key.to_owned());
        Some(value)
    }

    /// The value of `key` if it is of that type, left where it is.
    pub(super) fn peek<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        decode(self.values.get(key)?, &Origin::Default)
    }

    /// The table under `key`; empty when there is none.
    pub(super) fn section(&mut self, book: &mut Book, key: &str) -> Self {
        let path = self.key(key);
        let values = match self.take(key) {
            None => Dict::new(),
            Some(Value::Dict(_, values)) => values,
            Some(other) => {
                let origin = book.layers.origin(other.tag());
                book.complain(path.clone(), Some(origin), "expected a table");
                Dict::new()
            }
        };
        Self { path, values, asked: Vec::new(), set: Vec::new() }
    }

    /// The tables under `key`, written `[[key]]`; none when there is nothing.
    pub(super) fn sections(&mut self, book: &mut Book, key: &str) -> Vec<Self> {
        let path = self.key(key);
        let values = match self.take(key) {
            None => return Vec::new(),
            Some(Value::Array(_, values)) => values,
            Some(other) => {
                let origin = book.layers.origin(other.tag());
                let place = match origin {
                    Origin::Environment => " in the file; the environment cannot give them",
                    _ => "",
                };
                let detail = format!("expected tables, each written `[[{path}]]`{place}");
                book.complain(path, Some(origin), detail);
                return Vec::new();
            }
        };
        let section = |(place, value)| match value {
            Value::Dict(_, values) => {
                Self { path: format!("{path}.{place}"), values, asked: Vec::new(), set: Vec::new() }
            }
            _ => Self {
                path: format!("{path}.{place}"),
                values: Dict::new(),
                asked: Vec::new(),
                set: Vec::new(),
            },
        };
        values.into_iter().enumerate().map(section).collect()
    }

    /// Whether `key` was there before it was asked for.
    pub(super) fn was_set(&self, key: &str) -> bool {
        self.set.iter().any(|set| set == key)
    }

    /// What is in the file that `key` names.
    pub(super) fn file(&mut self, book: &mut Book, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let origin = book.layers.origin(value.tag());
        let (file, text) = self.secret_file(book, key, &value, &origin)?;
        book.show(self.key(key), file, origin);
        book.secrets.insert(self.key(key), text.clone().into());
        Some(text)
    }

    /// Whether `key` is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The names in this table.
    pub(super) fn names(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    /// The value of `key`, if there is a usable one; `expected` tells what would be.
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        book: &mut Book,
        key: &str,
        expected: &str,
    ) -> Option<T> {
        self.checked(book, key, expected, |_: &T| true)
    }

    /// As [`Self::optional`], for values that `fine` has a say in.
    pub(super) fn checked<T: DeserializeOwned>(
        &mut self,
        book: &mut Book,
        key: &str,
        expected: &str,
        fine: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let path = self.key(key);
        let Some(value) = self.take(key) else {
            book.show(path, UNSET, Origin::Default);
            return None;
        };
        let origin = book.layers.origin(value.tag());
        let decoded = decode(&value, &origin).filter(fine);
        match decoded {
            Some(_) => book.show(path, plain(&value), origin),
            None => book.complain(path, Some(origin), format!("expected {expected}")),
        }
        decoded
    }

    /// As [`Self::checked`], for a key that has a default; `fallback` is shown when nothing is set.
    pub(super) fn or<T: DeserializeOwned + Display>(
        &mut self,
        book: &mut Book,
        key: &str,
        expected: &str,
        fallback: T,
        fine: impl Fn(&T) -> bool,
    ) -> T {
        if self.has(key) {
            return self.checked(book, key, expected, fine).unwrap_or(fallback);
        }
        self.asked.push(key.to_owned());
        book.show(self.key(key), &fallback, Origin::Default);
        fallback
    }

    /// The secret `key`, from the key itself or from the file that `<key>_file` names.
    pub(super) fn secret(&mut self, book: &mut Book, key: &str) -> Option<Secret> {
        let masked = |text: &str| (!text.is_empty()).then(|| MASK.to_owned());
        self.secret_as(book, key, "text in quotes, not empty", masked)
    }

    /// As [`Self::secret`], for one that people may see a part of: `shown` answers it, or `None` for a
    /// text that cannot be used; `expected` tells what can.
    pub(super) fn secret_as(
        &mut self,
        book: &mut Book,
        key: &str,
        expected: &str,
        shown: impl Fn(&str) -> Option<String>,
    ) -> Option<Secret> {
        let file_key = format!("{key}_file");
        let direct = self.take(key).map(|value| (book.layers.origin(value.tag()), value));
        let file = self.take(&file_key).map(|value| (book.layers.origin(value.tag()), value));
        match (direct, file) {
            (None, None) => {
                book.show(self.key(key), UNSET, Origin::Default);
                None
            }
            (Some((here, _)), Some((there, _))) if here == there => {
                let detail = format!("set either `{key}` or `{file_key}`, not both");
                book.complain(self.key(key), Some(here), detail);
                None
            }
            (Some((origin, value)), file) if file.is_none() || origin == Origin::Environment => {
                let text = decode::<String>(&value, &origin);
                let usable = text.and_then(|text| Some((shown(&text)?, text)));
                match &usable {
                    Some((shown, _)) => book.show(self.key(key), shown, origin),
                    None => book.complain(self.key(key), Some(origin), format!("expected {expected}")),
                }
                let secret = usable.map(|(_, text)| Secret::from(text));
                book.secrets.extend(secret.clone().map(|secret| (self.key(key), secret)));
                secret
            }
            (_, Some((origin, value))) => {
                let (file, text) = self.secret_file(book, &file_key, &value, &origin)?;
                match shown(&text) {
                    Some(_) => book.show(self.key(&file_key), file, origin),
                    None => {
                        let detail = format!("the file {file} must hold {expected}");
                        book.complain(self.key(&file_key), Some(origin), detail);
                        return None;
                    }
                }
                let secret = Secret::from(text);
                book.secrets.insert(self.key(key), secret.clone());
                Some(secret)
            }
            (Some(_), None) => None,
        }
    }

    /// The path of a file that holds a secret, and what is in it.
    fn secret_file(
        &self,
        book: &mut Book,
        key: &str,
        value: &Value,
        origin: &Origin,
    ) -> Option<(String, String)> {
        let path = self.key(key);
        let Some(file) = decode::<String>(value, origin) else {
            book.complain(path, Some(origin.clone()), "expected the path of a file");
            return None;
        };
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text.trim_end_matches(['\r', '\n']).to_owned(),
            Err(error) => {
                book.complain(path, Some(origin.clone()), format!("the file {file} cannot be read: {error}"));
                return None;
            }
        };
        if text.is_empty() {
            book.complain(path, Some(origin.clone()), format!("the file {file} is empty"));
            return None;
        }
        Some((file, text))
    }

    /// A complaint about `key`, whether it is there or not.
    pub(super) fn complain(&mut self, book: &mut Book, key: &str, detail: impl Into<String>) {
        let origin = self.take(key).map(|value| book.layers.origin(value.tag()));
        book.complain(self.key(key), origin, detail);
    }

    /// A value of a form only its reader knows: shown and handed on as it is.
    pub(super) fn opaque(&mut self, book: &mut Book, key: &str) -> Option<serde_json::Value> {
        let path = self.key(key);
        let Some(value) = self.take(key) else {
            book.show(path, UNSET, Origin::Default);
            return None;
        };
        book.show(path, plain(&value), book.layers.origin(innermost(&value).tag()));
        as_json(&value, &book.layers)
    }

    /// Complains of everything that nobody asked for.
    pub(super) fn finish(self, book: &mut Book) {
        for (name, value) in &self.values {
            let valid = || self.asked.iter().map(String::as_str);
            let detail = match nearest(name, valid()) {
                Some(meant) => format!("no such key; did you mean `{meant}`?"),
                None => format!("no such key; there are {}", valid().collect::<Vec<_>>().join(", ")),
            };
            let origin = book.layers.origin(innermost(value).tag());
            book.complain(self.key(name), Some(origin), detail);
        }
    }
}

/// A table made of several layers belongs to none; what is in it does.
fn innermost(value: &Value) -> &Value {
    let inner = value.as_dict().and_then(|dict| dict.values().next());
    inner.map_or(value, innermost)
}

/// Text in the environment may be meant as a number, a list or the like: the reader's type decides.
fn decode<T: DeserializeOwned>(value: &Value, origin: &Origin) -> Option<T> {
    let direct = serde_json::to_value(value).ok()?;
    serde_json::from_value(direct).ok().or_else(|| {
        let text = value.as_str().filter(|_| *origin == Origin::Environment)?;
        serde_json::from_value(as_toml(text)?).ok()
    })
}

/// As JSON, text of the environment being what TOML makes of it.
fn as_json(value: &Value, layers: &Layers) -> Option<serde_json::Value> {
    match value {
        Value::Dict(_, dict) => {
            dict.iter().map(|(key, value)| Some((key.clone(), as_json(value, layers)?))).collect()
        }
        Value::String(tag, text) if layers.origin(*tag) == Origin::Environment => {
            Some(as_toml(text).unwrap_or_else(|| text.as_str().into()))
        }
        other => serde_json::to_value(other).ok(),
    }
}

fn as_toml(text: &str) -> Option<serde_json::Value> {
    let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

fn plain(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => serde_json::to_value(value).map(|json| json.to_string()).unwrap_or_default(),
    }
}
