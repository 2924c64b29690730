//! The in-memory provider's harness, with a sly provider in front.

use super::provider::{Sin, SlyProvider};
use async_trait::async_trait;
use outdial_model::{Clock, TaskSpec};
use outdial_provider::Provider;
use outdial_provider::conformance::{
    Harness, Line, Outcome, Pace, Pushes, Vendor, Violation, Wire, in_memory,
};
use std::sync::Arc;

pub struct Sly {
    honest: Arc<dyn Harness>,
    sin: Option<Sin>,
}

impl Sly {
    pub fn with(sin: Option<Sin>) -> Outcome<Self> {
        // Whoever sins in single calls needs a vendor that has them.
        let name = if sin == Some(Sin::CallsTwice) { "memory_fuse" } else { "memory" };
        let honest = in_memory().into_iter().find(|harness| harness.name() == name);
        Ok(Self { honest: honest.ok_or_else(|| Violation::new("no in-memory provider"))?, sin })
    }
}

#[async_trait]
impl Harness for Sly {
    fn name(&self) -> &'static str {
        "sly"
    }

    fn kind(&self) -> &'static str {
        self.honest.kind()
    }

    async fn start(&self, pace: Pace) -> Outcome<Box<dyn Vendor>> {
        let honest = self.honest.start(pace).await?;
        let provider = Arc::new(SlyProvider::new(honest.provider(), self.sin));
        Ok(Box::new(Stand { honest, provider }))
    }

    fn task(&self) -> TaskSpec {
        self.honest.task()
    }

    fn wrong_template(&self) -> &'static str {
        self.honest.wrong_template()
    }

    fn phones(&self) -> [&'static str; 4] {
        self.honest.phones()
    }

    fn pushes(&self) -> Option<Pushes> {
        self.honest.pushes()
    }

    fn wire(&self) -> Option<Arc<dyn Wire>> {
        None
    }
}

struct Stand {
    honest: Box<dyn Vendor>,
    provider: Arc<SlyProvider>,
}

#[async_trait]
impl Vendor for Stand {
    fn provider(&self) -> Arc<dyn Provider> {
        Arc::<SlyProvider>::clone(&self.provider)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.honest.clock()
    }

    async fn rings(&self) -> Outcome<Vec<String>> {
        self.honest.rings().await
    }

    fn requests(&self) -> usize {
        self.honest.requests()
    }

    async fn move_on(&self) {
        self.honest.move_on().await;
    }

    fn line(&self) -> Option<&Line> {
        None
    }

    async fn stop(self: Box<Self>) {
        self.honest.stop().await;
    }
}
