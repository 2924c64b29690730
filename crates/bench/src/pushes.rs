//! A vendor's pushes in a flood: how soon they are acknowledged, that none is lost, and that everybody ends as told.
//!
//! Pushes leave at their times, two thousand a second, whether those before are answered or not; how long one takes
//! is counted from when it should have left. Half of them are copies, all are shuffled, one in a hundred is broken.
//! Afterwards every contact is read and compared with what was pushed about it.

mod news;

use crate::engine::{Engine, Place};
use crate::gateway::Gateway;
use crate::http::Line;
use crate::people::now;
use crate::report::{Amount, Figure, Mark, Report, percentile};
use crate::{Failure, dispatch, fill, vendor};
use futures_util::future::try_join_all;
use news::News;
use outdial_model::ContactId;
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Pushes in a second.
const RATE: usize = 2_000;
const CONNECTIONS: usize = 128;
/// Tasks the people are of.
const TASKS: usize = 10;
/// How long the gateway may go on using what was pushed.
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let seconds = if small { 5 } else { 60 };
    let flood = News::flood(RATE * seconds);
    let place = engine.place().await?;
    let people = people(&place, flood.people()).await?;
    let gateway = Gateway::at(&place, crate::import::NOWHERE).await?;
    let pushes = Arc::new(flood.pushes(&people));
    let took = send(gateway.process.address, &pushes).await?;
    let flooded = Instant::now();
    used(&gateway).await?;
    let drained = flooded.elapsed();
    let wrong = wrong(&gateway, &flood, &people).await?;

    let name = engine.name();
    let figure = |what: &str, measured, mark| Figure {
        name: format!("{name}: {what}"),
        measured,
        baseline: None,
        mark,
    };
    let what = format!("{RATE} pushes per s for {seconds} s, acknowledged: p99");
    report.add(&figure(&what, percentile(&took, 99), Mark::AtMost(Amount(100.0, "ms"))));
    report.add(&figure("the same: median", percentile(&took, 50), Mark::None));
    report.add(&figure("the same: the last one", percentile(&took, 100), Mark::None));
    let last = Amount(drained.as_secs_f64(), "s");
    report.add(&figure("the same: after the last, until all were used", last, Mark::None));
    let lost = Amount(wrong as f64, "contacts");
    report.add(&figure(
        "the same: contacts that ended otherwise than told",
        lost,
        Mark::AtMost(Amount(0.0, "contacts")),
    ));
    drop(gateway);
    place.remove().await
}

/// People the vendor has, in tasks of their own segments.
async fn people(place: &Place, count: usize) -> Result<Vec<news::Person>, Failure> {
    place.wait_for_disk(false).await?;
    let store = place.store().await?;
    let mut people = Vec::new();
    let share = count.div_ceil(TASKS).next_multiple_of(dispatch::BATCH);
    for first in (0..TASKS).map(|task| task * share) {
        let at = now();
        let task = fill::task(&*store, at).await?;
        let ids = fill::contacts_from(&*store, &task, first..first + share, at).await?;
        let lease = fill::claim(&*store, &task, at).await?;
        let segment = fill::segment(&*store, &lease, at).await?;
        fill::runs(&*store, &lease, &segment, at).await?;
        for _ in 0..share / dispatch::BATCH {
            dispatch::sent(&*store, &lease, &segment, &dispatch::Rules::default()).await?;
        }
        store.release_lease(&lease, None, at).await?;
        people.extend(ids.into_iter().map(|contact| news::Person { contact, segment: segment.clone() }));
    }
    store.close().await;
    place.wait_for_disk(true).await?;
    place.settle().await?;
    Ok(people)
}

/// Sends every push at its time; answers how long each took to be acknowledged, sorted.
async fn send(address: SocketAddr, pushes: &Arc<Vec<news::Push>>) -> Result<Vec<Duration>, Failure> {
    let began = Instant::now() + Duration::from_millis(500);
    let sending = (0..CONNECTIONS).map(|first| {
        let pushes = Arc::clone(pushes);
        let task = tokio::spawn(async move {
            let mut line = Line::to(address).await?;
            let mut took = Vec::new();
            for place in (first..pushes.len()).step_by(CONNECTIONS) {
                let due = began + Duration::from_secs(1) * u32::try_from(place)? / u32::try_from(RATE)?;
                tokio::time::sleep_until(due).await;
                let request = vendor::push(address, pushes[place].kind, &pushes[place].body);
                line.exchange(&request).await?;
                took.push(due.elapsed());
            }
            Ok::<_, Failure>(took)
        });
        async { task.await? }
    });
    let mut took: Vec<_> = try_join_all(sending).await?.into_iter().flatten().collect();
    took.sort_unstable();
    Ok(took)
}

/// Waits until nothing that was pushed waits to be used.
async fn used(gateway: &Gateway) -> Result<(), Failure> {
    let path = format!("/v1/accounts/{}/pushes?state=new&limit=1", vendor::ACCOUNT);
    let began = Instant::now();
    let mut line = Line::to(gateway.process.address).await?;
    loop {
        let page: Value = serde_json::from_slice(line.exchange(&gateway.get(&path)).await?)?;
        if page["data"].as_array().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err("what was pushed is not used".into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// How many contacts did not end as they were told to.
async fn wrong(gateway: &Gateway, flood: &News, people: &[news::Person]) -> Result<usize, Failure> {
    let mut line = Line::to(gateway.process.address).await?;
    let mut ended: HashMap<ContactId, (String, u64)> = HashMap::new();
    let tasks = pages(&mut line, gateway, "/v1/tasks?limit=200").await?;
    for task in tasks.iter().filter_map(|task| task["id"].as_str()) {
        for contact in pages(&mut line, gateway, &format!("/v1/tasks/{task}/contacts?limit=200")).await? {
            let word = |name: &str| contact[name].as_str().unwrap_or_default().to_owned();
            let id = word("id").parse()?;
            ended.insert(id, (word("disposition"), contact["calls"].as_u64().unwrap_or_default()));
        }
    }
    let told = |(n, person): (usize, &news::Person)| {
        let expected = flood.ending(n).map_or((String::new(), 0), |ending| (ending.to_owned(), 1));
        ended.get(&person.contact) != Some(&expected)
    };
    Ok(people.iter().enumerate().filter(|one| told(*one)).count())
}

async fn pages(line: &mut Line, gateway: &Gateway, path: &str) -> Result<Vec<Value>, Failure> {
    let (mut all, mut next) = (Vec::new(), path.to_owned());
    loop {
        let page: Value = serde_json::from_slice(line.exchange(&gateway.get(&next)).await?)?;
        all.extend(page["data"].as_array().into_iter().flatten().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => return Ok(all),
        }
    }
}
