//! Suppressions.

use super::{time, time_if, word, word_if};
use crate::StoreError;
use crate::vault::Vault;
use outdial_model::Suppression;

#[derive(sqlx::FromRow)]
pub(crate) struct SuppressionRow {
    pub(crate) id: String,
    tenant: String,
    pub(crate) number: String,
    pub(crate) purpose: String,
    pub(crate) person: Option<String>,
    reason: Option<String>,
    source: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
}

impl SuppressionRow {
    pub(crate) fn open(self, vault: &Vault) -> Result<Suppression, StoreError> {
        let number = match &self.person {
            Some(sealed) => vault.open_suppressed(&self.id, sealed)?,
            None => self.number,
        };
        let purpose = Some(self.purpose.as_str()).filter(|purpose| !purpose.is_empty());
        Ok(Suppression {
            id: word(&self.id, "suppressions.id")?,
            tenant: word(&self.tenant, "suppressions.tenant")?,
            phone: word(&number, "suppressions.number")?,
            purpose: word_if(purpose, "suppressions.purpose")?,
            reason: self.reason,
            source: self.source,
            created_at: time(self.created_at, "suppressions.created_at")?,
            expires_at: time_if(self.expires_at, "suppressions.expires_at")?,
        })
    }
}
