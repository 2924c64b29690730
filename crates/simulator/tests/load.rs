//! Many people at once: ten thousand over three vendors, and five thousand through a line that keeps silent.

mod support;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use support::{airudder, eventually, get, nxtele, post, tencent};

const BATCH: usize = 50;
const AT_ONCE: usize = 8;

/// Numbers that answer, `count` of them, different for each vendor.
fn numbers(vendor: usize, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("8613{vendor}{index:06}00")).collect()
}

async fn through_nxtele(client: &nxtele::Client, numbers: &[String]) {
    client.create_task("t", json!({"startupType": 3, "maxCall": 1000}), json!({"taskKeep": true})).await;
    stream::iter(numbers.chunks(BATCH))
        .for_each_concurrent(AT_ONCE, async |batch| {
            let orders: Vec<Value> =
                batch.iter().map(|number| nxtele::order(&format!("order-{number}"), number)).collect();
            let list = json!({"orderCallbackUrl": "", "callCallbackUrl": "", "callList": orders});
            // Whether it was answered is not what is asked here.
            let _ = client.try_call("addBatchCall", json!({"userTaskID": "t", "callInfoList": list})).await;
        })
        .await;
}

async fn through_tencent(client: &tencent::Client, numbers: &[String]) {
    stream::iter(numbers.chunks(BATCH))
        .for_each_concurrent(AT_ONCE, async |batch| {
            let callees: Vec<_> = batch.iter().map(|number| format!("00{number}")).collect();
            let callees: Vec<_> = callees.iter().map(String::as_str).collect();
            client.is_answered("CreateAutoCalloutTask", tencent::Client::task(&callees)).await;
        })
        .await;
}

async fn through_airudder(client: &airudder::Client, numbers: &[String]) {
    let instance = client.create("load").await;
    stream::iter(numbers.chunks(BATCH))
        .for_each_concurrent(AT_ONCE, async |batch| {
            let callees: Vec<_> = batch.iter().map(|number| format!("+{number}")).collect();
            let rows: Vec<_> = callees.iter().map(|callee| (callee.as_str(), callee.as_str())).collect();
            client.is_answered("uploaddetails", airudder::Client::rows(&instance, &rows)).await;
        })
        .await;
}

/// Limits out of the way, so that nothing but the simulator itself takes time.
async fn unlimited(simulator: &Simulator) {
    let settings = json!({
        "tencent.requests_per_second": 0, "tencent.default_concurrency": 1000, "airudder.concurrency": 1000,
    });
    assert_eq!(post(simulator, "settings", settings).await.0, 200);
}

#[tokio::test]
async fn ten_thousand_over_three_vendors_are_rung_once_each_and_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("rings.ndjson");
    let options = Options { speed: 300.0, ledger: Some(file.clone()), ..Options::default() };
    let simulator = Simulator::start(options).await.unwrap();
    unlimited(&simulator).await;
    let (nx, tc, ar) = (
        nxtele::Client::new(&simulator),
        tencent::Client::new(&simulator),
        airudder::Client::new(&simulator).await,
    );
    let (some, others, rest) = (numbers(0, 3400), numbers(1, 3300), numbers(2, 3300));
    tokio::join!(through_nxtele(&nx, &some), through_tencent(&tc, &others), through_airudder(&ar, &rest));
    eventually("everybody is rung", async || get(&simulator, "rings/summary").await["total"] == 10_000).await;
    let summary = get(&simulator, "rings/summary").await;
    assert_eq!((&summary["numbers"], &summary["max_per_number"]), (&json!(10_000), &json!(1)));
    assert_eq!(summary["by_provider"], json!({"nxtele": 3400, "tencent_ccc": 3300, "airudder": 3300}));
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 10_000);
}

#[tokio::test]
async fn silence_at_every_third_request_holds_nobody_up() {
    for (vendor, operation) in
        [("nxtele", "addBatchCall"), ("tencent_ccc", "CreateAutoCalloutTask"), ("airudder", "uploaddetails")]
    {
        let simulator = support::start(300.0).await;
        unlimited(&simulator).await;
        for (mode, seconds) in [("silence", json!(0.05)), ("commit_then_silence", json!([0, 0.1]))] {
            let fault = json!({
                "provider": vendor, "operation": operation, "mode": mode, "probability": 0.3, "seconds": seconds,
            });
            assert_eq!(post(&simulator, "faults", fault).await.0, 200);
        }
        let (began, people) = (Instant::now(), numbers(3, 5000));
        match vendor {
            "nxtele" => through_nxtele(&nxtele::Client::new(&simulator), &people).await,
            "tencent_ccc" => through_tencent(&tencent::Client::new(&simulator), &people).await,
            _ => through_airudder(&airudder::Client::new(&simulator).await, &people).await,
        }
        assert!(began.elapsed() < Duration::from_secs(15), "{vendor}: {:?}", began.elapsed());

        let requests = get(&simulator, &format!("requests?operation={operation}")).await;
        let struck = |mode: &str| {
            requests.as_array().unwrap().iter().filter(|request| request["fault"] == mode).count()
        };
        let (lost, unanswered) = (struck("silence"), struck("commit_then_silence"));
        assert!((12..=50).contains(&lost) && (7..=40).contains(&unanswered), "{vendor}: {lost} {unanswered}");
        let made = people.len() - lost * BATCH;
        eventually("those that were taken are rung", async || {
            get(&simulator, "rings/summary").await["total"] == made
        })
        .await;
        assert_eq!(get(&simulator, "rings/summary").await["max_per_number"], 1);
    }
}
