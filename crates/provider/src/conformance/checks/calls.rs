//! A single call: one person, rung once, at once; told to its end and found by our keys.

use crate::conformance::{Bench, Outcome, ensure};
use crate::{
    ContactProgress, DialContact, Effect, ErrorKind, Find, Found, Operation, ReadProgress, SegmentRef,
    SegmentState,
};
use outdial_model::{SegmentStatus, TaskSpec};

pub(super) async fn one_person_once(bench: &Bench) -> Outcome {
    let segment = bench.new_segment();
    if !bench.provider.capabilities().is_native(Operation::PlaceCall) {
        return is_refused(bench, &segment).await;
    }
    let placed = bench.call(&*bench.provider, &segment).await?;
    let segment = SegmentRef { vendor_ref: Some(placed.vendor_ref), ..segment };
    bench.until("the person is rung", async || Ok(!bench.vendor.rings().await?.is_empty())).await?;
    let wanted = &bench.people[..1];
    let request = ReadProgress { segment: &segment, contacts: wanted };
    bench
        .until("the call is told to its end", async || {
            let progress = bench.provider.progress(&request).await?;
            let state = progress.segment.map(|segment| segment.state);
            let is_steered =
                state.is_some_and(|state| matches!(state, SegmentState::Known(it) if it.is_live()));
            ensure(!is_steered, format!("a single call is told to be {state:?}, which can be steered"))?;
            let told = progress.contacts.first().map(|report| report.progress);
            let is_gone = matches!(told, Some(ContactProgress::Absent | ContactProgress::NotDialed));
            ensure(!is_gone, format!("somebody who was called is told to be {told:?}"))?;
            Ok(matches!(told, Some(ContactProgress::Done(_))))
        })
        .await?;
    let over = bench.provider.segment_status(&segment).await?.state;
    let is_over = over == SegmentState::Known(SegmentStatus::Completed);
    ensure(is_over, format!("the only call is over, and the segment is {over:?}"))?;
    is_found(bench, &SegmentRef { vendor_ref: None, ..segment }).await?;
    let rings = bench.vendor.rings().await?;
    ensure(rings.len() == 1, format!("a single call rang {} times", rings.len()))
}

/// Once it is over it can be found without the vendor's id, and nobody else is found in its place.
async fn is_found(bench: &Bench, by_key: &SegmentRef) -> Outcome {
    let spec = TaskSpec { single_call: true, ..bench.task.clone() };
    let find = async |segment: &SegmentRef, contact: &DialContact| {
        bench.provider.find(&Find::Call { segment, spec: &spec, contact }).await
    };
    let found = find(by_key, &bench.people[0]).await?;
    ensure(matches!(found, Found::Segment(_)), format!("a call that is over is not found: {found:?}"))?;
    let nobodys = find(&bench.new_segment(), &bench.stranger).await?;
    let is_absent = matches!(nobodys, Found::NoSegment | Found::CannotTell);
    ensure(is_absent, format!("a call nobody placed is found: {nobodys:?}"))
}

/// Where Outdial makes a task of one, the vendor is not asked.
async fn is_refused(bench: &Bench, segment: &SegmentRef) -> Outcome {
    let before = bench.vendor.requests();
    let result = bench.call(&*bench.provider, segment).await;
    let is_right = result
        .as_ref()
        .is_err_and(|error| error.kind == ErrorKind::Unsupported && error.effect == Effect::NotSent);
    ensure(is_right, format!("no single calls are declared, and one is answered with {result:?}"))?;
    ensure(bench.vendor.requests() == before, "something was sent for a single call that is not native")
}
