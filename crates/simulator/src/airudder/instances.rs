//! Creating an instance and giving it rows (sections 3.1 to 3.3).

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::instance::{Instance, Row};
use super::{Platform, Refusal};
use crate::exchange::Exchange;
use crate::listed::Lag;
use crate::number::e164;
use crate::vendors::Provider;

/// A row as uploaded.
struct Upload {
    number: String,
    case_id: String,
    variables: Map<String, Value>,
}

impl Upload {
    /// A number starts with `+` and has at most 14 digits.
    fn read(fields: Fields<'_>) -> Result<Upload, Refusal> {
        let callee = fields.text("callee")?;
        let number = e164(callee).filter(|number| number == callee && number.len() <= 15);
        Ok(Upload {
            number: number.ok_or_else(|| Refusal::bad("callee: `+` and at most 14 digits"))?,
            case_id: fields.text_if_any("case_id")?.unwrap_or_default().to_owned(),
            variables: fields.object_if_any("variables")?.cloned().unwrap_or_default(),
        })
    }
}

impl Platform {
    pub(super) fn create_instance(
        &mut self,
        fields: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        let lag = exchange.lag(Provider::Airudder, "createinstance");
        let mut instance = Instance::read(fields, exchange.listed(lag), exchange)?;
        add_rows(&mut instance, uploads(fields, 0, exchange)?, lag, exchange);
        let workflow_id = instance.workflow_id.clone();
        self.instances.push(instance);
        Ok(json!({"workflow_id": workflow_id}))
    }

    pub(super) fn upload_details(
        &mut self,
        fields: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        let lag = exchange.lag(Provider::Airudder, "uploaddetails");
        let instance = self.instance(fields.text("workflow_id")?)?;
        if !instance.takes_rows() {
            return Err(Refusal::bad("workflow_id: the instance is over and takes no more rows"));
        }
        let rows = uploads(fields, instance.campaign.contacts.len(), exchange)?;
        if rows.is_empty() {
            return Err(Refusal::bad("details: at least one row"));
        }
        add_rows(instance, rows, lag, exchange);
        Ok(json!({}))
    }
}

fn uploads(fields: Fields<'_>, present: usize, exchange: &Exchange<'_>) -> Result<Vec<Upload>, Refusal> {
    let settings = &exchange.settings.airudder;
    let details = fields.objects_if_any("details")?.unwrap_or_default();
    if present + details.len() > settings.row_limit {
        return Err(Refusal::bad(format!("details: at most {} rows in one instance", settings.row_limit)));
    }
    let rows = details.into_iter().map(Upload::read);
    if settings.skip_bad_rows { Ok(rows.filter_map(Result::ok).collect()) } else { rows.collect() }
}

/// Appends without looking for repeated numbers or cases: nothing says that the vendor does.
fn add_rows(instance: &mut Instance, rows: Vec<Upload>, lag: Lag, exchange: &mut Exchange<'_>) {
    for row in rows {
        let card = Row {
            case_id: row.case_id,
            variables: row.variables,
            uploaded: exchange.wall(),
            private_data: uuid::Uuid::new_v4().simple().to_string(),
            listed: exchange.listed(lag),
        };
        instance.campaign.add(row.number, card);
    }
}
