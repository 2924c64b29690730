//! A vendor's stand-in: the simulator, and a line to it.

use async_trait::async_trait;
use outdial_model::{Clock, Phone, SystemClock, TaskSpec};
use outdial_provider::conformance::{Line, Outcome, Pace, Vendor, Violation, Wire, connect};
use outdial_provider::{Factory, Provider};
use outdial_providers::registry;
use outdial_simulator::{Options, Simulator};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// Simulated seconds per real one when calls are to be over at once: a whole call takes a glance.
const FAST: f64 = 300.0;
const TIMEOUT: Duration = Duration::from_secs(10);

/// The simulator as one vendor.
pub struct Simulated {
    simulator: Simulator,
    line: Line,
    provider: Arc<dyn Provider>,
    clock: Arc<dyn Clock>,
}

impl Simulated {
    /// A fresh simulator, and a provider that reaches it through a line.
    pub async fn start(wire: Arc<dyn Wire>, pace: Pace) -> Outcome<Box<dyn Vendor>> {
        let speed = match pace {
            Pace::Fast => FAST,
            Pace::Slow => 1.0,
        };
        let simulator = Simulator::start(Options { speed, ..Options::default() }).await?;
        let line = Line::to(simulator.address(), Arc::clone(&wire)).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let provider = connect(&*wire, wire.settings(), &line.url(), TIMEOUT, Arc::clone(&clock))?;
        Ok(Box::new(Self { simulator, line, provider, clock }))
    }
}

#[async_trait]
impl Vendor for Simulated {
    fn provider(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.provider)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    async fn rings(&self) -> Outcome<Vec<String>> {
        let rings = reqwest::get(format!("{}/_sim/rings", self.simulator.url())).await?;
        let rings: Vec<Value> = rings.error_for_status()?.json().await?;
        let number = |ring: &Value| ring["number"].as_str().map(str::to_owned);
        rings
            .iter()
            .map(number)
            .collect::<Option<_>>()
            .ok_or_else(|| Violation::new("the simulator's ledger has a ring without a number"))
    }

    fn requests(&self) -> usize {
        self.line.requests().len()
    }

    async fn move_on(&self) {}

    fn line(&self) -> Option<&Line> {
        Some(&self.line)
    }

    async fn stop(self: Box<Self>) {
        self.simulator.stop().await;
    }
}

/// A vendor's line of the registry.
#[expect(clippy::expect_used, reason = "a harness is for a vendor that is registered")]
pub fn factory(kind: &str) -> &'static Factory {
    registry::find(kind).expect("registered")
}

/// The keys of the vendor's account at the simulator.
pub fn settings(kind: &str) -> Map<String, Value> {
    match (factory(kind).simulated)() {
        Value::Object(settings) => settings,
        _ => Map::new(),
    }
}

/// A plain task: any hour, one attempt.
pub fn task(template_id: &str, callers: Vec<Phone>) -> TaskSpec {
    TaskSpec { callers, ..TaskSpec::new("Reminders", template_id) }
}
