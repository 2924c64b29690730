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
enum Speaker {
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
            problems.push(FieldProblem::new(
                "/script/template_id",
                "invalid_template_id",
                detail,
            ));
        }
        let callers = if spec.callers.is_empty() {
            &config.callers
        } else {
            &spec.callers
        };
        if callers.is_empty() {
            let detail = "Tencent Cloud needs at least one number to call from: name it here or as the account's `callers`";
            problems.push(FieldProblem::new("/callers", "required", detail));
        }
        problems.extend(retry_problems(spec));
        if spec.pacing.max_concurrent_calls.is_some() && !(agent && config.site == Site::Mainland) {
            let detail = "only tasks of an AI agent on the mainland site take a limit of their own";
            problems.push(FieldProblem::new(
                "/pacing/max_concurrent_calls",
                "unsupported",
                detail,
            ));
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
        let begin = request
            .not_before
            .unwrap_or(now)
            .max(request.spec.schedule.not_before.unwrap_or(now));
        let title: String = request.spec.name.chars().take(NAME_KEPT).collect();
        CreateTask {
            sdk_app_id: self.sdk_app_id,
            name: format!("{} {title}", request.key).trim_end().to_owned(),
            not_before: whole_seconds_up(begin),
            callees: request
                .contacts
                .iter()
                .map(|contact| number::dialable(&contact.phone))
                .collect(),
            callers: &self.callers,
            callee_attributes: request.contacts.iter().map(attribute).collect(),
            terms: &self.terms,
        }
    }
}

fn speaker(template_id: &str) -> Option<Speaker> {
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
        problems.push(FieldProblem::new(
            "/retry/interval_seconds",
            "out_of_range",
            detail,
        ));
    }
    problems
}

fn attribute(contact: &DialContact) -> CalleeAttribute<'_> {
    CalleeAttribute {
        callee: number::dialable(&contact.phone),
        uui: contact.key.as_str(),
        variables: contact
            .variables
            .iter()
            .map(|(key, value)| Variable { key, value })
            .collect(),
    }
}

/// Nobody is dialed early for the sake of a fraction.
fn whole_seconds_up(instant: Timestamp) -> i64 {
    instant.as_second() + i64::from(instant.subsec_nanosecond() > 0)
}
