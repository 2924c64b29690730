//! Calls, and how what is newly known of one joins what was known.

use super::{json, millis, number, time, time_if, to_json, word, word_if};
use crate::vault::Vault;
use crate::{CallChange, StoreError};
use outdial_model::{Call, Confidence, Disposition, Insight, RawOutcome, Timestamp};

#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct CallRow {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) task: String,
    pub(crate) contact: String,
    pub(crate) segment: String,
    pub(crate) vendor_call_id: String,
    pub(crate) started_at: Option<i64>,
    pub(crate) answered_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) talk_seconds: i64,
    pub(crate) disposition: Option<String>,
    pub(crate) confidence: Option<String>,
    pub(crate) raw_code: Option<String>,
    pub(crate) raw_text: Option<String>,
    pub(crate) recording: Option<String>,
    /// JSON.
    pub(crate) insights: String,
    /// Recording and insights, sealed; then they are not beside it.
    pub(crate) sealed: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl CallRow {
    /// A call nobody knew of. How it ended, if it did, is that sure.
    pub(crate) fn new(
        change: &CallChange,
        tenant: &str,
        task: &str,
        confidence: Option<Confidence>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let insights = to_json(&Insight::joined(&[], &change.insights))?;
        Ok(Self {
            id: change.id.as_str().to_owned(),
            tenant: tenant.to_owned(),
            task: task.to_owned(),
            contact: change.contact.as_str().to_owned(),
            segment: change.segment.as_str().to_owned(),
            vendor_call_id: change.vendor_call_id.clone(),
            started_at: millis(change.started_at),
            answered_at: millis(change.answered_at),
            ended_at: millis(change.ended_at),
            talk_seconds: change.talk_seconds.into(),
            disposition: change.disposition.map(|word| word.as_str().to_owned()),
            confidence: confidence.filter(|_| tells_end(change)).map(|word| word.as_str().to_owned()),
            raw_code: change.raw.code.clone(),
            raw_text: change.raw.text.clone(),
            recording: change.recording.clone(),
            insights,
            sealed: None,
            created_at: now.as_millisecond(),
            updated_at: now.as_millisecond(),
        })
    }

    /// What is known after `change`: known times stay, talk only grows, the newest link to the recording counts, and the
    /// vendor's newest words do until the call has ended. Of how it ended `unknown` is no knowledge and gives way, however
    /// sure; then what was only reported, when it is confirmed.
    pub(crate) fn learn(
        &self,
        change: &CallChange,
        confidence: Option<Confidence>,
    ) -> Result<Self, StoreError> {
        let over = self.is_over();
        let latest = |known: &Option<String>, told: &Option<String>| {
            let (first, second) = if over { (known, told) } else { (told, known) };
            first.clone().or_else(|| second.clone())
        };
        let known_to_be: Option<Confidence> = word_if(self.confidence.as_deref(), "calls.confidence")?;
        let told_to_be = confidence.filter(|_| tells_end(change));
        let (known, told) =
            (self.disposition.clone(), change.disposition.map(|word| word.as_str().to_owned()));
        let tells =
            |word: &Option<String>| word.as_deref().is_some_and(|word| word != Disposition::Unknown.as_str());
        let outdoes = (tells(&told), told_to_be) > (tells(&known), known_to_be);
        let (first, second) = if outdoes { (told, known) } else { (known, told) };
        let sure = if outdoes { told_to_be } else { known_to_be };
        // Links run out, so the newest counts, unless more is known of the call than whoever tells it can be sure of.
        let (old, new) = (&self.recording, &change.recording);
        let (better, worse) = if confidence >= known_to_be { (new, old) } else { (old, new) };
        let link = better.clone().or_else(|| worse.clone());
        let insights: Vec<Insight> = json(&self.insights, "calls.insights")?;
        Ok(Self {
            started_at: self.started_at.or(millis(change.started_at)),
            answered_at: self.answered_at.or(millis(change.answered_at)),
            ended_at: self.ended_at.or(millis(change.ended_at)),
            talk_seconds: self.talk_seconds.max(change.talk_seconds.into()),
            disposition: first.or(second),
            confidence: sure.map(|word| word.as_str().to_owned()),
            raw_code: latest(&self.raw_code, &change.raw.code),
            raw_text: latest(&self.raw_text, &change.raw.text),
            recording: link,
            insights: to_json(&Insight::joined(&insights, &change.insights))?,
            ..self.clone()
        })
    }

    /// Whether nothing but a recording is known of `learned` that is not known here.
    pub(crate) fn differs_by_recording_only(&self, learned: &Self) -> bool {
        Self { recording: learned.recording.clone(), ..self.clone() } == *learned
    }

    /// Whether the call has ended, as far as is known.
    pub(crate) fn is_over(&self) -> bool {
        self.ended_at.is_some() || self.disposition.is_some()
    }
}

/// Whether it says that the call is over.
fn tells_end(change: &CallChange) -> bool {
    change.ended_at.is_some() || change.disposition.is_some()
}

impl CallRow {
    /// The call.
    pub(crate) fn open(self, vault: &Vault) -> Result<Call, StoreError> {
        let row = vault.open_call(self)?;
        Ok(Call {
            id: word(&row.id, "calls.id")?,
            tenant: word(&row.tenant, "calls.tenant")?,
            task: word(&row.task, "calls.task")?,
            contact: word(&row.contact, "calls.contact")?,
            segment: word(&row.segment, "calls.segment")?,
            vendor_call_id: row.vendor_call_id,
            started_at: time_if(row.started_at, "calls.started_at")?,
            answered_at: time_if(row.answered_at, "calls.answered_at")?,
            ended_at: time_if(row.ended_at, "calls.ended_at")?,
            talk_seconds: number(row.talk_seconds, "calls.talk_seconds")?,
            disposition: word_if(row.disposition.as_deref(), "calls.disposition")?,
            confidence: word_if(row.confidence.as_deref(), "calls.confidence")?,
            insights: json(&row.insights, "calls.insights")?,
            raw: RawOutcome { code: row.raw_code, text: row.raw_text },
            has_recording: row.recording.is_some(),
            created_at: time(row.created_at, "calls.created_at")?,
            updated_at: time(row.updated_at, "calls.updated_at")?,
        })
    }
}
