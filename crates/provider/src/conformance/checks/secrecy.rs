//! Secrets, numbers and names are printed nowhere: not by `Debug`, not in errors, not to the log.

use super::pushes::samples;
use crate::conformance::bench::{FIRST_PAGE, SHORT_FUSE};
use crate::conformance::connect::INGRESS_SECRET;
use crate::conformance::{Bench, Disturbance, Outcome, Reply, ensure};
use crate::{Operation, SegmentRef};
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

/// Our own crates; what others log is the operator's choice.
const OURS: &str = "outdial";

pub(super) async fn nothing_is_printed(bench: &Bench) -> Outcome {
    let printed = Printed::default();
    let writer = printed.clone();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    let ours = Targets::new().with_target(OURS, LevelFilter::TRACE);
    // The trial's runtime has one thread, so everything the adapter does is heard.
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(ours).with(layer));
    print_everything(bench, &printed).await?;
    drop(listening);
    let text = printed.text();
    for (what, private) in private_texts(bench) {
        if let Some(at) = text.find(&private) {
            let before = text.get(at.saturating_sub(80)..at).unwrap_or_default();
            ensure(false, format!("{what} was printed after: …{before}"))?;
        }
    }
    Ok(())
}

/// A whole campaign, and everything that goes wrong in it.
async fn print_everything(bench: &Bench, printed: &Printed) -> Outcome {
    printed.debug(&bench.provider.check().await);
    let segment = bench.stage(SHORT_FUSE).await?;
    bench.ignite(&segment).await?;
    bench
        .until("everybody was rung", async || Ok(bench.vendor.rings().await?.len() >= bench.people.len()))
        .await?;
    printed.debug(&bench.everybody(&segment).await);
    printed.debug(&bench.provider.segment_status(&segment).await);
    let page = bench.provider.vendor_tasks(&FIRST_PAGE).await;
    printed.debug(&page);
    if let Some(task) = page.ok().and_then(|page| page.tasks.into_iter().next()) {
        printed.debug(&bench.provider.vendor_task(&task.vendor_ref).await);
    }
    printed.debug(&bench.provider.catalog().await);
    print_pushes(bench, printed).await?;
    print_failures(bench, printed, &segment).await?;
    // Last, so that it has had everything in its hands.
    printed.debug(&bench.provider);
    Ok(())
}

async fn print_pushes(bench: &Bench, printed: &Printed) -> Outcome {
    if bench.harness.pushes().is_none() {
        return Ok(());
    }
    for mut push in samples(bench, bench.now())?.1 {
        printed.debug(&push.received(bench));
        printed.debug(&push.asked_about(bench).await);
        push.body.truncate(push.body.len() / 2);
        printed.debug(&push.received(bench));
    }
    Ok(())
}

/// Refusals and nonsense that repeat what was sent, as vendors do.
async fn print_failures(bench: &Bench, printed: &Printed, segment: &SegmentRef) -> Outcome {
    let Ok((wire, line)) = bench.wire() else {
        return Ok(());
    };
    let everything: Vec<_> = private_texts(bench).into_iter().map(|(_, private)| private).collect();
    let echo = format!("<html>not understood: {}</html>", everything.join(" "));
    let replies = [Reply::html(200, &echo), Reply::html(400, &echo), Reply::html(502, &echo)];
    let documented = wire.error_rows().into_iter().map(|row| row.reply);
    for reply in replies.into_iter().chain(documented) {
        line.disturb(Disturbance::Answer(reply));
        for operation in
            [Operation::OpenSegment, Operation::AddContacts, Operation::PlaceCall, Operation::Pause]
        {
            let result = bench.perform(&*bench.provider, operation, segment).await;
            if let Err(error) = &result {
                printed.text_of(&error.to_string());
            }
            printed.debug(&result);
        }
    }
    line.calm();
    Ok(())
}

fn private_texts(bench: &Bench) -> Vec<(&'static str, String)> {
    let secrets = bench.secrets().into_iter().map(|secret| ("a secret", secret));
    let people = bench.people.iter();
    let numbers = people.clone().map(|person| ("a number", national(person.phone.digits())));
    let names = people.filter_map(|person| Some(("a name", plain(person.name.as_ref()?.expose()))));
    let ingress = [("the ingress secret", INGRESS_SECRET.to_owned())];
    secrets.chain(numbers).chain(names).chain(ingress).collect()
}

/// The digits any spelling of the number has in common.
fn national(digits: &str) -> String {
    digits.get(digits.len().saturating_sub(8)..).unwrap_or(digits).to_owned()
}

/// The part of the name that no encoding changes.
fn plain(name: &str) -> String {
    name.split(' ').next_back().unwrap_or(name).to_owned()
}

/// Everything printed so far.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    fn debug(&self, value: &impl Debug) {
        self.text_of(&format!("{value:?} {value:#?}\n"));
    }

    fn text_of(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(text.as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
