//! AI Rudder's instances and templates as AI Rudder shows them, where their paths are configured.

use super::client::Client;
use super::config::Statuses;
use super::map;
use super::unlisted::Unlisted;
use super::wire::{self, Instance, Template};
use crate::redact;
use outdial_provider::{
    Catalog, CatalogItem, Effect, ErrorKind, PageRequest, ProviderError, VendorTask, VendorTaskPage,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Call tasks of an instance shown in full.
const SHOWN_TASKS: usize = 10;

/// Members of a record that say who a person is.
const PERSONAL: &[&str] = &["variables", "customerInfo", "callee_name", "contactName", "address", "remark"];

/// Every instance with its record, or `None` when the answer is no list.
pub(super) async fn instances(client: &Client) -> Result<Option<Vec<(Instance, Value)>>, ProviderError> {
    let data = client.unlisted(Unlisted::ListInstances, &[]).await?;
    Ok(wire::rows(&data).map(|rows| {
        rows.iter().filter_map(|record| Some((Instance::deserialize(record).ok()?, record.clone()))).collect()
    }))
}

/// A page cut out of the whole list: how the vendor pages it is not published. The cursor is the
/// last instance seen.
pub(super) async fn page(client: &Client, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
    let tasks: Vec<_> = listed(client).await?;
    let total = tasks.len();
    let seen = page.cursor.as_ref();
    let start =
        seen.map_or(Some(0), |last| tasks.iter().position(|task| task.vendor_ref == *last).map(|at| at + 1));
    let start =
        start.ok_or_else(|| not_found("the page's cursor names an instance that is gone; begin anew"))?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let tasks: Vec<_> = tasks.into_iter().skip(start).take(limit).collect();
    let more = start + tasks.len() < total;
    Ok(VendorTaskPage {
        next: tasks.last().filter(|_| more).map(|last| last.vendor_ref.clone()),
        tasks,
        total: u64::try_from(total).ok(),
    })
}

/// One instance with its node tasks and call tasks, as far as their paths are configured.
pub(super) async fn one(client: &Client, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
    let mut tasks = listed(client).await?.into_iter();
    let mut task = tasks
        .find(|task| task.vendor_ref == vendor_ref)
        .ok_or_else(|| not_found("AI Rudder lists no instance of this workflow_id"))?;
    let paths = &client.config().paths;
    let of_instance = [("workflow_id", vendor_ref)];
    if paths.has(Unlisted::ListNodeTasks) {
        let nodes = client.unlisted(Unlisted::ListNodeTasks, &of_instance).await?;
        task.raw["node_tasks"] = shown(nodes);
    }
    if paths.has(Unlisted::ListCallTasks) {
        let calls = client.unlisted(Unlisted::ListCallTasks, &of_instance).await?;
        task.raw["call_tasks"] = shown(detailed(client, &calls).await?);
    }
    Ok(task)
}

/// Templates to write into tasks.
pub(super) async fn catalog(client: &Client) -> Result<Catalog, ProviderError> {
    let data = client.unlisted(Unlisted::ListTemplates, &[]).await?;
    let templates = wire::rows(&data)
        .ok_or_else(|| unreadable("templates"))?
        .iter()
        .filter_map(|row| Template::deserialize(row).ok())
        .filter_map(|template| {
            Some(CatalogItem {
                id: template.workflow_template_id.or(template.id)?,
                name: template.workflow_template_name.or(template.name),
                variables: Vec::new(),
            })
        });
    Ok(Catalog { templates: Some(templates.collect()), callers: None })
}

/// The call tasks with what `taskdetail` tells of each.
async fn detailed(client: &Client, call_tasks: &Value) -> Result<Value, ProviderError> {
    let rows = wire::rows(call_tasks).ok_or_else(|| unreadable("call tasks"))?;
    let mut detailed = Vec::new();
    for row in rows.iter().take(SHOWN_TASKS) {
        let detail = match row.get("task_id").and_then(Value::as_str) {
            Some(task_id) => client.task_detail(task_id).await?,
            None => Value::Null,
        };
        detailed.push(json!({"task": row, "detail": detail}));
    }
    Ok(Value::Array(detailed))
}

async fn listed(client: &Client) -> Result<Vec<VendorTask>, ProviderError> {
    let instances = instances(client).await?.ok_or_else(|| unreadable("instances"))?;
    let statuses = &client.config().statuses;
    let task = |(instance, record)| vendor_task(&instance, record, statuses);
    Ok(instances.into_iter().filter_map(task).collect())
}

fn vendor_task(instance: &Instance, record: Value, statuses: &Statuses) -> Option<VendorTask> {
    let report = map::segment_report(instance, statuses);
    Some(VendorTask {
        vendor_ref: report.vendor_ref?,
        name: instance.names().next().map(str::to_owned),
        state: report.state,
        raw_state: report.raw,
        contacts: None,
        finished: None,
        created_at: map::moment(instance.create_time),
        raw: shown(record),
    })
}

/// A record fit to be shown: nobody in it can be recognised.
fn shown(record: Value) -> Value {
    let mut record = redact::record(record);
    forget_people(&mut record);
    record
}

fn forget_people(record: &mut Value) {
    match record {
        Value::Array(items) => items.iter_mut().for_each(forget_people),
        Value::Object(members) => {
            members.retain(|name, _| !PERSONAL.contains(&name.as_str()));
            members.values_mut().for_each(forget_people);
        }
        _ => {}
    }
}

fn not_found(detail: &str) -> ProviderError {
    ProviderError::new(ErrorKind::NotFound, Effect::None, detail)
}

fn unreadable(what: &str) -> ProviderError {
    let detail = format!("AI Rudder's list of {what} is not a list; check the configured path");
    ProviderError::new(ErrorKind::UnexpectedResponse, Effect::None, detail)
}
