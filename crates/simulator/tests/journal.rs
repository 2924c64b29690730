//! The journal: who asked for what, when exactly, and how it ended.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use outdial_simulator::Simulator;
use serde_json::{Value, json};
use std::time::Duration;
use support::nxtele::Client;
use support::{get, post, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The summary's line of an operation; null when nobody asked for it.
async fn line(simulator: &Simulator, operation: &str) -> Value {
    let summary = get(simulator, "requests/summary").await;
    let lines = summary["operations"].as_array().unwrap();
    lines.iter().find(|line| line["operation"] == operation).cloned().unwrap_or_default()
}

#[tokio::test]
async fn requests_are_told_with_their_instants_and_results() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    client.operate("nobody", 1).await;
    client.send("ping", &json!({"data": "x"})).await;
    let requests = get(&simulator, "requests").await;
    assert_eq!(
        (&requests[0]["operation"], &requests[0]["status"], &requests[0]["code"]),
        (&json!("mgrTaskStatus"), &json!(200), &json!("4"))
    );
    let [first, second] = [0, 1].map(|index| requests[index]["at_us"].as_i64().unwrap());
    assert!(first < second);
    assert_eq!(requests[1]["at_ms"], second / 1000);

    let pings = get(&simulator, "requests?provider=nxtele&operation=ping").await;
    assert_eq!(pings, json!([requests[1]]));
    assert_eq!(get(&simulator, &format!("requests?since_us={}", first + 1)).await, pings);
    assert_eq!(get(&simulator, "requests?provider=airudder").await, json!([]));
}

#[tokio::test]
async fn a_request_that_breaks_off_never_arrived() {
    let simulator = start(600.0).await;
    let mut line = TcpStream::connect(simulator.address()).await.unwrap();
    let head =
        "POST /callcentre/api/v3/ping HTTP/1.1\r\nhost: vendor\r\ncontent-length: 99\r\n\r\n{\"data\":";
    line.write_all(head.as_bytes()).await.unwrap();
    line.shutdown().await.unwrap();
    line.read_to_end(&mut Vec::new()).await.unwrap();

    assert_eq!(get(&simulator, "requests").await, json!([]));
}

#[tokio::test]
async fn the_summary_counts_how_requests_ended_and_the_busiest_second() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let storm = json!({"provider": "nxtele", "operation": "mgrTaskStatus", "mode": "status", "times": 2});
    post(&simulator, "faults", storm).await;
    for _ in 0..2 {
        let body = json!({"userTaskID": "nobody", "taskOperate": 1, "delCall": 0});
        assert_eq!(client.try_call("mgrTaskStatus", body).await.err().unwrap().status().unwrap(), 503);
    }
    client.operate("nobody", 1).await;
    // The one wait here: a second has to pass for real before it is over.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    client.operate("nobody", 1).await;

    let counted = line(&simulator, "mgrTaskStatus").await;
    assert_eq!(counted["provider"], "nxtele");
    assert_eq!((&counted["total"], &counted["busiest_second"]), (&json!(4), &json!(3)));
    assert_eq!(counted["by_status"], json!({"200": 2, "503": 2}));
    assert_eq!(counted["by_code"], json!({"": 2, "4": 2}));
    assert_eq!(line(&simulator, "listTask").await, Value::Null);

    post(&simulator, "reset", json!({})).await;
    assert_eq!(get(&simulator, "requests/summary").await, json!({"operations": []}));
}

#[tokio::test]
async fn a_request_counts_when_it_arrives_and_however_it_is_treated() {
    let simulator = start(600.0).await;
    let client = Client::new(&simulator);
    let silence =
        json!({"provider": "nxtele", "operation": "ping", "mode": "silence", "times": 1, "seconds": 0.2});
    post(&simulator, "faults", silence).await;
    assert!(client.try_call("ping", json!({"data": "x"})).await.is_err());
    let entry = get(&simulator, "requests").await[0].clone();
    assert_eq!((&entry["status"], &entry["fault"]), (&json!(0), &json!("silence")));
    assert_eq!(line(&simulator, "ping").await["by_status"], json!({"0": 1}));
}
