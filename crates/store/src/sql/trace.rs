//! Finding whom a vendor's push is about, by whatever it tells.

use super::{Connection, contact};
use crate::row::{ContactRow, SegmentRow, word};
use crate::vault::Vault;
use crate::{Clues, StoreError, Traced};
use outdial_model::{AccountId, Contact, ContactId, Phone, Segment, SegmentId};

pub(super) async fn trace(
    conn: &mut Connection,
    vault: &Vault,
    account: &AccountId,
    clues: &Clues,
) -> Result<Option<Traced>, StoreError> {
    let named = named(conn, account, clues).await?;
    let (mut key, mut segment) = (clues.contact.clone(), named);
    if let Some((contact, id)) = of_call(conn, account, clues.vendor_call_id.as_deref()).await?
        && segment.as_ref().is_none_or(|named| named.id == id)
    {
        key = key.or(Some(contact));
        segment = by_id(conn, account, &id).await?;
    }
    let mut contact = match &key {
        Some(key) => contact::by_id(conn, vault, std::slice::from_ref(key)).await?.pop(),
        None => None,
    };
    if let (None, Some(id)) = (&segment, contact.as_ref().and_then(|contact| contact.segment.as_ref())) {
        segment = by_id(conn, account, id).await?;
    }
    let Some(segment) = segment else {
        return Ok(None);
    };
    if let (None, Some(phone)) = (&key, &clues.phone) {
        contact = by_live_number(conn, vault, &segment, phone).await?;
    }
    contact = contact.filter(|contact| contact.task == segment.task);
    Ok(Some(Traced { segment, contact }))
}

/// The segment the push names, by our key or the vendor's.
async fn named(
    conn: &mut Connection,
    account: &AccountId,
    clues: &Clues,
) -> Result<Option<Segment>, StoreError> {
    if let Some(id) = &clues.segment
        && let Some(segment) = by_id(conn, account, id).await?
    {
        return Ok(Some(segment));
    }
    let Some(vendor_ref) = &clues.vendor_ref else {
        return Ok(None);
    };
    let row: Option<SegmentRow> =
        sqlx::query_as("SELECT * FROM segments WHERE account = $1 AND vendor_ref = $2 LIMIT 1")
            .bind(account.as_str())
            .bind(vendor_ref)
            .fetch_optional(conn)
            .await?;
    row.map(Segment::try_from).transpose()
}

async fn by_id(
    conn: &mut Connection,
    account: &AccountId,
    id: &SegmentId,
) -> Result<Option<Segment>, StoreError> {
    let row: Option<SegmentRow> = sqlx::query_as("SELECT * FROM segments WHERE id = $1 AND account = $2")
        .bind(id.as_str())
        .bind(account.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(Segment::try_from).transpose()
}

/// Whose call it is, and of which segment.
async fn of_call(
    conn: &mut Connection,
    account: &AccountId,
    vendor_call_id: Option<&str>,
) -> Result<Option<(ContactId, SegmentId)>, StoreError> {
    let Some(vendor_call_id) = vendor_call_id else {
        return Ok(None);
    };
    let row: Option<(String, String)> = sqlx::query_as(
        "SELECT calls.contact, calls.segment FROM calls CROSS JOIN segments
         WHERE calls.vendor_call_id = $1 AND segments.id = calls.segment AND segments.account = $2
         ORDER BY calls.id DESC LIMIT 1",
    )
    .bind(vendor_call_id)
    .bind(account.as_str())
    .fetch_optional(conn)
    .await?;
    let nouns = row.map(|(contact, segment)| {
        Ok::<_, StoreError>((word(&contact, "calls.contact")?, word(&segment, "calls.segment")?))
    });
    nouns.transpose()
}

/// The one the number lock is held by, if the segment has them.
async fn by_live_number(
    conn: &mut Connection,
    vault: &Vault,
    segment: &Segment,
    phone: &Phone,
) -> Result<Option<Contact>, StoreError> {
    let row: Option<ContactRow> = sqlx::query_as(
        "SELECT * FROM contacts
         WHERE tenant = $1 AND phone = $2 AND segment = $3
           AND status IN ('submitting', 'submitted', 'dialing', 'unknown')
         LIMIT 1",
    )
    .bind(segment.tenant.as_str())
    .bind(vault.number(&segment.tenant, phone))
    .bind(segment.id.as_str())
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.open(vault)).transpose()
}
