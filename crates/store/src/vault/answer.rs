//! Answers that are kept for requests that are sent again: they may show a person, and their fingerprints are hashes of
//! what was asked.

use super::{Place, SealError, Vault};
use crate::StoreError;
use crate::row::to_json;
use std::borrow::Cow;

const COLUMN: &str = "once_keys.body";
const FINGERPRINT: &str = "once_keys.fingerprint";

/// An answer's columns.
pub(crate) struct AnswerColumns<'a> {
    pub(crate) fingerprint: Cow<'a, str>,
    pub(crate) body: Cow<'a, str>,
    pub(crate) sealed: bool,
}

impl Vault {
    /// Fingerprint and body as they are written; `row` is the key's row.
    pub(crate) fn answer<'a>(
        &self,
        row: [&str; 3],
        fingerprint: &'a str,
        body: &'a str,
    ) -> Result<AnswerColumns<'a>, StoreError> {
        let row = to_json(&row)?;
        Ok(match self.seal(Place { column: COLUMN, row: &row }, body.as_bytes())? {
            None => AnswerColumns { fingerprint: fingerprint.into(), body: body.into(), sealed: false },
            Some(body) => {
                AnswerColumns { fingerprint: self.print(fingerprint).into(), body: body.into(), sealed: true }
            }
        })
    }

    /// What a fingerprint is compared by once its answer is sealed.
    pub(crate) fn print(&self, fingerprint: &str) -> String {
        self.hash(FINGERPRINT, fingerprint)
    }

    /// A body as it was given.
    pub(crate) fn open_body(&self, row: [&str; 3], sealed: &str) -> Result<String, StoreError> {
        let row = to_json(&row)?;
        let plain = self.unseal(Place { column: COLUMN, row: &row }, sealed)?;
        Ok(String::from_utf8(plain).map_err(|_| SealError::Unreadable(COLUMN))?)
    }
}
