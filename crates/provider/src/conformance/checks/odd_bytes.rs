//! Nothing a vendor may say makes an adapter panic.

use super::mutate::{Draw, mutated};
use super::pushes::{Push, samples};
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome};
use crate::{Operation, Staging};
use std::sync::{Arc, Mutex, PoisonError};

const PUSHES_PER_SAMPLE: usize = 500;
const ANSWERS_PER_OPERATION: usize = 60;

/// Odd bodies with a good proof, so that they get as far as the parser.
pub(super) async fn in_pushes(bench: &Bench) -> Outcome {
    let (pushes, sent) = samples(bench, bench.now())?;
    let mut draw = Draw::seeded(1);
    for sample in &sent {
        for _ in 0..PUSHES_PER_SAMPLE {
            let odd = mutated(&sample.body, &mut draw);
            // Taken or refused, as it may be: it must not panic.
            let push = Push::sent(&pushes, sample.kind, odd, bench.now());
            push.received(bench).ok();
            push.asked_about(bench).await.ok();
        }
    }
    Ok(())
}

pub(super) async fn in_answers(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    let segment = bench.stage(LONG_FUSE).await?;
    if bench.staging() == Staging::EmptyLive {
        bench.ignite(&segment).await?;
    }
    let draw = Mutex::new(Draw::seeded(2));
    line.disturb(Disturbance::Mangle(Arc::new(move |body| {
        mutated(body, &mut draw.lock().unwrap_or_else(PoisonError::into_inner))
    })));
    for &operation in Operation::ALL.iter().filter(|operation| bench.offers(**operation)) {
        for _ in 0..ANSWERS_PER_OPERATION {
            // Success or error, as it may be: it must not panic.
            bench.perform(&*bench.provider, operation, &segment).await.ok();
        }
    }
    Ok(())
}
