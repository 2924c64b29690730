//! An auto-callout task and the two state tables (7.4 and 7.5).

use serde_json::{Value, json};

use super::create::Create;
use crate::campaign::{Campaign, Contact, End, Phase, Standing};
use crate::listed::Listed;

/// What a callee carries beside its number.
pub(super) struct Callee {
    /// The number as the client wrote it.
    pub(super) written: String,
    pub(super) uui: String,
}

pub(super) struct Task {
    pub(super) id: usize,
    pub(super) asked: Create,
    pub(super) campaign: Campaign<Callee>,
    pub(super) listed: Listed,
}

impl Task {
    fn state(&self) -> u8 {
        match self.campaign.phase() {
            Phase::Pending => 0,
            Phase::Running => 1,
            Phase::Over(End::Completed) => 2,
            Phase::Closing(_) => 3,
            Phase::Over(End::Stopped | End::Expired) => 4,
            Phase::Paused => 5,
        }
    }

    /// As `DescribeAutoCalloutTasks` lists it.
    pub(super) fn summary(&self) -> Value {
        json!({
            "TaskId": self.id,
            "Name": self.asked.name.as_deref().unwrap_or_default(),
            "CalleeCount": self.campaign.contacts.len(),
            "Callers": self.asked.callers,
            "NotBefore": self.asked.not_before,
            "NotAfter": self.asked.not_after,
            "IvrId": self.asked.ivr_id.unwrap_or(0),
            "State": self.state(),
            "MaxRingTimeoutSecond": self.asked.max_ring_timeout_second,
        })
    }

    /// As `DescribeAutoCalloutTask` shows it, with every callee.
    pub(super) fn detail(&self) -> Value {
        json!({
            "Name": self.asked.name.as_deref().unwrap_or_default(),
            "Description": self.asked.description.as_deref().unwrap_or_default(),
            "NotBefore": self.asked.not_before,
            "NotAfter": self.asked.not_after,
            "Callers": self.asked.callers,
            "Callees": self.campaign.contacts.iter().map(callee).collect::<Vec<_>>(),
            "IvrId": self.asked.ivr_id.unwrap_or(0),
            "State": self.state(),
            "MaxRingTimeoutSecond": self.asked.max_ring_timeout_second,
        })
    }
}

fn callee(contact: &Contact<Callee>) -> Value {
    let state = match contact.standing {
        Standing::Finished if contact.was_answered() => 1,
        Standing::Finished => 2,
        Standing::InCall => 3,
        Standing::AwaitingRetry => 4,
        Standing::Waiting | Standing::Cancelled => 0,
    };
    let sessions: Vec<&str> = contact.calls.iter().map(|call| call.id.as_str()).collect();
    json!({"Callee": contact.card.written, "State": state, "Sessions": sessions})
}
