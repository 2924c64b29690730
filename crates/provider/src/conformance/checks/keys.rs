//! Our keys: sent with everything that may ring a phone, and enough to find it again.

use super::unsupported::refuses;
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Outcome, ensure};
use crate::{Find, Found, Operation, SegmentRef, Staging};
use outdial_model::ContactId;

pub(super) async fn a_segment(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::FindSegment) {
        return refuses(bench, Operation::FindSegment).await;
    }
    let segment = bench.stage(LONG_FUSE).await?;
    let by_key_alone = SegmentRef { vendor_ref: None, ..segment.clone() };
    bench
        .until("the segment is found by our key", async || {
            Ok(match bench.provider.find(&Find::Segment(&by_key_alone)).await? {
                Found::Segment(report) => {
                    let is_ours = report.vendor_ref.is_none()
                        || segment.vendor_ref.is_none()
                        || report.vendor_ref == segment.vendor_ref;
                    ensure(is_ours, "another segment was found by our key")?;
                    ensure(report.twins.is_empty(), format!("a segment made once has twins: {report:?}"))?;
                    let people = u64::try_from(bench.people.len())?;
                    ensure(
                        report.contacts.is_none_or(|count| count <= people),
                        format!("more people than were sent: {report:?}"),
                    )?;
                    true
                }
                _ => false,
            })
        })
        .await?;
    let nobodys = bench.new_segment();
    let found = bench.provider.find(&Find::Segment(&nobodys)).await?;
    // A vendor that shows a part of its list only can never tell that something is not there.
    let is_absent = matches!(found, Found::NoSegment | Found::CannotTell);
    ensure(is_absent, format!("a segment nobody opened is found: {found:?}"))
}

pub(super) async fn people(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::FindContacts) {
        return refuses(bench, Operation::FindContacts).await;
    }
    let segment = bench.stage(LONG_FUSE).await?;
    if bench.staging() == Staging::EmptyLive {
        bench.ignite(&segment).await?;
    }
    let wanted: Vec<_> = bench.people.iter().chain([&bench.stranger]).cloned().collect();
    bench
        .until("everybody is found by our keys", async || {
            let look_up = Find::Contacts { segment: &segment, contacts: &wanted };
            let Found::Contacts(reports) = bench.provider.find(&look_up).await? else {
                return Ok(false);
            };
            let is_there = |key: &ContactId| reports.iter().any(|report| report.key == *key);
            ensure(!is_there(&bench.stranger.key), "somebody who was never sent is found")?;
            Ok(bench.people.iter().all(|person| is_there(&person.key)))
        })
        .await
}
