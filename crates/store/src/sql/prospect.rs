//! What stands in the way of people who are not there yet, as it is at this moment. Nothing is held as it is: whoever sends
//! them later asks again.

use super::attempt::Whose;
use super::{Connection, attempt, suppression};
use crate::row::to_json;
use crate::vault::Vault;
use crate::{NewContact, Past, PastWanted, Prospect, StoreError};
use outdial_model::{Phone, Purpose, TenantId, Timestamp};
use std::collections::HashSet;

/// One for each of the people, in their order.
pub(super) async fn of(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    purpose: Option<&Purpose>,
    people: &[NewContact],
    past: Option<&PastWanted>,
    now: Timestamp,
) -> Result<Vec<Prospect>, StoreError> {
    let phones = || people.iter().map(|person| &person.phone);
    let suppressed = suppression::seen(conn, vault, tenant, purpose, phones(), now).await?;
    let words: Vec<_> = phones().flat_map(|phone| suppression::forms(vault, tenant, phone)).collect();
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
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .collect();
    let whose: Vec<_> = people.iter().map(Whose::from).collect();
    let past = match past {
        Some(wanted) => attempt::past(conn, vault, tenant, wanted, &whose).await?,
        None => vec![Past::default(); people.len()],
    };
    let prospect = |(phone, past): (&Phone, Past)| Prospect {
        is_suppressed: suppressed.contains(phone),
        is_live: suppression::forms(vault, tenant, phone).iter().any(|form| live.contains(form)),
        past,
    };
    Ok(phones().zip(past).map(prospect).collect())
}
