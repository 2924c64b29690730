//! A load: the same request over and over, on so many connections at once.

use crate::Failure;
use crate::http::Line;
use futures_util::future::try_join_all;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What to ask, and where.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) request: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub(super) answers: u64,
    pub(super) per_second: f64,
}

impl Load {
    /// Asks for so long; every answer must be a success.
    pub(super) async fn run(&self, connections: usize, span: Duration) -> Result<Done, Failure> {
        let began = Instant::now();
        let asking = (0..connections).map(|_| {
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
