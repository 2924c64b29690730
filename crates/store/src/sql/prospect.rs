//! What stands in the way of people who are not there yet, as it is at this moment. Nothing is held as it is: whoever sends
//! them later asks again.

use super::{Connection, suppression};
use crate::row::to_json;
use crate::vault::Vault;
use crate::{Prospect, StoreError};
use outdial_model::{Phone, Purpose, TenantId, Timestamp};
use std::collections::HashSet;

/// One for each of the numbers, in their order.
pub(super) async fn of(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    purpose: Option<&Purpose>,
    phones: &[Phone],
    now: Timestamp,
) -> Result<Vec<Prospect>, StoreError> {
    let suppressed = suppression::seen(conn, vault, tenant, purpose, phones.iter(), now).await?;
    let words: Vec<_> = phones.iter().flat_map(|phone| suppression::forms(vault, tenant, phone)).collect();
    let live: HashSet<String> = sqlx::query_scalar::<_, String>(concat!(
        "SELECT wanted.value FROM ",
        wanted!("$1"),
        " WHERE EXISTS (
              SELECT 1 FROM contacts
              WHERE contacts.tenant = $2 AND contacts.phone = wanted.value
                AND contacts.status IN ('submitting', 'submitted', 'dialing', 'unknown')
              LIMIT 1 OFFSET 0)",
    ))
    .bind(to_json(&words)?)
    .bind(tenant.as_str())
    .fetch_all(conn)
    .await?
    .into_iter()
    .collect();
    let prospect = |phone: &Phone| Prospect {
        is_suppressed: suppressed.contains(phone),
        is_live: suppression::forms(vault, tenant, phone).iter().any(|form| live.contains(form)),
    };
    Ok(phones.iter().map(prospect).collect())
}
