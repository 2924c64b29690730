use super::testing::spec;
use super::*;

fn provider() -> Nxtele {
    use outdial_provider::{RateLimits, Transport, TransportSettings};
    let settings =
        TransportSettings { timeout: std::time::Duration::from_secs(1), rate: RateLimits::per_action(10) };
    let config = testing::config(json!({"batch_size": 7}));
    let clock: Arc<dyn Clock> =
        Arc::new(outdial_model::ManualClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
    Nxtele {
        capabilities: capabilities::of(config.batch_size),
        client: Client::new(
            Transport::new(settings).unwrap(),
            Arc::clone(&clock),
            DEFAULT_BASE_URL.to_owned(),
            &config,
        ),
        config,
        clock,
        callbacks: Callbacks::new("https://gw.example/ingress/a/s3cret"),
    }
}

fn pointers(spec: &TaskSpec) -> Vec<String> {
    let problems = provider().refuse_task(spec);
    problems.into_iter().map(|problem| problem.pointer).collect()
}

#[test]
fn a_plain_task_is_accepted_callers_and_all() {
    let mut spec = spec();
    assert!(pointers(&spec).is_empty());
    spec.callers = vec!["+862155550000".parse().unwrap()];
    assert!(pointers(&spec).is_empty(), "the line is NXTele's choice, which the options' schema says");
}

#[test]
fn a_template_of_another_form_is_refused() {
    let mut spec = spec();
    let long = "x".repeat(129);
    for wrong in ["", "  ", "ivr:8", "agent:12", "a b", &*long] {
        spec.script.template_id = wrong.to_owned();
        let problems = provider().refuse_task(&spec);
        assert_eq!(problems[0].pointer, "#/script/template_id", "{wrong}");
        assert_eq!(problems[0].code, "invalid_template_id");
    }
}

#[test]
fn more_attempts_than_one_redial_are_refused() {
    let mut spec = spec();
    for (attempts, is_fine) in [(0, false), (1, true), (2, true), (3, false)] {
        spec.retry.max_attempts = attempts;
        assert_eq!(pointers(&spec).is_empty(), is_fine, "{attempts}");
    }
    assert_eq!(pointers(&spec), ["#/retry/max_attempts"]);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let mut spec = spec();
    spec.script.template_id = "ivr:8".to_owned();
    spec.retry.max_attempts = 9;
    spec.provider_options = [(KIND.to_owned(), json!({"strategy": "x"}))].into();
    let expected = ["#/script/template_id", "#/retry/max_attempts", "#/provider_options/nxtele/strategy"];
    assert_eq!(pointers(&spec), expected);
}

#[test]
fn the_account_prints_no_secret() {
    let printed = format!("{:?}", provider());
    assert!(!printed.contains("hush") && !printed.contains("s3cret"), "{printed}");
}
