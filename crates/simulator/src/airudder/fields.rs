//! Reading a request's members; whatever is wrong with one is `code` 400.

use serde_json::{Map, Value};

use super::Refusal;

#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(object: &'a Map<String, Value>) -> Fields<'a> {
        Fields(object)
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, Refusal> {
        let text = self.text_if_any(name)?;
        text.ok_or_else(|| Refusal::bad(format!("{name} is missing")))
    }

    /// An empty text counts as absent.
    pub(super) fn text_if_any(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::bad(format!("{name}: must be a string"))),
        }
    }

    pub(super) fn integer(self, name: &str) -> Result<i64, Refusal> {
        let value = self.get(name).ok_or_else(|| Refusal::bad(format!("{name} is missing")))?;
        value.as_i64().ok_or_else(|| Refusal::bad(format!("{name}: must be an integer")))
    }

    pub(super) fn objects_if_any(self, name: &str) -> Result<Option<Vec<Fields<'a>>>, Refusal> {
        let wrong = || Refusal::bad(format!("{name}: must be an array of objects"));
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let items = value.as_array().ok_or_else(wrong)?.iter();
        items.map(|item| item.as_object().map(Fields).ok_or_else(wrong)).collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn object_if_any(self, name: &str) -> Result<Option<&'a Map<String, Value>>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value.as_object().map(Some).ok_or_else(|| Refusal::bad(format!("{name}: must be an object")))
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}
