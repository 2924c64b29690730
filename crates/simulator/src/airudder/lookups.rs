//! The documented look-ups (3.4 to 3.6). Their paths and requests are evidence, their answers are built
//! from known field names.

use serde_json::{Value, json};

use super::fields::Fields;
use super::{Platform, Refusal, times, wire};
use crate::exchange::Exchange;
use crate::vendors::Provider;

impl Platform {
    /// Which instances hold a case or a number that was uploaded in a time window.
    pub(super) fn detail_instances(
        &mut self,
        fields: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        let from = times::parse("start_time", fields.text("start_time")?)?;
        let to = times::parse("end_time", fields.text("end_time")?)?;
        let case_id = fields.text_if_any("case_id")?;
        let callee = fields.text_if_any("callee")?;
        if case_id.is_none() && callee.is_none() {
            return Err(Refusal::bad("case_id or callee is needed"));
        }
        let lag = exchange.lag(Provider::Airudder, "detailinstances");
        let mut found = Vec::new();
        for instance in self.instances.iter().filter(|instance| instance.listed.is_shown(lag)) {
            for index in instance.rows_named(case_id, callee) {
                let row = &instance.campaign.contacts[index];
                if row.card.listed.is_shown(lag) && (from..=to).contains(&row.card.uploaded) {
                    found.push(json!({
                        "workflow_id": instance.workflow_id,
                        "workflow_name": instance.name,
                        "case_id": row.card.case_id,
                        "callee": row.number,
                    }));
                }
            }
        }
        Ok(json!(found))
    }

    /// One dialer task and its rows, found by `task_id` or `workflow_id`.
    pub(super) fn task_detail(
        &mut self,
        fields: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        let task_id = fields.text_if_any("task_id")?;
        let workflow_id = fields.text_if_any("workflow_id")?;
        if task_id.is_none() && workflow_id.is_none() {
            return Err(Refusal::bad("task_id or workflow_id is needed"));
        }
        let lag = exchange.lag(Provider::Airudder, "taskdetail");
        let instance = self.instances.iter().find(|instance| {
            instance.listed.is_shown(lag)
                && task_id.is_none_or(|wanted| instance.task_id == wanted)
                && workflow_id.is_none_or(|wanted| instance.workflow_id == wanted)
        });
        let instance = instance.ok_or_else(|| Refusal::bad("task_id: there is no such task"))?;
        let mut detail = wire::call_task(instance);
        let shown = instance.campaign.contacts.iter().filter(|row| row.card.listed.is_shown(lag));
        detail["details"] = shown.map(|row| wire::row(instance, row, exchange)).collect();
        Ok(detail)
    }

    /// Whether a custom-API push about this person is genuine.
    pub(super) fn api_notice_info(&mut self, fields: Fields<'_>) -> Result<Value, Refusal> {
        let node_id = fields.text("node_id")?;
        let callee = fields.text("callee")?;
        let case_id = fields.text_if_any("case_id")?;
        let instance = self.instance(fields.text("workflow_id")?)?;
        let rows = instance.rows_named(case_id, Some(callee));
        match rows.first() {
            Some(_) if instance.node_id == node_id => Ok(json!({
                "workflow_id": instance.workflow_id,
                "workflow_name": instance.name,
                "node_id": node_id,
                "callee": callee,
            })),
            _ => Err(Refusal::bad("node_id, callee: nothing was pushed about them")),
        }
    }
}
