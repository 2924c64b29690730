//! A creating request that the vendor carries out twice.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use outdial_simulator::Simulator;
use serde_json::{Value, json};
use support::{airudder, eventually, get, nxtele, post, start, tencent, unix_seconds};

async fn twice(simulator: &Simulator, provider: &str, operation: &str, more: Value) {
    let mut fault =
        json!({"provider": provider, "operation": operation, "mode": "duplicate_create", "times": null});
    fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, answer) = post(simulator, "faults", fault).await;
    assert_eq!(status, 200, "{answer}");
}

/// Two tasks out of one request whose fuse is a minute; the first was answered.
async fn two_tasks(simulator: &Simulator) -> (tencent::Client, [u64; 2]) {
    twice(simulator, "tencent_ccc", "*", json!({"times": 1})).await;
    let client = tencent::Client::new(simulator);
    let mut task = tencent::Client::task(&["008613800000000", "008613800000100"]);
    task["NotBefore"] = json!(unix_seconds() + 60);
    let first = client.create(task).await;
    let page = client.call("DescribeAutoCalloutTasks", json!({"PageSize": 10, "PageNumber": 0})).await;
    assert_eq!((&page["TotalCount"], &page["Tasks"][0]["Name"]), (&json!(2), &page["Tasks"][1]["Name"]));
    assert_eq!(page["Tasks"][0]["NotBefore"], page["Tasks"][1]["NotBefore"]);
    (client, [first, page["Tasks"][0]["TaskId"].as_u64().unwrap()])
}

#[tokio::test]
async fn a_duplicate_left_alone_rings_everybody_again_at_the_same_simulated_moment() {
    let simulator = start(300.0).await;
    let (_, [first, second]) = two_tasks(&simulator).await;
    assert_ne!(first, second);
    eventually("both ring", async || get(&simulator, "rings/summary").await["total"] == 4).await;
    let rings = get(&simulator, "rings").await;
    let begin: Vec<_> = rings.as_array().unwrap().iter().map(|ring| ring["sim_seconds"].clone()).collect();
    assert!(begin.iter().all(|at| *at == begin[0]), "{begin:?}");
    assert_eq!(get(&simulator, "rings/summary").await["max_first_attempts_per_number"], 2);
}

#[tokio::test]
async fn a_duplicate_stopped_on_its_fuse_rings_nobody() {
    let simulator = start(20.0).await;
    let (client, [first, second]) = two_tasks(&simulator).await;
    assert_eq!(tencent::code(&client.control("StopAutoCalloutTask", second).await), "");
    assert_eq!(get(&simulator, "rings/summary").await["total"], 0, "in time");
    eventually("the first is over", async || client.describe(first).await["State"] == 2).await;
    let summary = get(&simulator, "rings/summary").await;
    assert_eq!((&summary["total"], &summary["max_per_number"]), (&json!(2), &json!(1)));
    assert_eq!(client.describe(second).await["State"], 4);
}

#[tokio::test]
async fn an_answer_can_be_lost_as_well() {
    let simulator = start(1.0).await;
    let fault = json!({"provider": "airudder", "operation": "createinstance", "mode": "garbage", "times": 1});
    assert_eq!(post(&simulator, "faults", fault).await.0, 200);
    twice(&simulator, "airudder", "createinstance", json!({"times": 1})).await;
    let client = airudder::Client::new(&simulator).await;
    let body = json!({"workflow_template_id": 1001, "name": "mine", "end_time": airudder::END});
    let url = format!("{}/service/cloud/workflow/createinstance", simulator.url());
    let request = support::http().post(url).header("Authorization", client.authorization()).json(&body);
    let answer = request.send().await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&answer).is_err());
    let listed = client.assumed("instances", &[("name", "mine")], Value::Null).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn ids_the_vendor_knows_make_one_of_two() {
    let simulator = start(600.0).await;
    twice(&simulator, "nxtele", "*", json!({})).await;
    let client = nxtele::Client::new(&simulator);
    client.create_task("t", json!({"startupType": 1}), json!({})).await;
    assert_eq!(client.add("t", &[nxtele::order("o", "8613800000000")]).await["successCount"], 1);
    let body = json!({"page": 1, "size": 10, "queryConditions": {"userTaskID": ["t"]}});
    let listed = client.call("listTask", body).await;
    assert_eq!(
        (&listed["totalCount"], &listed["taskData"][0]["taskStat"]["totalOrderCount"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn only_what_creates_can_be_doubled() {
    let simulator = start(600.0).await;
    let fault = json!({"provider": "nxtele", "operation": "listTask", "mode": "duplicate_create"});
    let (status, answer) = post(&simulator, "faults", fault).await;
    assert_eq!(status, 400, "{answer}");
    // Nor does a duplicate count against the rate limit, which is the client's.
    assert_eq!(post(&simulator, "settings", json!({"tencent.requests_per_second": 1})).await.0, 200);
    twice(&simulator, "tencent_ccc", "*", json!({})).await;
    let client = tencent::Client::new(&simulator);
    client.create(tencent::Client::task(&["008613800000000"])).await;
    eventually("both ring", async || get(&simulator, "rings/summary").await["total"] == 2).await;
}
