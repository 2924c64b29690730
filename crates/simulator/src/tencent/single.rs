//! Single calls: `CreateIVRSession` and `CreateAIAgentCall` (section 9). Each dials at once, and is known afterwards
//! by its session alone: no list shows it before its record is there. An agent's call carries no user data.

use serde::Deserialize;
use serde_json::{Value, json};

use super::create::Create;
use super::task::{Callee, Task};
use super::{Platform, Refusal, own_application, push};
use crate::campaign::Campaign;
use crate::exchange::Exchange;
use crate::number::e164;
use crate::vendors::Provider;

const MOST_ACQUIRE_SECONDS: u64 = 5;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Single {
    pub(super) sdk_app_id: u64,
    pub(super) callee: String,
    pub(super) callers: Option<Vec<String>>,
    #[serde(rename = "IVRId")]
    pub(super) ivr_id: Option<u64>,
    #[serde(rename = "AIAgentId")]
    pub(super) ai_agent_id: Option<i64>,
    #[serde(rename = "UUI")]
    pub(super) uui: Option<String>,
    pub(super) max_ring_timeout_second: Option<i64>,
    acquire_timeout_second: Option<u64>,
}

impl Platform {
    pub(super) fn call_one(&mut self, asked: Single, exchange: &mut Exchange<'_>) -> Result<Value, Refusal> {
        own_application(asked.sdk_app_id, "InvalidParameterValue.InstanceNotExist")?;
        if asked.acquire_timeout_second.is_some_and(|wait| wait > MOST_ACQUIRE_SECONDS) {
            return Err(Refusal::value("AcquireTimeoutSecond: 0 to 5"));
        }
        let action = if asked.ivr_id.is_some() { "CreateIVRSession" } else { "CreateAIAgentCall" };
        let asked = Create::of_one(asked, exchange.wall().seconds());
        asked.check(exchange)?;
        let mut campaign = Campaign::new(asked.rules(exchange)?, exchange.now);
        let uui_of = asked.user_data();
        for written in &asked.callees {
            if let Some(number) = e164(written) {
                campaign.add(number, Callee { written: written.clone(), uui: uui_of(written) });
            }
        }
        drop(uui_of);
        campaign.run();
        let lag = exchange.lag(Provider::TencentCcc, action);
        let listed = exchange.listed(lag);
        let mut single = Task { id: 0, asked, campaign, listed };
        for event in exchange.advance(&mut single.campaign) {
            push::report(&single, event, exchange);
        }
        let session = single.campaign.calls().next().map(|(_, call)| call.id.clone());
        let session =
            session.ok_or_else(|| Refusal::new("FailedOperation.CallOutFailed", "nothing was dialed"))?;
        self.singles.push(single);
        Ok(json!({"SessionId": session}))
    }
}
