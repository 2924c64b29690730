//! The ring ledger: the file and the summary tell the same story, and chance repeats.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::HashMap;

use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use support::nxtele::{Client, order};
use support::{eventually, get, post, start};

async fn run(options: Options, orders: &[Value]) -> (Simulator, Value) {
    let simulator = Simulator::start(options).await.unwrap();
    let client = Client::new(&simulator);
    client.create_task("t", json!({"startupType": 3}), json!({"roundRedial": true})).await;
    client.add("t", orders).await;
    eventually("the task completes", async || client.status("t").await == 3).await;
    let summary = get(&simulator, "rings/summary").await;
    (simulator, summary)
}

fn many() -> Vec<Value> {
    (0..200).map(|n| order(&format!("o{n}"), &format!("8613800{n:06}"))).collect()
}

#[tokio::test]
async fn the_file_holds_what_the_summary_counts() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("rings.ndjson");
    let options = Options { speed: 6000.0, ledger: Some(file.clone()), ..Options::default() };
    let (simulator, summary) = run(options, &many()).await;
    let text = std::fs::read_to_string(&file).unwrap();
    let rings: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for ring in &rings {
        *numbers.entry(ring["number"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(summary["total"], rings.len());
    assert_eq!(summary["numbers"], 200);
    assert_eq!(numbers.len(), 200);
    assert_eq!(summary["max_per_number"], *numbers.values().max().unwrap());
    assert_eq!(summary["by_provider"]["nxtele"], rings.len());
    assert_eq!(get(&simulator, "rings").await, json!(rings));

    // A reset empties the memory, never the file.
    post(&simulator, "reset", json!({})).await;
    assert_eq!(get(&simulator, "rings/summary").await["total"], 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[tokio::test]
async fn the_same_seed_draws_the_same_outcomes() {
    let outcome = async |seed| {
        run(Options { speed: 6000.0, seed, ..Options::default() }, &many()).await.1["total"].clone()
    };
    assert_eq!(outcome(7).await, outcome(7).await);
    assert_ne!(outcome(7).await, outcome(8).await);
}

#[tokio::test]
async fn a_number_sent_twice_is_seen() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    for task in ["t", "u"] {
        client.create_task(task, json!({"startupType": 3}), json!({})).await;
        client.add(task, &[order(task, "8613800000000")]).await;
    }
    eventually("both ring", async || get(&simulator, "rings/summary").await["total"] == 2).await;
    assert_eq!(get(&simulator, "rings/summary").await["max_first_attempts_per_number"], 2);
    assert_eq!(get(&simulator, "rings?number=%2B8613800000000").await[1]["key"], "u");
}

#[tokio::test]
async fn a_speed_of_nothing_is_refused() {
    assert!(Simulator::start(Options { speed: 0.0, ..Options::default() }).await.is_err());
}
