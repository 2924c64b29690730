//! A workflow instance: rows that dial as soon as they are there, until `end_time`.

use std::time::Duration;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::{Refusal, times};
use crate::campaign::{Campaign, End, Phase, Rules};
use crate::clock::Wall;
use crate::exchange::Exchange;
use crate::listed::Listed;

/// What a list row carries beside its number.
pub(super) struct Row {
    pub(super) case_id: String,
    pub(super) variables: Map<String, Value>,
    pub(super) uploaded: Wall,
    /// Travels with the contact through the dialer, opaque to the client.
    pub(super) private_data: String,
    pub(super) listed: Listed,
}

pub(super) struct Instance {
    pub(super) workflow_id: String,
    pub(super) name: String,
    pub(super) template: i64,
    pub(super) node_id: String,
    pub(super) nodetask_id: String,
    pub(super) task_id: String,
    pub(super) created: Wall,
    pub(super) campaign: Campaign<Row>,
    pub(super) listed: Listed,
}

impl Instance {
    pub(super) fn read(
        fields: Fields<'_>,
        listed: Listed,
        exchange: &Exchange<'_>,
    ) -> Result<Instance, Refusal> {
        let settings = &exchange.settings.airudder;
        let template = fields.integer("workflow_template_id")?;
        let name = fields.text("name")?.to_owned();
        let end = times::parse("end_time", fields.text("end_time")?)?;
        let rules = Rules {
            concurrency: settings.concurrency,
            tries: settings.tries,
            retry_after: Duration::from_secs(settings.retry_interval_seconds),
            retry_on: Rules::WORTH_RETRYING.to_vec(),
            ring_limit: None,
            not_before: None,
            not_after: Some(exchange.deadline(end)),
            windows: None,
            keep_open: !settings.finish_with_last_row,
        };
        let mut campaign = Campaign::new(rules, exchange.now);
        campaign.run();
        let id = || uuid::Uuid::new_v4().simple().to_string();
        Ok(Instance {
            workflow_id: id(),
            name,
            template,
            node_id: id(),
            nodetask_id: id(),
            task_id: id(),
            created: exchange.wall(),
            campaign,
            listed,
        })
    }

    pub(super) fn takes_rows(&self) -> bool {
        !matches!(self.campaign.phase(), Phase::Closing(_) | Phase::Over(_))
    }

    pub(super) fn nodetask_name(&self) -> String {
        format!("PDS1_{}", &self.nodetask_id[..6])
    }

    pub(super) fn task_name(&self) -> String {
        format!("wf_pds_task_{}", self.task_id)
    }

    /// The workflow's status in the words of the settings.
    pub(super) fn status<'a>(&self, exchange: &'a Exchange<'_>) -> &'a str {
        let words = &exchange.settings.airudder.workflow_status;
        match self.campaign.phase() {
            Phase::Pending | Phase::Running | Phase::Paused => &words.running,
            Phase::Closing(End::Stopped) | Phase::Over(End::Stopped) => &words.stopped,
            Phase::Closing(_) | Phase::Over(_) => &words.finished,
        }
    }

    /// The dialer task's state (5.1).
    pub(super) fn task_state(&self) -> &'static str {
        match self.campaign.phase() {
            Phase::Closing(End::Stopped) | Phase::Over(End::Stopped) => "Cancelled",
            Phase::Over(_) => "Finished",
            _ if self.campaign.contacts.iter().all(|row| row.is_final()) => "Finished",
            _ => "Running",
        }
    }

    /// The rows a case id or a number names.
    pub(super) fn rows_named(&self, case_id: Option<&str>, callee: Option<&str>) -> Vec<usize> {
        let rows = self.campaign.contacts.iter().enumerate();
        let named = rows.filter(|(_, row)| {
            case_id.is_none_or(|wanted| row.card.case_id == wanted)
                && callee.is_none_or(|wanted| row.number == wanted)
        });
        named.map(|(index, _)| index).collect()
    }
}
