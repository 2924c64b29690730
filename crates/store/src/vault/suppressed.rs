//! The number of a suppression.

use super::{Place, SealError, Vault};
use outdial_model::Phone;

const COLUMN: &str = "suppressions.person";

impl Vault {
    /// The number, sealed if anything is.
    pub(crate) fn suppressed(&self, id: &str, phone: &Phone) -> Result<Option<String>, SealError> {
        self.seal(Place { column: COLUMN, row: id }, phone.e164().as_bytes())
    }

    /// The number, from its sealed column.
    pub(crate) fn open_suppressed(&self, id: &str, sealed: &str) -> Result<String, SealError> {
        let plain = self.unseal(Place { column: COLUMN, row: id }, sealed)?;
        String::from_utf8(plain).map_err(|_| SealError::Unreadable(COLUMN))
    }
}
