//! What the vendor pushes: verified, then parsed; refused when it is not proven.

use crate::conformance::http::spoil;
use crate::conformance::{Bench, Disturbance, Outcome, Pushes, Reply, Violation, ensure};
use crate::{Confirmation, ContactProgress, Inbound, ProviderError, ReceiveError, Received, SegmentState};
use outdial_model::Timestamp;
use std::time::Duration;

const LONG_AGO: Duration = Duration::from_secs(7 * 24 * 3600);

/// A push on its way.
pub(super) struct Push {
    pub(super) kind: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Push {
    pub(super) fn sent(pushes: &Pushes, kind: &'static str, body: Vec<u8>, sent_at: Timestamp) -> Self {
        let headers = (pushes.headers)(kind, &body, sent_at);
        Self { kind, headers, body }
    }

    fn inbound(&self, bench: &Bench) -> Inbound<'_> {
        Inbound {
            kind: self.kind,
            query: "",
            headers: &self.headers,
            body: &self.body,
            received_at: bench.now(),
        }
    }

    pub(super) fn received(&self, bench: &Bench) -> Result<Received, ReceiveError> {
        bench.provider.receive(&self.inbound(bench))
    }

    /// As it is kept: without the headers the provider says it does not look at.
    fn kept(&self, bench: &Bench) -> Self {
        let needed = bench.provider.proof_headers();
        let is_needed = |name: &str| needed.iter().any(|one| one.eq_ignore_ascii_case(name));
        let headers = self.headers.iter().filter(|(name, _)| is_needed(name)).cloned().collect();
        Self { headers, body: self.body.clone(), ..*self }
    }

    pub(super) async fn asked_about(&self, bench: &Bench) -> Result<Confirmation, ProviderError> {
        bench.provider.confirm_push(&self.inbound(bench)).await
    }
}

pub(super) fn samples(bench: &Bench, sent_at: Timestamp) -> Outcome<(Pushes, Vec<Push>)> {
    let pushes = bench.harness.pushes().ok_or_else(|| Violation::new("the vendor pushes nothing"))?;
    let samples = pushes.samples.clone().into_iter();
    let sent = samples.map(|(kind, body)| Push::sent(&pushes, kind, body, sent_at)).collect::<Vec<_>>();
    ensure(!sent.is_empty(), "the harness has no samples of pushes")?;
    Ok((pushes, sent))
}

pub(super) async fn good(bench: &Bench) -> Outcome {
    let (pushes, sent) = samples(bench, bench.now())?;
    let (_, sent_again) = samples(bench, bench.now())?;
    for (push, again) in sent.iter().zip(&sent_again) {
        let received = push.received(bench)?;
        let declared = bench.provider.push_kinds().iter().any(|one| one.kind == push.kind);
        ensure(declared, format!("`{}` is received and not among `push_kinds`", push.kind))?;
        let kept = push.kept(bench).received(bench);
        ensure(kept == Ok(received.clone()), "`proof_headers` leaves out a header of use")?;
        ensure(received.authenticated == pushes.proof_header.is_some(), "`authenticated` is not the truth")?;
        ensure(!received.dedupe_key.is_empty(), "a push without a key to recognise it by")?;
        ensure(received == again.received(bench)?, "the same push is not the same news the second time")?;
        let ack = bench.provider.acknowledge(push.kind).body;
        let is_json = ack.is_empty() || serde_json::from_str::<serde_json::Value>(ack).is_ok();
        ensure(is_json, format!("the acknowledgement of `{}` is not JSON", push.kind))?;
    }
    Ok(())
}

pub(super) async fn unknown_kind(bench: &Bench) -> Outcome {
    let (_, sent) = samples(bench, bench.now())?;
    each(bench, sent, ReceiveError::UnknownKind, |push| Some(Push { kind: "no_such_kind", ..push }))
}

pub(super) async fn wrong_proof(bench: &Bench) -> Outcome {
    let (pushes, sent) = samples(bench, bench.now())?;
    each(bench, sent, ReceiveError::BadProof, |mut push| {
        spoil(&mut push.headers, pushes.proof_header?).then_some(push)
    })
}

pub(super) async fn missing_proof(bench: &Bench) -> Outcome {
    let (pushes, sent) = samples(bench, bench.now())?;
    each(bench, sent, ReceiveError::MissingProof, |mut push| {
        let proof = pushes.proof_header?;
        push.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(proof));
        Some(push)
    })
}

pub(super) async fn expired_proof(bench: &Bench) -> Outcome {
    let (_, sent) = samples(bench, bench.now() - LONG_AGO)?;
    each(bench, sent, ReceiveError::Stale, Some)
}

pub(super) async fn unknown_status(bench: &Bench) -> Outcome {
    let (pushes, _) = samples(bench, bench.now())?;
    let strange = pushes.unknown_status.clone();
    let (kind, body) = strange.ok_or_else(|| Violation::new("the harness has no push with a status"))?;
    let received = Push::sent(&pushes, kind, body, bench.now()).received(bench)?;
    let segment_stands =
        received.segment.as_ref().is_none_or(|segment| segment.state == SegmentState::Unrecognized);
    let person_stands =
        received.contact.as_ref().and_then(|contact| contact.progress).is_none_or(|progress| {
            matches!(progress, ContactProgress::Unrecognized | ContactProgress::Dialing)
        });
    ensure(segment_stands && person_stands, format!("an unknown status is read as {received:?}"))
}

/// The samples are about nobody the stand-in has heard of. To ask about them is to read.
pub(super) async fn never_sent(bench: &Bench) -> Outcome {
    for push in samples(bench, bench.now())?.1 {
        let before = bench.vendor.requests();
        let answer = push.asked_about(bench).await?;
        let asked = bench.vendor.requests() > before;
        let said = push.received(bench)?.can_be_asked_about;
        ensure(asked == said, format!("`can_be_asked_about` of `{}` is {said}, asked: {asked}", push.kind))?;
        let is_right = match answer {
            Confirmation::Genuine => false,
            Confirmation::NotGenuine => asked,
            Confirmation::CannotTell => !asked,
        };
        let kind = push.kind;
        ensure(is_right, format!("`{kind}` was never sent and is called {answer:?} (asked: {asked})"))?;
    }
    ensure(bench.vendor.rings().await?.is_empty(), "asking about pushes rings somebody")
}

/// Whoever cannot be asked answers nothing; what it says instead is not believed.
pub(super) async fn unanswered(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    let nonsense = [(200, "<html>It works!</html>"), (404, ""), (502, "")];
    for push in samples(bench, bench.now())?.1 {
        for (status, page) in nonsense {
            line.disturb(Disturbance::Answer(Reply::html(status, page)));
            let answer = push.asked_about(bench).await;
            let is_verdict = matches!(answer, Ok(Confirmation::Genuine | Confirmation::NotGenuine));
            ensure(!is_verdict, format!("`{}` is called {answer:?} after HTTP {status}", push.kind))?;
        }
    }
    Ok(())
}

fn each(
    bench: &Bench,
    sent: Vec<Push>,
    expected: ReceiveError,
    spoil: impl Fn(Push) -> Option<Push>,
) -> Outcome {
    for push in sent {
        let kind = push.kind;
        let spoilt = spoil(push).ok_or_else(|| Violation::new("a sample lacks the proof it declares"))?;
        let received = spoilt.received(bench);
        ensure(received == Err(expected), format!("`{kind}` is received as {received:?}"))?;
    }
    Ok(())
}
