//! The in-memory provider's harnesses: one for each way a segment comes to life.

use super::{Harness, Line, Outcome, Pace, Pushes, Vendor, Wire};
use crate::{MemoryOptions, MemoryProvider, MemoryPush, Operation, Provider, Staging, Support};
use async_trait::async_trait;
use outdial_model::{Clock, Disposition, ManualClock, TaskSpec};
use std::sync::Arc;
use std::time::Duration;

const STEP: Duration = Duration::from_secs(60);

/// The in-memory provider, staged in each of the three ways; the first is created empty, then started.
pub fn in_memory() -> Vec<Arc<dyn Harness>> {
    let harness = |name, staging| -> Arc<dyn Harness> { Arc::new(Memory { name, staging }) };
    vec![
        harness("memory", Staging::EmptyThenStart),
        harness("memory_live", Staging::EmptyLive),
        harness("memory_fuse", Staging::WholeWithFuse),
    ]
}

struct Memory {
    name: &'static str,
    staging: Staging,
}

#[async_trait]
impl Harness for Memory {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> &'static str {
        "memory"
    }

    async fn start(&self, pace: Pace) -> Outcome<Box<dyn Vendor>> {
        let clock = Arc::new(ManualClock::at("2026-03-02T01:00:00Z".parse()?));
        let mut options = MemoryOptions::staged(self.staging, Arc::<ManualClock>::clone(&clock));
        if self.staging == Staging::EmptyLive {
            let nobody_can = Support::Unsupported("the vendor has no such operation");
            options = options.with(Operation::Catalog, nobody_can).with(Operation::CancelContact, nobody_can);
        }
        Ok(Box::new(Stand { provider: MemoryProvider::new(options), clock, pace }))
    }

    fn task(&self) -> TaskSpec {
        TaskSpec::new("Reminders", "script-1")
    }

    fn wrong_template(&self) -> &'static str {
        "  "
    }

    fn phones(&self) -> [&'static str; 4] {
        ["+8613800000100", "+8613800000200", "+8613800000300", "+8613800000400"]
    }

    fn pushes(&self) -> Option<Pushes> {
        let about = |contact: &str, disposition: &str| {
            let body = format!(
                r#"{{"segment":"seg_00000000000000000000000000","vendor_ref":"mem-1","call":"c-1",
                "contact":"{contact}","disposition":{disposition}}}"#
            );
            ("contact", body.into_bytes())
        };
        let contact = "con_00000000000000000000000000";
        Some(Pushes {
            samples: vec![about(contact, "null"), about(contact, "\"busy\"")],
            unknown_status: Some(about(contact, "\"something_new\"")),
            proof_header: Some("x-memory-proof"),
            proof_expires: true,
            headers: |_, _, sent_at| MemoryPush::proven(Vec::new(), sent_at).headers,
        })
    }

    fn wire(&self) -> Option<Arc<dyn Wire>> {
        None
    }
}

struct Stand {
    provider: MemoryProvider,
    clock: Arc<ManualClock>,
    pace: Pace,
}

#[async_trait]
impl Vendor for Stand {
    fn provider(&self) -> Arc<dyn Provider> {
        Arc::new(self.provider.clone())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::<ManualClock>::clone(&self.clock)
    }

    async fn rings(&self) -> Outcome<Vec<String>> {
        let rings = self.provider.vendor().rings();
        Ok(rings.iter().map(|ring| ring.phone.e164().to_owned()).collect())
    }

    fn requests(&self) -> usize {
        self.provider.vendor().requests_in_all()
    }

    async fn move_on(&self) {
        self.clock.advance(STEP);
        if self.pace == Pace::Fast {
            self.provider.vendor().finish_all(Disposition::Answered);
        }
    }

    fn line(&self) -> Option<&Line> {
        None
    }

    async fn stop(self: Box<Self>) {}
}
