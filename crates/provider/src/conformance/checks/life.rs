//! The life of a segment: staged, rung, controlled, reported.

use super::unsupported::refuses;
use crate::conformance::bench::{LONG_FUSE, SHORT_FUSE};
use crate::conformance::{Bench, Outcome, ensure};
use crate::{
    CancelContacts, ContactProgress, Control, Effect, ErrorKind, Operation, SegmentRef, SegmentState,
    Staging, UpdateSegment, Verb,
};
use outdial_model::{Disposition, SegmentStatus};

pub(super) async fn staged_rings_nobody(bench: &Bench) -> Outcome {
    let segment = bench.stage(LONG_FUSE).await?;
    // Time enough for a vendor that dials at once: a look at the segment, several times.
    for _ in 0..5 {
        bench.provider.segment_status(&segment).await.ok();
    }
    let rings = bench.vendor.rings().await?;
    ensure(rings.is_empty(), format!("{} phones rang before the segment was started", rings.len()))
}

pub(super) async fn everybody_once(bench: &Bench) -> Outcome {
    let segment = bench.stage(SHORT_FUSE).await?;
    bench.ignite(&segment).await?;
    bench
        .until("everybody was rung", async || Ok(bench.vendor.rings().await?.len() >= bench.people.len()))
        .await?;
    if bench.offers(Operation::Progress) {
        bench.until("everybody is reported done", async || bench.everybody_is_done(&segment).await).await?;
        for report in bench.everybody(&segment).await? {
            let is_answered = matches!(
                report.progress,
                ContactProgress::Done(
                    Disposition::Answered | Disposition::AnsweredHuman | Disposition::AnsweredMachine
                )
            );
            ensure(is_answered, format!("a call that was answered is reported as {:?}", report.progress))?;
            let has_ids = report.calls.iter().all(|call| !call.vendor_call_id.is_empty());
            ensure(has_ids, "a call without the vendor's id")?;
        }
    }
    let rings = bench.vendor.rings().await?;
    for person in &bench.people {
        let times = rings.iter().filter(|number| *number == person.phone.e164()).count();
        ensure(times == 1, format!("somebody was rung {times} times"))?;
    }
    ensure(rings.len() == bench.people.len(), "somebody was rung who was not in the segment")
}

pub(super) async fn cancelled_is_not_rung(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::CancelContact) {
        return refuses(bench, Operation::CancelContact).await;
    }
    let segment = bench.stage(SHORT_FUSE).await?;
    if bench.staging() == Staging::EmptyLive {
        hold(bench, &segment).await?;
        bench.ignite(&segment).await?;
    }
    let (wanted, others) = bench.people.split_at(1);
    let rung_before = bench.vendor.rings().await?;
    let request = CancelContacts { segment: &segment, contacts: wanted };
    let refused = bench.provider.cancel_contacts(&request).await?;
    match bench.staging() {
        Staging::EmptyThenStart => bench.ignite(&segment).await?,
        Staging::EmptyLive => release(bench, &segment).await?,
        Staging::WholeWithFuse => {}
    }
    bench
        .until("the others are rung", async || Ok(bench.vendor.rings().await?.len() >= others.len()))
        .await?;
    let rings = bench.vendor.rings().await?;
    for person in wanted {
        let times = |rings: &[String]| rings.iter().filter(|number| *number == person.phone.e164()).count();
        let is_cancelled = refused.iter().all(|refusal| refusal.key != person.key);
        ensure(is_cancelled || times(&rung_before) > 0, "somebody who waits could not be cancelled")?;
        let is_rung = is_cancelled && times(&rings) > times(&rung_before);
        ensure(!is_rung, "somebody was rung after being cancelled")?;
    }
    Ok(())
}

pub(super) async fn control_is_repeatable(bench: &Bench) -> Outcome {
    let segment = bench.stage(SHORT_FUSE).await?;
    bench.ignite(&segment).await?;
    bench.until("somebody is rung", async || Ok(!bench.vendor.rings().await?.is_empty())).await?;
    let verbs = [
        (Operation::Start, Verb::Start),
        (Operation::Pause, Verb::Pause),
        (Operation::Resume, Verb::Resume),
        (Operation::Stop, Verb::Stop),
    ];
    for (operation, verb) in verbs {
        if !bench.offers(operation) {
            continue;
        }
        let is_native = bench.provider.capabilities().is_native(operation);
        for time in ["first", "second"] {
            let result = bench.provider.control(&Control { segment: &segment, verb }).await;
            let is_right = match &result {
                Ok(report) => !is_native || fits(report.state, verb),
                // What Outdial emulates by itself need not be asked of the vendor.
                Err(error) => {
                    !is_native && error.kind == ErrorKind::Unsupported && error.effect == Effect::NotSent
                }
            };
            ensure(is_right, format!("{verb:?} for the {time} time: {result:?}"))?;
        }
    }
    Ok(())
}

/// Whether a segment in `state` can have been asked for `verb`. Not every vendor confirms at once: only
/// the contrary is wrong.
fn fits(state: SegmentState, verb: Verb) -> bool {
    let SegmentState::Known(status) = state else {
        return true;
    };
    match verb {
        Verb::Start | Verb::Resume => status != SegmentStatus::Paused && !status.is_final(),
        Verb::Pause => !status.is_final(),
        Verb::Stop | Verb::Complete => status != SegmentStatus::Running,
    }
}

pub(super) async fn update(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::UpdateSegment) {
        return refuses(bench, Operation::UpdateSegment).await;
    }
    let segment = bench.stage(LONG_FUSE).await?;
    if bench.staging() == Staging::EmptyLive {
        hold(bench, &segment).await?;
    }
    let mut spec = bench.task.clone();
    spec.retry.max_attempts = 2;
    ensure(bench.provider.refuse_task(&spec).is_empty(), "two attempts are refused")?;
    bench.provider.update_segment(&UpdateSegment { segment: &segment, spec: &spec }).await?;
    Ok(())
}

/// Pauses a live segment where the vendor can, so that people added to it wait.
async fn hold(bench: &Bench, segment: &SegmentRef) -> Outcome {
    if bench.provider.capabilities().is_native(Operation::Pause) {
        bench.control(segment, Verb::Pause).await?;
    }
    Ok(())
}

async fn release(bench: &Bench, segment: &SegmentRef) -> Outcome {
    if bench.provider.capabilities().is_native(Operation::Resume) {
        bench.control(segment, Verb::Resume).await?;
    }
    Ok(())
}
