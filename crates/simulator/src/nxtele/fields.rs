//! Reading a request's members: missing is 2, a wrong JSON type is 3, a bad value is 4.

use serde_json::{Map, Value};

use super::Refusal;

#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(object: &'a Map<String, Value>) -> Fields<'a> {
        Fields(object)
    }

    pub(super) fn raw(self) -> &'a Map<String, Value> {
        self.0
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, Refusal> {
        self.required(name, Self::text_if_any)
    }

    /// A text that must also say something.
    pub(super) fn id(self, name: &str) -> Result<&'a str, Refusal> {
        match self.text(name)? {
            "" => Err(Refusal::value(format!("{name}: must not be empty"))),
            id => Ok(id),
        }
    }

    pub(super) fn text_if_any(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(super) fn integer(self, name: &str) -> Result<i64, Refusal> {
        self.required(name, Self::integer_if_any)
    }

    pub(super) fn integer_if_any(self, name: &str) -> Result<Option<i64>, Refusal> {
        self.typed(name, "an integer", Value::as_i64)
    }

    pub(super) fn flag_if_any(self, name: &str) -> Result<Option<bool>, Refusal> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    pub(super) fn object(self, name: &str) -> Result<Fields<'a>, Refusal> {
        self.required(name, Self::object_if_any)
    }

    pub(super) fn object_if_any(self, name: &str) -> Result<Option<Fields<'a>>, Refusal> {
        Ok(self.typed(name, "an object", Value::as_object)?.map(Fields))
    }

    pub(super) fn list(self, name: &str) -> Result<&'a Vec<Value>, Refusal> {
        self.required(name, Self::list_if_any)
    }

    pub(super) fn list_if_any(self, name: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
        self.typed(name, "an array", Value::as_array)
    }

    pub(super) fn texts(self, name: &str) -> Result<Vec<&'a str>, Refusal> {
        self.required(name, Self::texts_if_any)
    }

    pub(super) fn texts_if_any(self, name: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
        let Some(list) = self.list_if_any(name)? else {
            return Ok(None);
        };
        let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
        texts.map(Some).ok_or_else(|| wrong_type(name, "an array of strings"))
    }

    pub(super) fn integers_if_any(self, name: &str) -> Result<Option<Vec<i64>>, Refusal> {
        let Some(list) = self.list_if_any(name)? else {
            return Ok(None);
        };
        let integers: Option<Vec<i64>> = list.iter().map(Value::as_i64).collect();
        integers.map(Some).ok_or_else(|| wrong_type(name, "an array of integers"))
    }

    fn required<T>(
        self,
        name: &str,
        read: impl FnOnce(Self, &str) -> Result<Option<T>, Refusal>,
    ) -> Result<T, Refusal> {
        read(self, name)?.ok_or_else(|| Refusal::new(Refusal::MISSING, format!("{name} is missing")))
    }

    fn typed<T>(
        self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| wrong_type(name, expected)),
        }
    }

    /// `null` counts as absent; a blank after the name is forgiven, because a published example has one (25).
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).or_else(|| self.0.get(&format!("{name} "))).filter(|value| !value.is_null())
    }
}

fn wrong_type(name: &str, expected: &str) -> Refusal {
    Refusal::new(Refusal::FORMAT, format!("{name}: must be {expected}"))
}
