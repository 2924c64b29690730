//! Single calls: `CreateIVRSession` and `CreateAIAgentCall` (dossier section 9).
//!
//! The vendor dials at once and answers with a session, which is the segment from then on. It is read by its call record,
//! and there is one only when the call is over. A call whose answer was lost is looked for among the records of the
//! number: an IVR's by our key in its `UUI`; an agent's carries none, so the one record of that agent that began while the
//! request was under way is taken for it, and of several none. That there is no record proves something only
//! after `call_record_seconds`, where the account sets it.

use super::config::{Config, NumberForm};
use super::options::Options;
use super::plan::{Speaker, speaker, variables};
use super::progress::unrecorded;
use super::wire::{Cdr, PlaceSession, Session};
use super::{TencentCcc, map, number};
use outdial_model::{ContactId, Disposition, Phone, SegmentStatus, TaskSpec, Timestamp};
use outdial_provider::{
    ContactProgress, ContactReport, DialContact, Effect, ErrorKind, Found, PlaceCall, Placed, Progress,
    ProviderError, ReadProgress, SegmentRef, SegmentReport, SegmentState,
};
use std::time::Duration;

/// Marks a reference that is a session's and no task's.
const SESSION: &str = "session:";
/// How long a request can be under way: an agent's call that began later is another one.
const UNDER_WAY: Duration = Duration::from_secs(60);
/// How far the vendor's clock may be behind ours.
const CLOCKS: Duration = Duration::from_secs(5);
/// A record that is missing for so long is lost.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// The session a segment is, if it is one.
pub(super) fn session(segment: &SegmentRef) -> Option<&str> {
    segment.vendor_ref.as_deref()?.strip_prefix(SESSION)
}

impl TencentCcc {
    /// Dials one person.
    pub(super) async fn place(&self, request: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        let (action, body) = self.order(request)?;
        let placed: Session = self.client.create(action, &body).await?;
        let session = placed.session_id.filter(|id| !id.is_empty());
        let session =
            session.ok_or_else(|| ProviderError::unexpected("the vendor's answer has no SessionId"))?;
        Ok(Placed { vendor_ref: format!("{SESSION}{session}") })
    }

    fn order<'a>(&self, request: &PlaceCall<'a>) -> Result<(&'static str, PlaceSession<'a>), ProviderError> {
        let (spec, contact) = (request.spec, request.contact);
        let Some(speaker) = speaker(&spec.script.template_id) else {
            let detail = "the script is neither `ivr:<IvrId>` nor `agent:<AIAgentId>`";
            return Err(ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, detail));
        };
        let (action, ivr_id, ai_agent_id, uui) = match speaker {
            Speaker::Ivr(id) => ("CreateIVRSession", Some(id), None, Some(contact.key.as_str())),
            Speaker::Agent(id) => ("CreateAIAgentCall", None, Some(id), None),
        };
        let callers = if spec.callers.is_empty() { &self.config.callers } else { &spec.callers };
        let order = PlaceSession {
            sdk_app_id: self.config.sdk_app_id,
            callee: written(&contact.phone, &self.config),
            callers: callers.iter().map(|caller| written(caller, &self.config)).collect(),
            ivr_id,
            ai_agent_id,
            uui,
            variables: variables(contact),
            max_ring_timeout_second: Options::read(spec, false).0.max_ring_seconds,
        };
        Ok((action, order))
    }

    /// Whether a call was placed whose answer never came.
    pub(super) async fn find_call(
        &self,
        segment: &SegmentRef,
        spec: &TaskSpec,
        contact: &DialContact,
    ) -> Result<Found, ProviderError> {
        let Some(records) = self.records_of_number(segment.opened_at, &contact.phone).await? else {
            return Ok(Found::CannotTell);
        };
        let (ours, in_doubt): (Vec<_>, bool) = match speaker(&spec.script.template_id) {
            Some(Speaker::Agent(agent)) => (
                records.iter().filter(|cdr| is_agents(cdr, agent, segment.opened_at)).collect(),
                records.iter().any(|cdr| may_be_agents(cdr, agent)),
            ),
            _ => (
                records.iter().filter(|cdr| cdr.uui.as_deref() == Some(contact.key.as_str())).collect(),
                records.iter().any(|cdr| cdr.uui.as_deref().is_none_or(str::is_empty)),
            ),
        };
        Ok(match ours.as_slice() {
            // A record that may be ours, however unlike it looks, proves nothing.
            [] if self.is_told(segment) && !in_doubt => Found::NoSegment,
            [one] => one.session_id.as_ref().map_or(Found::CannotTell, |id| {
                let vendor_ref = Some(format!("{SESSION}{id}"));
                Found::Segment(SegmentReport { vendor_ref, ..over() })
            }),
            _ => Found::CannotTell,
        })
    }

    /// What became of a call, as far as its record tells.
    pub(super) async fn call_progress(
        &self,
        session: &str,
        request: &ReadProgress<'_>,
    ) -> Result<Progress, ProviderError> {
        let record = self.records(&[session], request.segment.opened_at).await?.remove(session);
        let call = record.as_ref().and_then(map::call_report).unwrap_or_else(|| unrecorded(session));
        let is_lost = self.is_after(request.segment, self.config.call_record.unwrap_or(LONGEST_WAIT));
        let (segment, progress) = match call.disposition {
            Some(disposition) => (over(), ContactProgress::Done(disposition)),
            None if is_lost => (over(), ContactProgress::Done(Disposition::Unknown)),
            None => (going_on(), ContactProgress::Dialing),
        };
        let report = |contact: &DialContact| ContactReport {
            key: contact.key.clone(),
            progress,
            calls: vec![call.clone()],
        };
        Ok(Progress {
            segment: Some(SegmentReport { vendor_ref: request.segment.vendor_ref.clone(), ..segment }),
            contacts: request.contacts.iter().map(report).collect(),
        })
    }

    /// The call without its person.
    pub(super) async fn call_status(
        &self,
        session: &str,
        segment: &SegmentRef,
    ) -> Result<SegmentReport, ProviderError> {
        let progress = self.call_progress(session, &ReadProgress { segment, contacts: &[] }).await?;
        Ok(progress.segment.unwrap_or_else(going_on))
    }

    /// A record that is not there by now will not come.
    fn is_told(&self, segment: &SegmentRef) -> bool {
        self.config.call_record.is_some_and(|latest| self.is_after(segment, latest))
    }

    fn is_after(&self, segment: &SegmentRef, wait: Duration) -> bool {
        segment.opened_at.checked_add(wait).is_ok_and(|end| end <= self.clock.now())
    }
}

/// The number as single calls take it.
fn written(phone: &Phone, config: &Config) -> String {
    match config.call_numbers {
        NumberForm::Plus => phone.e164().to_owned(),
        NumberForm::Zeros => number::dialable(phone),
    }
}

/// Whether a record can be that of a call by `agent` that was asked for at `asked_at`. Calls of tasks carry a key of ours.
fn is_agents(cdr: &Cdr, agent: i64, asked_at: Timestamp) -> bool {
    let began = cdr.time.or(cdr.start_timestamp).and_then(|at| Timestamp::from_second(at).ok());
    let earliest = asked_at.saturating_sub(CLOCKS).unwrap_or(asked_at);
    let latest = asked_at.saturating_add(UNDER_WAY).unwrap_or(asked_at);
    let is_bare = cdr.uui.as_deref().is_none_or(str::is_empty);
    is_bare && cdr.ai_agent_id == Some(agent) && began.is_some_and(|at| (earliest..=latest).contains(&at))
}

/// Whether nothing in a record says that it is another's: no key of ours, no other agent.
fn may_be_agents(cdr: &Cdr, agent: i64) -> bool {
    let has_key = cdr.uui.as_deref().is_some_and(|uui| uui.parse::<ContactId>().is_ok());
    !has_key && cdr.ai_agent_id.is_none_or(|known| known == agent)
}

fn over() -> SegmentReport {
    SegmentReport::of(SegmentState::Known(SegmentStatus::Completed))
}

fn going_on() -> SegmentReport {
    SegmentReport::of(SegmentState::Known(SegmentStatus::Ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(agent: Option<i64>, uui: &str, time: i64) -> Cdr {
        Cdr { ai_agent_id: agent, uui: Some(uui.to_owned()), time: Some(time), ..Cdr::default() }
    }

    #[test]
    fn an_agents_call_is_known_by_its_agent_and_by_when_it_began() {
        let asked_at = Timestamp::from_second(1_000_000).unwrap();
        for (cdr, is_it) in [
            (record(Some(12), "", 1_000_000), true),
            (record(Some(12), "", 999_995), true),
            (record(Some(12), "", 1_000_060), true),
            (record(Some(12), "", 999_994), false),
            (record(Some(12), "", 1_000_061), false),
            (record(Some(13), "", 1_000_000), false),
            (record(None, "", 1_000_000), false),
            (record(Some(12), "con_01jn9kzr00e0080000000000a1", 1_000_000), false),
        ] {
            assert_eq!(
                is_agents(&cdr, 12, asked_at),
                is_it,
                "{:?} {:?} {:?}",
                cdr.ai_agent_id,
                cdr.uui,
                cdr.time
            );
        }
    }

    #[test]
    fn a_record_that_does_not_say_whose_it_is_may_be_ours() {
        for (cdr, may_be) in [
            (record(Some(12), "", 0), true),
            (record(None, "", 1_000_000), true),
            (record(Some(12), "what an agent was told", 1_000_000), true),
            (record(Some(13), "", 1_000_000), false),
            (record(Some(12), "con_01jn9kzr00e0080000000000a1", 1_000_000), false),
        ] {
            assert_eq!(may_be_agents(&cdr, 12), may_be, "{:?} {:?}", cdr.ai_agent_id, cdr.uui);
        }
    }

    #[test]
    fn a_session_is_no_task() {
        let segment = |vendor_ref: &str| SegmentRef {
            key: "seg_01jn9kzr00e0080000000000a1".parse().unwrap(),
            vendor_ref: Some(vendor_ref.to_owned()),
            opened_at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(session(&segment("session:a-1")), Some("a-1"));
        assert_eq!(session(&segment("17")), None);
    }
}
