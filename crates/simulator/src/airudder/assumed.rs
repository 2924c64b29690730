//! Ring 3: operations known by title only, under the simulator's own prefix. Paths, parameters and answers
//! are made up from the known vocabulary; only the verbs are the vendor's.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::fields::Fields;
use super::{Answer, Platform, Refusal, wire};
use crate::campaign::End;
use crate::exchange::Exchange;
use crate::vendors::Provider;

impl Platform {
    pub(super) fn assumed(
        &mut self,
        method: &Method,
        name: &str,
        fields: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Answer {
        let answer = match (method, name) {
            (&Method::GET, "templates") => Ok(templates()),
            (&Method::GET, "instances") => self.list_instances(fields, exchange),
            (&Method::GET, "node_tasks") => {
                self.instance(fields.text("workflow_id")?).map(|instance| json!([wire::node_task(instance)]))
            }
            (&Method::POST, "call_tasks") => {
                self.instance(fields.text("workflow_id")?).map(|instance| json!([wire::call_task(instance)]))
            }
            (&Method::GET, "calls") => self.calls(fields, exchange),
            (&Method::GET, "call") => self.call(fields, exchange),
            (&Method::GET, "recordings") => self.recordings(fields, exchange),
            (&Method::POST, "update") => self.update(fields),
            (&Method::POST, "cancel") => self.cancel(fields),
            (&Method::POST, "stop") => self.stop(fields),
            _ => return Ok(None),
        };
        answer.map(Some)
    }

    /// Newest first; `name` narrows it down.
    fn list_instances(&mut self, fields: Fields<'_>, exchange: &mut Exchange<'_>) -> Result<Value, Refusal> {
        let name = fields.text_if_any("name")?;
        let lag = exchange.lag(Provider::Airudder, "instances");
        let shown = self.instances.iter().rev().filter(|instance| {
            instance.listed.is_shown(lag) && name.is_none_or(|name| instance.name.contains(name))
        });
        Ok(shown.map(|instance| wire::instance(instance, exchange)).collect())
    }

    /// The calls of one person in one instance.
    fn calls(&mut self, fields: Fields<'_>, exchange: &mut Exchange<'_>) -> Result<Value, Refusal> {
        let (case_id, callee) = person(fields)?;
        let lag = exchange.lag(Provider::Airudder, "calls");
        let instance = self.instance(fields.text("workflow_id")?)?;
        let mut calls = Vec::new();
        for index in instance.rows_named(case_id, callee) {
            let row = &instance.campaign.contacts[index];
            if row.card.listed.is_shown(lag) {
                calls.extend(row.calls.iter().map(|call| wire::call(instance, row, call, exchange)));
            }
        }
        Ok(json!(calls))
    }

    fn call(&mut self, fields: Fields<'_>, exchange: &Exchange<'_>) -> Result<Value, Refusal> {
        let wanted = fields.text("callid")?;
        let found = self.instances.iter().find_map(|instance| {
            let (row, call) = instance.campaign.calls().find(|(_, call)| call.id == wanted)?;
            Some(wire::call(instance, row, call, exchange))
        });
        found.ok_or_else(|| Refusal::bad("callid: there is no such call"))
    }

    fn recordings(&mut self, fields: Fields<'_>, exchange: &Exchange<'_>) -> Result<Value, Refusal> {
        let callee = fields.text("callee")?;
        let instance = self.instance(fields.text("workflow_id")?)?;
        let calls = instance.campaign.calls().filter(|(row, call)| row.number == callee && call.ended);
        let recorded = calls.filter(|(_, call)| call.plan.answer.is_some());
        Ok(recorded
            .map(|(_, call)| json!({"callid": call.id, "recLink": exchange.recording_url(Provider::Airudder, &call.id)}))
            .collect())
    }

    fn update(&mut self, fields: Fields<'_>) -> Result<Value, Refusal> {
        let (case_id, callee) = person(fields)?;
        let variables =
            fields.object_if_any("variables")?.ok_or_else(|| Refusal::bad("variables is missing"))?;
        let instance = self.instance(fields.text("workflow_id")?)?;
        let rows = instance.rows_named(case_id, callee);
        for index in &rows {
            instance.campaign.contacts[*index].card.variables.extend(variables.clone());
        }
        Ok(json!({"updated": rows.len()}))
    }

    /// A live call is not cut; nobody is called after it.
    fn cancel(&mut self, fields: Fields<'_>) -> Result<Value, Refusal> {
        let (case_id, callee) = person(fields)?;
        let instance = self.instance(fields.text("workflow_id")?)?;
        let rows = instance.rows_named(case_id, callee);
        if rows.is_empty() {
            return Err(Refusal::bad("case_id, callee: the instance has no such row"));
        }
        for index in rows {
            instance.campaign.cancel(index);
        }
        Ok(json!({}))
    }

    fn stop(&mut self, fields: Fields<'_>) -> Result<Value, Refusal> {
        self.instance(fields.text("workflow_id")?)?.campaign.close(End::Stopped);
        Ok(json!({}))
    }
}

fn person(fields: Fields<'_>) -> Result<(Option<&str>, Option<&str>), Refusal> {
    match (fields.text_if_any("case_id")?, fields.text_if_any("callee")?) {
        (None, None) => Err(Refusal::bad("case_id or callee is needed")),
        person => Ok(person),
    }
}

fn templates() -> Value {
    json!([
        {"id": 1002, "name": "Payment reminder"},
        {"id": 1001, "name": "Survey"},
    ])
}
