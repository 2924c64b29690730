//! Transcripts of calls somebody talked in (section 10.3), where speech recognition is bought.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Platform, Refusal, own_application};
use crate::call::Call;
use crate::exchange::Exchange;
use crate::outcome::Outcome;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Query {
    sdk_app_id: u64,
    session_id: String,
}

/// `AsrStatus` of a call that has ended.
pub(super) fn status(call: &Call, exchange: &Exchange<'_>) -> &'static str {
    let talked = call.plan.outcome == Outcome::Answered;
    match exchange.settings.tencent.asr_delay_seconds.filter(|_| talked) {
        None => "NotExists",
        Some(delay) if call.began + call.plan.end + Duration::from_secs(delay) <= exchange.now => "Complete",
        Some(_) => "Processing",
    }
}

impl Platform {
    /// What both sides said; nothing of a call that is not written down yet.
    pub(super) fn transcript(&self, query: &Query, exchange: &Exchange<'_>) -> Result<Value, Refusal> {
        own_application(query.sdk_app_id, "InvalidParameter.InstanceNotExist")?;
        let absent = || Refusal::new("ResourceNotFound", "SessionId: there is no transcript");
        let mut calls = self.all().flat_map(|task| task.campaign.calls().map(move |found| (task, found)));
        let found = calls.find(|(_, (_, call))| call.id == query.session_id && call.ended);
        let (task, (contact, call)) = found.ok_or_else(absent)?;
        if status(call, exchange) != "Complete" {
            return Err(absent());
        }
        let caller = task.asked.callers.first();
        let callee = Some(&contact.card.written);
        let sentences = [
            (caller, "Good morning, this is about your payment.", 0, 2100),
            (caller, "Can you pay this week?", 2300, 3900),
            (callee, "Yes.", 4500, 4900),
            (caller, "On Friday?", 5200, 6000),
            (callee, "Yes.", 6400, 6800),
        ];
        let said = sentences.map(|(user, message, start, end)| {
            json!({"User": user, "Message": message, "Timestamp": 0, "Start": start, "End": end})
        });
        Ok(json!({"AsrDataList": said}))
    }
}
