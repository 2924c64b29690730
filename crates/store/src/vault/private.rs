//! What of a call is personal: where its recording is, and what its vendor understood.

use super::{Place, SealError, Vault};
use crate::StoreError;
use crate::row::{CallRow, json, to_json};

const COLUMN: &str = "calls.sealed";
/// No insights, as they are kept.
const NOTHING: &str = "[]";

/// What is in the sealed column.
#[derive(serde::Serialize, serde::Deserialize)]
struct Inside {
    recording: Option<String>,
    insights: String,
}

impl Vault {
    /// The row as it is written: what is personal of it sealed, if anything is.
    pub(crate) fn seal_call(&self, row: &CallRow) -> Result<CallRow, StoreError> {
        match self.seal_private(&row.id, row.recording.clone(), row.insights.clone())? {
            None => Ok(row.clone()),
            sealed => Ok(CallRow { recording: None, insights: NOTHING.to_owned(), sealed, ..row.clone() }),
        }
    }

    /// Recording and insights of the call, sealed; `None` where there is nothing to be sealed.
    pub(crate) fn seal_private(
        &self,
        id: &str,
        recording: Option<String>,
        insights: String,
    ) -> Result<Option<String>, StoreError> {
        if self.is_open() || (recording.is_none() && insights == NOTHING) {
            return Ok(None);
        }
        let inside = to_json(&Inside { recording, insights })?;
        Ok(self.seal(Place { column: COLUMN, row: id }, inside.as_bytes())?)
    }

    /// The row as it was before it was sealed.
    pub(crate) fn open_call(&self, mut row: CallRow) -> Result<CallRow, StoreError> {
        if let Some(sealed) = row.sealed.take() {
            let (recording, insights) = self.open_private(&row.id, &sealed)?;
            row.recording = recording;
            row.insights = insights;
        }
        Ok(row)
    }

    /// Recording and insights of the call.
    pub(crate) fn open_private(
        &self,
        id: &str,
        sealed: &str,
    ) -> Result<(Option<String>, String), StoreError> {
        let plain = self.unseal(Place { column: COLUMN, row: id }, sealed)?;
        let text = String::from_utf8(plain).map_err(|_| SealError::Unreadable(COLUMN))?;
        let Inside { recording, insights } = json(&text, COLUMN)?;
        Ok((recording, insights))
    }
}
