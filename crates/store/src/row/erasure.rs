//! Erasures.

use super::{number, time, time_if, word};
use crate::StoreError;
use outdial_model::{Erasure, ErasureStatus};

#[derive(sqlx::FromRow)]
pub(crate) struct ErasureRow {
    id: String,
    tenant: String,
    contacts: i64,
    erased: i64,
    created_at: i64,
    completed_at: Option<i64>,
}

impl TryFrom<ErasureRow> for Erasure {
    type Error = StoreError;

    fn try_from(row: ErasureRow) -> Result<Self, StoreError> {
        let status =
            if row.completed_at.is_some() { ErasureStatus::Completed } else { ErasureStatus::Running };
        Ok(Self {
            id: word(&row.id, "erasures.id")?,
            tenant: word(&row.tenant, "erasures.tenant")?,
            status,
            contacts: number(row.contacts, "erasures.contacts")?,
            erased: number(row.erased, "erasures.erased")?,
            created_at: time(row.created_at, "erasures.created_at")?,
            completed_at: time_if(row.completed_at, "erasures.completed_at")?,
        })
    }
}
