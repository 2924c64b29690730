//! What watches a gateway asks for what there is: every name and label of the dashboard and of the alerts is on the
//! page of metrics of a gateway that has done something of everything.

use outdial_testkit::{Receiver, Setup, StoreKind, TestApp, until};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Names of samples, each with its labels.
type Samples = BTreeMap<String, BTreeSet<String>>;

pub async fn dashboards_and_alerts_ask_for_what_there_is(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let receiver = Receiver::start().await;
    app.post("/v1/webhook_endpoints", &json!({"url": receiver.url()})).await.expect(201);
    let task = app.create_task(&app.task("nxtele", &["00", "01"])).await;
    app.start(&task).await;
    app.wait_for_status(&task, "completed").await;
    let page = async || app.get("/metrics").await.body.as_str().unwrap_or_default().to_owned();
    let is_told = |page: &String| page.contains("outdial_ingress_pushes_total{");
    let there_is = samples(&until("the vendor has pushed", page, is_told).await);

    let dashboard: Value = serde_json::from_str(&deployed("grafana/outdial.json")).unwrap();
    let mut shown = BTreeSet::new();
    for target in
        dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap())
    {
        let text = |key: &str| target[key].as_str().unwrap();
        shown.extend(asked(text("expr"), text("legendFormat"), &there_is));
    }
    let family = |name: &String| {
        let parts = ["_bucket", "_sum", "_count"];
        parts.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name).to_owned()
    };
    let all: BTreeSet<_> = there_is.keys().map(family).collect();
    assert_eq!(shown.iter().map(family).collect::<BTreeSet<_>>(), all, "the dashboard shows everything");

    let alerts = deployed("prometheus/alerts.yml");
    let rules = alerts.split("- alert: ").skip(1);
    let mut of_ours = 0;
    for rule in rules {
        let expression = rule.lines().find_map(|line| line.trim().strip_prefix("expr: ")).unwrap();
        let labels: String =
            rule.split("$labels.").skip(1).map(|rest| format!("{{{{{}}}}}", word(rest))).collect();
        of_ours += usize::from(!asked(expression, &labels, &there_is).is_empty());
    }
    assert!(of_ours >= 8, "{of_ours} rules");
    app.shut_down().await;
}

/// The names an expression asks for, all of which there are; the labels it and `legend` name, too.
fn asked(expression: &str, legend: &str, there_is: &Samples) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut labels = BTreeSet::new();
    for (at, _) in expression.match_indices("outdial_") {
        let name = word(&expression[at..]).to_owned();
        let known = there_is.get(&name).unwrap_or_else(|| panic!("there is no {name}: {expression}"));
        if let Some(matchers) = expression[at + name.len()..].strip_prefix('{') {
            for matcher in matchers.split('}').next().unwrap().split(',') {
                assert!(known.contains(word(matcher)), "{name} has no {matcher}");
            }
        }
        labels.extend(known.iter().cloned());
        names.insert(name);
    }
    let grouped =
        expression.split(" by (").skip(1).flat_map(|rest| rest.split(')').next().unwrap().split(", "));
    let told = legend.split("{{").skip(1).map(|rest| word(rest.trim_start()));
    for label in grouped.chain(told) {
        let of_the_scrape = names.is_empty() && label == "instance";
        assert!(of_the_scrape || labels.contains(label), "nothing has a {label}: {expression} {legend}");
    }
    names
}

/// The first word.
fn word(text: &str) -> &str {
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next().unwrap_or_default()
}

fn samples(page: &str) -> Samples {
    let lines = page.lines().filter(|line| line.starts_with("outdial_"));
    let sample = |line: &str| {
        let (name, rest) = line.split_once('{').unwrap();
        let labels = rest.split("=\"").map(|part| part.rsplit([',', '{']).next().unwrap().to_owned());
        let mut labels: Vec<_> = labels.collect();
        labels.pop();
        (name.to_owned(), labels.into_iter().collect())
    };
    lines.map(sample).collect()
}

fn deployed(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    std::fs::read_to_string(folder.join(file)).unwrap()
}
