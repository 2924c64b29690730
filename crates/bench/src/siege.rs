//! Those who keep the gateway busy with nothing, and those who ask for more than it can do: what becomes of the others.

use crate::engine::{Engine, Place};
use crate::gateway::Gateway;
use crate::http::{self, Line};
use crate::report::{Amount, Figure, Mark, Report, percentile};
use crate::{Failure, import};
use futures_util::future::try_join_all;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval_at, timeout};

/// Connections that begin a request and never end it.
const HALF_OPEN: usize = 5_000;
/// Those who ask for something at that time, and how often each.
const HEALTHY: usize = 16;
const PACE: Duration = Duration::from_millis(20);
/// Connections that find out how much can be done, and those that then ask for more.
const FULL: usize = 64;
const CROWD: usize = 1_500;
/// How many times what can be done is asked for.
const EXCESS: f64 = 3.0;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let span = Duration::from_secs(if small { 2 } else { 60 });
    let place = engine.place().await?;
    let gateway = Gateway::at(&place, import::NOWHERE).await?;
    half_open(engine, &gateway, span / 2, report).await?;
    overload(engine, &gateway, span, report).await?;
    drop(gateway);
    Place::remove(place).await
}

/// A healthy client's delays, without and with the half-open connections.
async fn half_open(
    engine: &Engine,
    gateway: &Gateway,
    span: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let path = format!("/v1/tasks/{}", gateway.make_task().await?);
    let (address, request) = (gateway.process.address, gateway.get(&path));
    let alone = healthy(address, &request, span).await?;
    let idle: Vec<_> = (0..HALF_OPEN).map(|_| tokio::spawn(stay_half_open(address))).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let beset = healthy(address, &request, span).await?;
    idle.iter().for_each(tokio::task::JoinHandle::abort);
    report.add(&Figure {
        name: format!("{}: a task amid {HALF_OPEN} half-open connections: p99", engine.name()),
        measured: percentile(&beset, 99),
        baseline: Some(percentile(&alone, 99)),
        mark: Mark::AtMost(Amount(50.0, "ms")),
    });
    Ok(())
}

/// Begins a request, and another whenever the gateway has had enough.
async fn stay_half_open(address: SocketAddr) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            let _ = stream.write_all(b"GET /v1/tasks HTTP/1.1\r\nHost: ").await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How long each of the healthy ones' requests took, sorted.
async fn healthy(address: SocketAddr, request: &[u8], span: Duration) -> Result<Vec<Duration>, Failure> {
    let end = Instant::now() + span;
    let asking = (0..HEALTHY).map(async |_| {
        let (mut line, mut took) = (Line::to(address).await?, Vec::new());
        let mut pace = tokio::time::interval(PACE);
        while Instant::now() < end {
            pace.tick().await;
            let began = Instant::now();
            line.exchange(request).await?;
            took.push(began.elapsed());
        }
        Ok::<_, Failure>(took)
    });
    let mut took: Vec<_> = try_join_all(asking).await?.into_iter().flatten().collect();
    took.sort_unstable();
    Ok(took)
}

/// What becomes of the good answers when three times as much is asked for as can be done.
async fn overload(
    engine: &Engine,
    gateway: &Gateway,
    span: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = engine.name();
    let peak = crowd(gateway, FULL, None, span / 6).await?;
    let pause = CROWD as f64 / (EXCESS * peak.good_per_second());
    let (excess, probes) = tokio::join!(
        crowd(gateway, CROWD, Some(Duration::from_secs_f64(pause)), span),
        probed(gateway.process.address, span)
    );
    let (excess, probes) = (excess?, probes?);
    report.add(&Figure {
        name: format!("{name}: tasks made per s, when {EXCESS} times as many are asked for"),
        measured: Amount(excess.good_per_second(), "per s"),
        baseline: Some(Amount(peak.good_per_second(), "per s")),
        mark: Mark::RatioAtLeast(0.9),
    });
    let figure = |what: &str, measured, mark| Figure {
        name: format!("{name}: the same: {what}"),
        measured,
        baseline: None,
        mark,
    };
    let refused = Amount(excess.refused.len() as f64 / excess.span.as_secs_f64(), "per s");
    report.add(&figure("refused", refused, Mark::None));
    let soon = percentile(&excess.refused, 50);
    report.add(&figure("until one is refused, median", soon, Mark::AtMost(Amount(10.0, "ms"))));
    report.add(&figure("until one is refused, p99", percentile(&excess.refused, 99), Mark::None));
    report.add(&figure("until `/livez` answers, p99", percentile(&probes, 99), Mark::None));
    Ok(())
}

/// What became of a crowd's requests.
#[derive(Debug, Default)]
struct Outcome {
    good: usize,
    /// How long each that was turned away waited for that, sorted.
    refused: Vec<Duration>,
    span: Duration,
}

impl Outcome {
    fn good_per_second(&self) -> f64 {
        self.good as f64 / self.span.as_secs_f64()
    }
}

/// So many make tasks, each with a pause from one request to the next if there is one.
async fn crowd(
    gateway: &Gateway,
    count: usize,
    pause: Option<Duration>,
    span: Duration,
) -> Result<Outcome, Failure> {
    let address = gateway.process.address;
    let body = crate::vendor::task().to_string();
    let request = http::post(address, "/v1/tasks", &gateway.key, &body);
    let began = Instant::now();
    let asking = (0..count).map(|n| {
        let request = request.clone();
        // They do not come all at once.
        let first = pause
            .map(|pause| pause * u32::try_from(n).unwrap_or_default() / u32::try_from(count).unwrap_or(1));
        let task = tokio::spawn(async move {
            let mut line = Line::to(address).await?;
            let mut outcome = Outcome::default();
            let mut pace = pause
                .map(|pause| interval_at(tokio::time::Instant::now() + first.unwrap_or_default(), pause));
            while began.elapsed() < span {
                if let Some(pace) = &mut pace {
                    pace.tick().await;
                }
                if line.is_over() {
                    line = Line::to(address).await?;
                }
                let asked = Instant::now();
                match line.status(&request).await? {
                    201 | 202 => outcome.good += 1,
                    503 => outcome.refused.push(asked.elapsed()),
                    other => return Err(format!("a task was answered {other}").into()),
                }
            }
            Ok::<_, Failure>(outcome)
        });
        async { task.await? }
    });
    let outcomes = try_join_all(asking).await?;
    let mut refused: Vec<_> = outcomes.iter().flat_map(|outcome| outcome.refused.iter().copied()).collect();
    refused.sort_unstable();
    let good = outcomes.iter().map(|outcome| outcome.good).sum();
    Ok(Outcome { good, refused, span: began.elapsed() })
}

/// How long the probe took to be answered, each time, sorted; every answer must come within a second and be good.
async fn probed(address: SocketAddr, span: Duration) -> Result<Vec<Duration>, Failure> {
    let request = http::get(address, "/livez", "none");
    let (began, mut took) = (Instant::now(), Vec::new());
    while began.elapsed() < span {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let asked = Instant::now();
        let mut line = Line::to(address).await?;
        timeout(Duration::from_secs(1), line.exchange(&request)).await??;
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    Ok(took)
}
