//! A load: the same request over and over, on so many connections at once.

use crate::Failure;
use crate::gateway::Process;
use crate::http::Line;
use crate::report::{Amount, Figure, Mark, Report, median};
use futures_util::future::try_join_all;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How many ask at once.
pub(crate) const CONNECTIONS: usize = 32;

/// What to ask, and where.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) request: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) answers: u64,
    pub(crate) per_second: f64,
}

impl Load {
    /// Asks for so long; every answer must be a success.
    pub(crate) async fn run(&self, span: Duration) -> Result<Done, Failure> {
        let began = Instant::now();
        let asking = (0..CONNECTIONS).map(|_| {
            let load = self.clone();
            let task = tokio::spawn(async move { load.ask_until(began + span).await });
            async { task.await? }
        });
        let answers = try_join_all(asking).await?.into_iter().sum();
        Ok(Done { answers, per_second: answers as f64 / began.elapsed().as_secs_f64() })
    }

    async fn ask_until(&self, end: Instant) -> Result<u64, Failure> {
        let mut line = Line::to(self.address).await?;
        let mut answers = 0;
        while Instant::now() < end {
            line.exchange(&self.request).await?;
            answers += 1;
        }
        Ok(answers)
    }
}

/// Requests per second and processor time per request, run by run.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    rates: Vec<f64>,
    costs: Vec<f64>,
}

impl Measured {
    /// Another run.
    pub(crate) async fn take(
        &mut self,
        load: &Load,
        process: &Process,
        span: Duration,
    ) -> Result<(), Failure> {
        let before = process.processor_time();
        let done = load.run(span).await?;
        self.rates.push(done.per_second);
        if let (Some(before), Some(after)) = (before, process.processor_time()) {
            self.costs.push((after - before).as_secs_f64() * 1e6 / done.answers as f64);
        }
        Ok(())
    }

    /// Tells both, beside those of something bare.
    pub(crate) fn beside(&self, bare: &Self, name: &str, mark: Mark, report: &mut Report) {
        report.add(&Figure {
            name: format!("{name}, {CONNECTIONS} connections"),
            measured: Amount(median(&self.rates), "per s"),
            baseline: Some(Amount(median(&bare.rates), "per s")),
            mark,
        });
        report.add(&Figure {
            name: format!("{name}: processor time, its own process"),
            measured: Amount(median(&self.costs), "µs"),
            baseline: Some(Amount(median(&bare.costs), "µs")),
            mark: Mark::None,
        });
    }
}
