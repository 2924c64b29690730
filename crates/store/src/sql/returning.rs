//! Somebody who waits with us, as proven not to have reached the vendor, and who rings there after all.

use super::Connection;
use crate::StoreError;
use crate::moves::Standing;

/// Whether the ring can be followed to its end. It cannot when its segment is over, for nobody reads that any more;
/// and not when the number is out with somebody else meanwhile, for only one of the two may hold the number lock.
/// The task is locked, so neither can change before this is written.
pub(super) async fn may_ring_on(conn: &mut Connection, standing: &Standing) -> Result<bool, StoreError> {
    let followed: Option<String> = sqlx::query_scalar(
        "SELECT contacts.id FROM segments CROSS JOIN contacts
         WHERE segments.id = $2 AND segments.status NOT IN ('completed', 'stopped', 'failed')
           AND contacts.id = $1
           AND NOT EXISTS (
               SELECT 1 FROM contacts AS live
               WHERE live.tenant = contacts.tenant AND live.phone = contacts.phone
                 AND live.status IN ('submitting', 'submitted', 'dialing', 'unknown')
               LIMIT 1 OFFSET 0)",
    )
    .bind(standing.id.as_str())
    .bind(standing.segment.as_ref().map(outdial_model::SegmentId::as_str))
    .fetch_optional(conn)
    .await?;
    Ok(followed.is_some())
}
