//! What a task means at this vendor, or everything that keeps it from meaning anything.
//!
//! One reading serves both sides: a task is refused by the problems it has here, and opened by the
//! plan that remains when it has none.

use super::config::{Config, Site};
use super::options::Options;
use super::wire::{CalleeAttribute, CreateTask, Terms, Variable};
use super::{number, schedule};
use outdial_model::{FieldProblem, TaskSpec, Timestamp};
use outdial_provider::{DialContact, OpenSegment};

/// Characters of the task's own name kept beside our key in the vendor's `Name`.
const NAME_KEPT: usize = 40;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    Ivr(u64),
    Agent(i64),
}

/// A task this vendor can carry.
#[derive(Debug)]
pub struct Plan {
    sdk_app_id: u64,
    callers: Vec<String>,
    terms: Terms,
}

impl Plan {
    /// Reads a task, or says everything the vendor cannot do or express.
    pub fn of(spec: &TaskSpec, config: &Config) -> Result<Self, Vec<FieldProblem>> {
        let speaker = speaker(&spec.script.template_id);
        let agent = matches!(speaker, Some(Speaker::Agent(_)));
        let (options, mut problems) = Options::read(spec, agent);
        if speaker.is_none() {
            let detail = "expected `ivr:<IvrId>` or `agent:<AIAgentId>`, for example `ivr:8`";
            problems.push(FieldProblem::new("/script/template_id", "invalid_template_id", detail));
        }
        let callers = if spec.callers.is_empty() { &config.callers } else { &spec.callers };
        if callers.is_empty() {
            let detail = "Tencent Cloud needs at least one number to call from: name it here or as the account's `callers`";
            problems.push(FieldProblem::new("/callers", "required", detail));
        }
        problems.extend(retry_problems(spec));
        problems.extend(options.unfit_for_one(spec));
        let is_paced = spec.pacing.max_concurrent_calls.is_some() && !spec.single_call;
        if is_paced && !(agent && config.site == Site::Mainland) {
            let detail = "only tasks of an AI agent on the mainland site take a limit of their own";
            problems.push(FieldProblem::new("/pacing/max_concurrent_calls", "unsupported", detail));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (ivr_id, ai_agent_id) = match speaker {
            Some(Speaker::Ivr(id)) => (Some(id), None),
            Some(Speaker::Agent(id)) => (None, Some(id)),
            None => (None, None),
        };
        Ok(Self {
            sdk_app_id: config.sdk_app_id,
            callers: callers.iter().map(number::dialable).collect(),
            terms: Terms {
                ivr_id,
                ai_agent_id,
                tries: spec.retry.max_attempts,
                retry_interval: spec.retry.interval_seconds,
                not_after: spec.schedule.not_after.map(Timestamp::as_second),
                hours: schedule::hours(&spec.schedule),
                concurrency_limit: spec.pacing.max_concurrent_calls,
                description: options.description,
                max_ring_timeout_second: options.max_ring_seconds,
                retry_hangup_types: options.retry_hangup_types.iter().map(u16::to_string).collect(),
                retry_tags: options.retry_tags,
            },
        })
    }

    /// The creating request: our key opens `Name`, each person's key is its `UUI`.
    pub fn create<'a>(&'a self, request: &OpenSegment<'a>, now: Timestamp) -> CreateTask<'a> {
        let begin = request.not_before.unwrap_or(now).max(request.spec.schedule.not_before.unwrap_or(now));
        let title: String = request.spec.name.chars().take(NAME_KEPT).collect();
        CreateTask {
            sdk_app_id: self.sdk_app_id,
            name: format!("{} {title}", request.key).trim_end().to_owned(),
            not_before: whole_seconds_up(begin),
            callees: request.contacts.iter().map(|contact| number::dialable(&contact.phone)).collect(),
            callers: &self.callers,
            callee_attributes: request.contacts.iter().map(attribute).collect(),
            terms: &self.terms,
        }
    }
}

/// Who speaks a script; `None` for a text that names neither.
pub(super) fn speaker(template_id: &str) -> Option<Speaker> {
    let (kind, id) = template_id.split_once(':')?;
    match kind {
        "ivr" => id.parse().ok().map(Speaker::Ivr),
        "agent" => id.parse().ok().filter(|id| *id >= 0).map(Speaker::Agent),
        _ => None,
    }
}

fn retry_problems(spec: &TaskSpec) -> Vec<FieldProblem> {
    let retry = &spec.retry;
    let mut problems = Vec::new();
    if !(1..=3).contains(&retry.max_attempts) {
        let detail = "Tencent Cloud makes 1 to 3 attempts";
        problems.push(FieldProblem::new("/retry/max_attempts", "out_of_range", detail));
    }
    if !(600..=86_400).contains(&retry.interval_seconds) {
        let detail = "Tencent Cloud waits 600 to 86400 seconds between attempts";
        problems.push(FieldProblem::new("/retry/interval_seconds", "out_of_range", detail));
    }
    problems
}

fn attribute(contact: &DialContact) -> CalleeAttribute<'_> {
    CalleeAttribute {
        callee: number::dialable(&contact.phone),
        uui: contact.key.as_str(),
        variables: variables(contact),
    }
}

/// What a script is told of a person.
pub(super) fn variables(contact: &DialContact) -> Vec<Variable<'_>> {
    contact.variables.iter().map(|(key, value)| Variable { key, value }).collect()
}

/// Nobody is dialed early for the sake of a fraction.
fn whole_seconds_up(instant: Timestamp) -> i64 {
    instant.as_second() + i64::from(instant.subsec_nanosecond() > 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{account, contact, spec};
    use super::*;
    use outdial_model::SegmentId;
    use serde_json::{Value, json};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn sent(spec: &TaskSpec, settings: Value, not_before: Option<&str>) -> Value {
        let plan = Plan::of(spec, &account(settings).unwrap()).unwrap();
        let (key, contacts) = (segment(), [contact("+8613900000001")]);
        let request = OpenSegment { key: &key, spec, contacts: &contacts, not_before: not_before.map(at) };
        serde_json::to_value(plan.create(&request, at("2026-03-02T01:00:00.250Z"))).unwrap()
    }

    fn segment() -> SegmentId {
        "seg_01jn9kzr00e0080000000000a1".parse().unwrap()
    }

    fn pointers(spec: &TaskSpec, settings: Value) -> Vec<(String, &'static str)> {
        let problems = Plan::of(spec, &account(settings).unwrap()).unwrap_err();
        problems.into_iter().map(|problem| (problem.pointer, problem.code)).collect()
    }

    #[test]
    fn the_request_carries_our_keys_and_the_terms_of_the_task() {
        let mut spec = spec();
        spec.provider_options
            .insert("tencent_ccc".into(), json!({"description": "d", "max_ring_seconds": 30}));
        spec.schedule.not_after = Some(at("2026-03-08T12:00:00Z"));
        let body = sent(&spec, json!({}), Some("2026-03-02T01:01:30Z"));
        let uui = body["CalleeAttributes"][0]["UUI"].clone();
        assert!(uui.as_str().unwrap().parse::<outdial_model::ContactId>().is_ok());
        let expected = json!({
            "SdkAppId": 1_400_000_000,
            "Name": "seg_01jn9kzr00e0080000000000a1 March reminders",
            "NotBefore": 1_772_413_290,
            "NotAfter": 1_772_971_200,
            "Callees": ["008613900000001"],
            "Callers": ["0086075586013388"],
            "CalleeAttributes": [{
                "Callee": "008613900000001",
                "UUI": uui,
                "Variables": [{"Key": "due", "Value": "12 March"}],
            }],
            "IvrId": 8,
            "Tries": 1,
            "RetryInterval": 600,
            "Description": "d",
            "MaxRingTimeoutSecond": 30,
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn nobody_is_dialed_early() {
        let mut spec = spec();
        assert_eq!(sent(&spec, json!({}), None)["NotBefore"], 1_772_413_201, "a fraction is rounded up");
        spec.schedule.not_before = Some(at("2026-03-03T00:00:00Z"));
        let start = json!(1_772_496_000);
        assert_eq!(sent(&spec, json!({}), None)["NotBefore"], start);
        assert_eq!(
            sent(&spec, json!({}), Some("2026-03-02T01:01:30Z"))["NotBefore"],
            start,
            "the later of the two"
        );
    }

    #[test]
    fn an_agent_takes_what_an_ivr_cannot() {
        let mut spec = spec();
        spec.script.template_id = "agent:12".into();
        spec.pacing.max_concurrent_calls = Some(5);
        let options =
            json!({"retry_hangup_types": [202, 206], "retry_tags": [{"name": "mood", "value": "bad"}]});
        spec.provider_options.insert("tencent_ccc".into(), options);
        let body = sent(&spec, json!({}), None);
        assert_eq!(body["AIAgentId"], 12);
        assert_eq!(body.get("IvrId"), None);
        assert_eq!(body["ConcurrencyLimit"], 5);
        assert_eq!(body["RetryHangupTypes"], json!(["202", "206"]));
        assert_eq!(body["RetryTags"], json!([{"TagName": "mood", "TagValue": "bad"}]));

        let at_pacing = ("#/pacing/max_concurrent_calls".to_owned(), "unsupported");
        assert_eq!(pointers(&spec, json!({"site": "international"})), [at_pacing]);
        spec.script.template_id = "ivr:8".into();
        let needs_agent = |field| (format!("#/provider_options/tencent_ccc/{field}"), "needs_agent");
        let refused = pointers(&spec, json!({}));
        assert!(
            refused.contains(&needs_agent("retry_hangup_types"))
                && refused.contains(&needs_agent("retry_tags"))
        );
    }

    #[test]
    fn everything_that_cannot_be_done_is_pointed_at_at_once() {
        let mut spec = spec();
        spec.callers.clear();
        spec.script.template_id = "scene-1".into();
        spec.retry.max_attempts = 4;
        spec.retry.interval_seconds = 60;
        let options = json!({"max_ring_second": 5, "max_ring_seconds": 0, "retry_hangup_types": ["busy"], "description": 1});
        spec.provider_options.insert("tencent_ccc".into(), options);
        spec.provider_options.insert("another".into(), json!({}));
        let refused = pointers(&spec, json!({}));
        for expected in [
            ("#/callers", "required"),
            ("#/script/template_id", "invalid_template_id"),
            ("#/retry/max_attempts", "out_of_range"),
            ("#/retry/interval_seconds", "out_of_range"),
            ("#/provider_options/another", "wrong_provider_options"),
            ("#/provider_options/tencent_ccc/max_ring_second", "unknown_field"),
            ("#/provider_options/tencent_ccc/max_ring_seconds", "out_of_range"),
            ("#/provider_options/tencent_ccc/retry_hangup_types", "invalid_value"),
            ("#/provider_options/tencent_ccc/description", "invalid_value"),
        ] {
            assert!(refused.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {refused:?}");
        }
    }

    #[test]
    fn a_task_without_callers_uses_the_accounts() {
        let mut spec = spec();
        spec.callers.clear();
        let body = sent(&spec, json!({"callers": ["0086075586013388"]}), None);
        assert_eq!(body["Callers"], json!(["0086075586013388"]));
    }

    #[test]
    fn a_template_is_an_ivr_or_an_agent_and_a_whole_number() {
        let mut spec = spec();
        for template in ["8", "ivr:", "ivr:-1", "ivr:1.5", "agent:-2", "agent:x", "IVR:8", "bot:1"] {
            spec.script.template_id = template.into();
            assert_eq!(pointers(&spec, json!({}))[0].0, "#/script/template_id", "{template}");
        }
    }
}
